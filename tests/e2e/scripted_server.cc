#include "e2e/scripted_server.h"

#include <span>
#include <utility>

#include <boost/asio/this_coro.hpp>
#include <boost/json/serialize.hpp>

#include "e2e/scripted_client.h"
#include "http/sse_writer.h"

namespace jungle::e2e {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kEventStream = "text/event-stream";
constexpr int kMethodNotFound = -32601;

const json::object kServerInfo{{"name", "scripted"}, {"version", "1"}};

json::array tools_of(const std::vector<std::string>& names) {
  json::array tools;
  for (const std::string& name : names)
    tools.push_back(json::object{{"name", name}, {"inputSchema", json::object{{"type", "object"}}}});
  return tools;
}

json::array prompts_of(const std::vector<std::string>& names) {
  json::array prompts;
  for (const std::string& name : names)
    prompts.push_back(json::object{{"name", name}});
  return prompts;
}

json::array resources_of(const std::vector<std::string>& uris) {
  json::array resources;
  for (const std::string& uri : uris)
    resources.push_back(json::object{{"uri", uri}, {"name", uri}});
  return resources;
}

}  // namespace

ScriptedServer::ScriptedServer(World& world, ServerTraits traits)
    : world_(world),
      traits_(std::move(traits)),
      server_(world.executor(), world.time, world.deadlines, world.peers_log, *this, http::ServerOptions()) {
  url_ = "http://127.0.0.1:" + std::to_string(server_.listen("127.0.0.1", 0).value().port) + "/mcp";
  server_.start();
}

ScriptedServer::~ScriptedServer() { world_.finish(server_.stop(world_.time.steady_now())); }

bool ScriptedServer::is_modern() const { return traits_.revision == kModernRevision; }

std::vector<std::string> ScriptedServer::take_handled() { return std::exchange(handled_, {}); }

void ScriptedServer::forget_heard() {
  heard_.clear();
  forgotten_ = exchanges_;
}

void ScriptedServer::put(std::uint64_t exchange, Output output) {
  const auto open = open_.at(exchange);
  open->outputs.push_back(std::move(output));
  open->changed.notify_all();
}

void ScriptedServer::stream(std::uint64_t exchange, std::string message) {
  put(exchange, {Output::Kind::kMessage, std::move(message)});
}
void ScriptedServer::answer(std::uint64_t exchange, std::string message) {
  put(exchange, {Output::Kind::kAnswer, std::move(message)});
}
void ScriptedServer::refuse(std::uint64_t exchange, int status, std::string text) {
  put(exchange, {Output::Kind::kStatus, std::move(text), status});
}
void ScriptedServer::cut(std::uint64_t exchange) { put(exchange, {Output::Kind::kCut, std::string()}); }

json::object ScriptedServer::capabilities() const {
  json::object detail;
  if (traits_.tells_of_changes) detail["listChanged"] = true;
  json::object capabilities;
  if (!traits_.tools.empty()) capabilities["tools"] = detail;
  if (!traits_.prompts.empty()) capabilities["prompts"] = detail;
  if (!traits_.resources.empty()) capabilities["resources"] = detail;
  return capabilities;
}

json::value ScriptedServer::result_of(const Event& request) const {
  json::object result;
  if (request.verb == "initialize" && !is_modern()) {
    result = {{"protocolVersion", traits_.revision}, {"capabilities", capabilities()}, {"serverInfo", kServerInfo}};
  } else if (request.verb == "server/discover" && is_modern()) {
    result = {{"supportedVersions", json::array{traits_.revision}}, {"capabilities", capabilities()}};
    result["_meta"] = json::object{{"io.modelcontextprotocol/serverInfo", kServerInfo}};
  } else if (request.verb == "tools/list") {
    result["tools"] = tools_of(traits_.tools);
  } else if (request.verb == "prompts/list") {
    result["prompts"] = prompts_of(traits_.prompts);
  } else if (request.verb == "resources/list") {
    result["resources"] = resources_of(traits_.resources);
  } else if (request.verb == "resources/templates/list") {
    result["resourceTemplates"] = json::array();
  } else if (request.verb != "ping") {
    return nullptr;
  }
  if (is_modern()) {
    result["resultType"] = "complete";
    result["ttlMs"] = 0;
    result["cacheScope"] = "private";
  }
  return result;
}

Task<void> ScriptedServer::respond(http::Exchange& exchange, int status, std::string text, std::string session) {
  const http::Header header{"Mcp-Session-Id", session};
  const http::ResponseHead head{status, text.empty() ? std::string_view() : kJson,
                                std::span<const http::Header>(&header, session.empty() ? 0 : 1)};
  const std::string_view piece = text;
  const std::span<const std::string_view> pieces(&piece, 1);
  auto sent = co_await exchange.respond(head, pieces);
  (void)sent;  // The gateway may have left.
}

Task<void> ScriptedServer::handle(http::Exchange& exchange) {
  co_await asio::this_coro::throw_if_cancelled(false);
  auto message = exchange.method() == "POST" ? read_message(exchange.body()) : Event(std::string(exchange.method()));
  if (!message) message = Event("nonsense");
  message->session = exchange.header("mcp-session-id").value_or("");
  message->exchange = ++exchanges_;
  const bool is_stream = message->verb == "GET" && traits_.tells_of_changes && !is_modern();
  const bool is_request = !message->id.is_null() && message->verb.find("result") != 0 && message->verb != "error";
  if (message->verb == "DELETE" || (message->verb == "GET" && !is_stream)) {
    handled_.push_back(message->verb);
    co_return co_await respond(exchange, message->verb == "GET" ? 405 : 200, "", "");
  }
  if (is_request) co_return co_await handle_message(exchange, std::move(*message));
  if (is_stream) co_return co_await serve(exchange, std::move(*message));
  if (message->verb == "notifications/initialized") {
    handled_.push_back(message->verb);
  } else {
    heard_.push_back(std::move(*message));
  }
  co_await respond(exchange, 202, "", "");
}

Task<void> ScriptedServer::handle_message(http::Exchange& exchange, Event message) {
  const json::value result = result_of(message);
  std::string session;
  std::string text;
  if (!result.is_null()) {
    if (message.verb == "initialize" && traits_.gives_sessions) session = "s" + std::to_string(++sessions_);
    text = response_text(message.id, "result", result);
  } else if (message.verb == "server/discover" || message.verb == "initialize") {
    const json::object error{{"code", kMethodNotFound}, {"message", "Method not found"}};
    text = response_text(message.id, "error", error);
  } else {
    co_return co_await serve(exchange, std::move(message));
  }
  handled_.push_back(message.verb);
  co_await respond(exchange, 200, std::move(text), std::move(session));
}

// Until the transcript has answered, or the gateway has left.
Task<void> ScriptedServer::serve(http::Exchange& exchange, Event event) {
  const std::uint64_t number = event.exchange;
  const auto open = std::make_shared<Open>(world_.executor());
  if (event.verb == "GET") open->outputs.push_back({Output::Kind::kHead, std::string()});
  open_.emplace(number, open);
  heard_.push_back(std::move(event));
  for (bool goes_on = true; goes_on;) {
    bool woken = true;
    while (woken && open->outputs.empty())
      woken = co_await open->changed.wait();
    if (!woken) {
      if (number > forgotten_) heard_.push_back(Event("hangup", number));
      break;
    }
    Output output = std::move(open->outputs.front());
    open->outputs.pop_front();
    goes_on = co_await write(exchange, std::move(output));
  }
  open_.erase(number);
}

Task<bool> ScriptedServer::write(http::Exchange& exchange, Output output) {
  if (output.kind == Output::Kind::kStatus) {
    auto refused = co_await exchange.respond(output.status, "text/plain", output.text);
    co_return refused && false;
  }
  const bool is_last = output.kind == Output::Kind::kAnswer;
  if (is_last && !exchange.streaming()) {
    auto answered = co_await exchange.respond(200, kJson, output.text);
    co_return answered && false;
  }
  if (!exchange.streaming()) {
    const http::ResponseHead head{200, kEventStream, {}};
    auto started = co_await exchange.start_stream(head);
    if (!started || output.kind == Output::Kind::kHead) co_return started.has_value();
  }
  if (output.kind == Output::Kind::kCut) co_return false;  // A stream that is not finished is cut off.
  http::SseWriter writer;
  const auto pieces = writer.event("message", output.text);
  auto writing = is_last ? exchange.finish(pieces) : exchange.write(pieces);
  auto written = co_await std::move(writing);
  co_return written && !is_last;
}

}  // namespace jungle::e2e
