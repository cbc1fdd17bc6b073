// An MCP server that does what a transcript says.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/signal.h"
#include "e2e/event.h"
#include "e2e/world.h"
#include "http/server.h"

namespace jungle::e2e {

struct ServerTraits {
  std::string revision;
  bool gives_sessions = false;     // Legacy: "s1", "s2", ...
  bool tells_of_changes = false;   // Has a stream for it.
  std::vector<std::string> tools;  // Their names.
  std::vector<std::string> prompts;
  std::vector<std::string> resources;  // Their URIs.
};

// Speaks any revision over streamable HTTP. What it is and what it offers it answers by itself, and keeps a record of;
// everything else is in heard(), and the gateway waits until answer(), refuse() or cut().
class ScriptedServer final : private http::Handler {
 public:
  ScriptedServer(World& world, ServerTraits traits);
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() override;

  std::string url() const { return url_; }
  void offer_tools(std::vector<std::string> tools) { traits_.tools = std::move(tools); }

  std::deque<Event>& heard() { return heard_; }
  // As if it had heard nothing so far. How that goes on does not count either.
  void forget_heard();
  // The methods that it answered by itself since the last time.
  std::vector<std::string> take_handled();

  // Exchanges that wait. REQUIRES of the next four: is_open(exchange).
  bool is_open(std::uint64_t exchange) const { return open_.contains(exchange); }
  std::size_t open_count() const { return open_.size(); }
  void stream(std::uint64_t exchange, std::string message);
  void answer(std::uint64_t exchange, std::string message);
  void refuse(std::uint64_t exchange, int status, std::string text);
  void cut(std::uint64_t exchange);

 private:
  struct Output {
    enum class Kind : std::uint8_t { kHead, kMessage, kAnswer, kStatus, kCut };
    Kind kind = Kind::kCut;
    std::string text;
    int status = 200;
  };
  struct Open {
    explicit Open(Executor executor) : changed(executor) {}
    Signal changed;
    std::deque<Output> outputs;
  };

  Task<void> handle(http::Exchange& exchange) override;
  Task<void> handle_message(http::Exchange& exchange, Event message);
  Task<void> serve(http::Exchange& exchange, Event event);
  Task<bool> write(http::Exchange& exchange, Output output);
  Task<void> respond(http::Exchange& exchange, int status, std::string text, std::string session);
  bool is_modern() const;
  // What it answers by itself; null for everything else.
  json::value result_of(const Event& request) const;
  json::object capabilities() const;
  void put(std::uint64_t exchange, Output output);

  World& world_;
  ServerTraits traits_;
  std::deque<Event> heard_;
  std::vector<std::string> handled_;
  std::uint64_t exchanges_ = 0;
  std::uint64_t forgotten_ = 0;  // Exchanges up to this one count for nothing.
  int sessions_ = 0;
  std::map<std::uint64_t, std::shared_ptr<Open>> open_;
  http::Server server_;
  std::string url_;
};

}  // namespace jungle::e2e
