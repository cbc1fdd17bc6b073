#include "e2e/event.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace jungle::e2e {
namespace {

json::value member(const json::object& message, std::string_view name) {
  const auto* value = message.if_contains(name);
  return value != nullptr ? *value : json::value();
}

std::string text_of_message(json::object members) {
  json::object message;
  message["jsonrpc"] = "2.0";
  for (auto& [key, value] : members)
    message[key] = std::move(value);
  return json::serialize(message);
}

}  // namespace

std::optional<Event> read_message(std::string_view text) {
  boost::system::error_code ec;
  const json::value parsed = json::parse(text, ec);
  if (ec || !parsed.is_object() || member(parsed.get_object(), "jsonrpc") != "2.0") return std::nullopt;
  const json::object& message = parsed.get_object();
  Event event;
  event.id = member(message, "id");
  if (const auto* method = message.if_contains("method")) {
    event.verb = json::value_to<std::string>(*method);
    event.payload = member(message, "params");
    return event;
  }
  const bool is_result = message.contains("result");
  if (is_result == message.contains("error")) return std::nullopt;
  event.verb = is_result ? "result" : "error";
  event.payload = member(message, event.verb);
  return event;
}

std::string text_of(const Event& event) {
  std::string text = event.verb;
  if (!event.id.is_null()) text += " (id " + json::serialize(event.id) + ")";
  if (event.status != 200) text += " status " + std::to_string(event.status);
  if (!event.session.empty()) text += " session " + event.session;
  if (!event.payload.is_null()) text += " " + json::serialize(event.payload);
  return text;
}

std::string request_text(const json::value& id, std::string_view method, const json::value& params) {
  json::object members{{"id", id}, {"method", method}};
  if (!params.is_null()) members["params"] = params;
  return text_of_message(std::move(members));
}

std::string notification_text(std::string_view method, const json::value& params) {
  json::object members{{"method", method}};
  if (!params.is_null()) members["params"] = params;
  return text_of_message(std::move(members));
}

std::string response_text(const json::value& id, std::string_view verb, const json::value& payload) {
  return text_of_message({{"id", id}, {verb, payload}});
}

}  // namespace jungle::e2e
