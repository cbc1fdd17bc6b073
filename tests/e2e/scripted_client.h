// An MCP client that does what a transcript says.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "e2e/event.h"
#include "e2e/http_caller.h"

namespace jungle::e2e {

inline constexpr std::string_view kModernRevision = "2026-07-28";

struct ClientTraits {
  std::string revision;
  json::object capabilities;
  std::string url;
};

// Speaks any revision over streamable HTTP: a session for legacy ones, headers and `_meta` for each modern request.
// What needs no answer has to be accepted with 202; everything else that comes is in heard().
class ScriptedClient {
 public:
  ScriptedClient(World& world, ClientTraits traits);

  // Opens the session of a legacy client. The message says what went wrong.
  Result<void> connect();

  // Each returns the exchange on which the answer will come.
  std::uint64_t request(const json::value& id, const std::string& method, json::value params);
  std::uint64_t post(std::string message);  // A notification or a response.
  std::uint64_t get();                      // The stream of the session.
  std::uint64_t resume(std::uint64_t exchange);
  std::uint64_t end_session();
  void hang_up(std::uint64_t exchange) { caller_.hang_up(exchange); }

  std::deque<Event>& heard() { return heard_; }
  bool is_open(std::uint64_t exchange) const { return caller_.is_open(exchange); }

 private:
  struct Exchange {
    json::value id;             // Of the request; null: there was none.
    bool is_answered = false;   // Or needs no answer.
    bool is_accepted = false;   // 202 is what has to come.
    std::string last_event_id;  // Of its stream.
  };

  bool is_modern() const { return traits_.revision == kModernRevision; }
  HttpCaller::Headers headers() const;
  std::uint64_t send(std::string method, HttpCaller::Headers headers, std::string body, Exchange exchange);
  void take(std::uint64_t number, const Piece& piece);
  void take_whole(std::uint64_t number, const Piece& piece);
  void take_message(std::uint64_t number, const Piece& piece);
  void add(std::uint64_t number, std::string verb, const Piece& piece);

  World& world_;
  const ClientTraits traits_;
  std::string session_;
  std::map<std::uint64_t, Exchange> exchanges_;
  std::deque<Event> heard_;
  HttpCaller caller_;
};

}  // namespace jungle::e2e
