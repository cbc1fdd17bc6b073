// What the gateway says to a client or a server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/value.hpp>

namespace jungle::e2e {

namespace json = boost::json;

// One message, or what else a peer of the gateway can notice. What it is, is its verb:
//   a method                 a request or a notification; `payload` is its params
//   result, error            a response; `payload` is the result or the error object
//   status                   an HTTP answer without JSON-RPC; `payload` is its text
//   GET, DELETE              an HTTP request of that method
//   end, hangup, failure     a stream ended without an answer; the gateway left an exchange; a request failed
struct Event {
  explicit Event(std::string what = {}, std::uint64_t where = 0) : verb(std::move(what)), exchange(where) {}

  std::string verb;
  std::uint64_t exchange;  // The HTTP exchange on which it came; numbers are the peer's.
  json::value id;          // Of the request that it is or answers; null: none.
  json::value payload;     // Null: none.
  int status = 200;        // Of the HTTP answer that brought it.
  std::string session;     // The Mcp-Session-Id of the HTTP request that brought it.
};

// The message that `text` is; nothing if it is no JSON-RPC 2.0.
std::optional<Event> read_message(std::string_view text);
// For people.
std::string text_of(const Event& event);

// JSON-RPC messages as text. A null `payload` is left out.
std::string request_text(const json::value& id, std::string_view method, const json::value& params);
std::string notification_text(std::string_view method, const json::value& params);
// `verb` is "result" or "error".
std::string response_text(const json::value& id, std::string_view verb, const json::value& payload);

}  // namespace jungle::e2e
