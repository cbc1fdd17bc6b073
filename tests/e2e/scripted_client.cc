#include "e2e/scripted_client.h"

#include <utility>

#include <boost/json/serialize.hpp>

namespace jungle::e2e {
namespace {

const json::object kClientInfo{{"name", "scripted"}, {"version", "1"}};

// MCP 2026-07-28 basic/transports/streamable-http "Standard headers": what `Mcp-Name` repeats.
std::string name_of(std::string_view method, const json::object& params) {
  const std::string_view key = method == "tools/call" || method == "prompts/get" ? "name"
                               : method == "resources/read"                      ? "uri"
                               : method.starts_with("tasks/")                    ? "taskId"
                                                                                 : "";
  const auto* name = params.if_contains(key);
  return name != nullptr && name->is_string() ? std::string(name->get_string()) : std::string();
}

}  // namespace

ScriptedClient::ScriptedClient(World& world, ClientTraits traits)
    : world_(world),
      traits_(std::move(traits)),
      caller_(world, [this](std::uint64_t number, const Piece& piece) { take(number, piece); }) {}

HttpCaller::Headers ScriptedClient::headers() const {
  HttpCaller::Headers headers{{"Accept", "application/json, text/event-stream"}};
  if (!session_.empty()) headers.emplace_back("Mcp-Session-Id", session_);
  // Legacy clients name the revision once it is negotiated, since 2025-06-18.
  if (is_modern() || (!session_.empty() && traits_.revision >= "2025-06-18"))
    headers.emplace_back("MCP-Protocol-Version", traits_.revision);
  return headers;
}

std::uint64_t ScriptedClient::send(std::string method, HttpCaller::Headers headers, std::string body,
                                   Exchange exchange) {
  if (!body.empty()) headers.emplace_back("Content-Type", "application/json");
  HttpCaller::Call call{std::move(method), traits_.url, std::move(headers), std::move(body)};
  const std::uint64_t number = caller_.start(std::move(call));
  exchanges_.emplace(number, std::move(exchange));
  return number;
}

Result<void> ScriptedClient::connect() {
  if (is_modern()) return {};
  const json::object params{
      {"protocolVersion", traits_.revision}, {"capabilities", traits_.capabilities}, {"clientInfo", kClientInfo}};
  request("initialize", "initialize", params);
  world_.settle();
  if (heard_.size() != 1 || heard_.front().verb != "result" || session_.empty()) {
    const std::string got = heard_.empty() ? "nothing" : text_of(heard_.front());
    return Error{ErrorCode::kUnavailable, "initialize led to no session, but to " + got, {}};
  }
  heard_.clear();
  post(notification_text("notifications/initialized", {}));
  world_.settle();
  return {};
}

std::uint64_t ScriptedClient::request(const json::value& id, const std::string& method, json::value params) {
  HttpCaller::Headers fields = headers();
  if (is_modern()) {
    if (params.is_null()) params.emplace_object();
    json::object& members = params.as_object();
    fields.emplace_back("Mcp-Method", method);
    if (const std::string name = name_of(method, members); !name.empty()) fields.emplace_back("Mcp-Name", name);
    json::object& meta = members.emplace("_meta", json::object()).first->value().as_object();
    meta["io.modelcontextprotocol/protocolVersion"] = traits_.revision;
    meta["io.modelcontextprotocol/clientCapabilities"] = traits_.capabilities;
    meta["io.modelcontextprotocol/clientInfo"] = kClientInfo;
  }
  Exchange exchange;
  exchange.id = id;
  return send("POST", std::move(fields), request_text(id, method, params), std::move(exchange));
}

std::uint64_t ScriptedClient::post(std::string message) {
  Exchange exchange;
  exchange.is_answered = exchange.is_accepted = true;
  return send("POST", headers(), std::move(message), std::move(exchange));
}

std::uint64_t ScriptedClient::get() {
  Exchange exchange;
  return send("GET", headers(), "", std::move(exchange));
}

std::uint64_t ScriptedClient::resume(std::uint64_t former) {
  Exchange exchange;
  exchange.id = exchanges_[former].id;
  HttpCaller::Headers fields = headers();
  fields.emplace_back("Last-Event-ID", exchanges_[former].last_event_id);
  return send("GET", std::move(fields), "", std::move(exchange));
}

std::uint64_t ScriptedClient::end_session() {
  Exchange exchange;
  return send("DELETE", headers(), "", std::move(exchange));
}

void ScriptedClient::take(std::uint64_t number, const Piece& piece) {
  if (session_.empty()) session_ = piece.session;
  switch (piece.kind) {
    case Piece::Kind::kWhole:
      return take_whole(number, piece);
    case Piece::Kind::kEvent:
      exchanges_[number].last_event_id = piece.event_id;
      if (!piece.text.empty()) take_message(number, piece);
      return;
    case Piece::Kind::kEnd:
      if (!exchanges_[number].is_answered) add(number, "end", piece);
      return;
    case Piece::Kind::kFailure:
      return add(number, "failure", piece);
  }
}

void ScriptedClient::take_whole(std::uint64_t number, const Piece& piece) {
  if (exchanges_[number].is_accepted && piece.status == 202 && piece.text.empty()) return;
  if (piece.content_type.starts_with("application/json")) return take_message(number, piece);
  add(number, "status", piece);
}

void ScriptedClient::take_message(std::uint64_t number, const Piece& piece) {
  auto message = read_message(piece.text);
  if (!message) return add(number, "nonsense", piece);
  Exchange& exchange = exchanges_[number];
  message->exchange = number;
  message->status = piece.status;
  const bool is_response = message->verb == "result" || message->verb == "error";
  if (is_response) {
    if (exchange.is_answered || message->id != exchange.id) message->verb += " that nobody asked for";
    exchange.is_answered = true;
  }
  heard_.push_back(std::move(*message));
}

void ScriptedClient::add(std::uint64_t number, std::string verb, const Piece& piece) {
  Event event(std::move(verb), number);
  if (piece.status != 0) event.status = piece.status;
  if (!piece.text.empty()) event.payload = piece.text;
  heard_.push_back(std::move(event));
}

}  // namespace jungle::e2e
