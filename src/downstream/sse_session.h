// Sessions of clients that speak HTTP+SSE.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/guarded.h"

namespace jungle::downstream {

struct ClientSession;

// One client of MCP 2024-11-05 basic/transports "HTTP with SSE": a GET stream, which everything that it is told comes
// on, and an address that it posts to. It lives as long as its stream. Callable from any thread: posts may come in on
// any worker.
class SseSession {
 public:
  explicit SseSession(std::string id) : id_(std::move(id)) {}
  const std::string& id() const { return id_; }

  // What waited for the client. A value.
  struct Taken {
    std::vector<std::string> messages;
    std::size_t dropped = 0;  // Notifications.
  };

  // An answer or a question that the client is to read next. Once more than kSseWaitingBytesMax of those wait for a
  // client that does not read, the session is over. True if its stream has to be told: nothing waited before, or it is
  // over by now.
  bool push(std::string message);
  // The same with a notification, which is dropped while more than kSseEventBytesMax of those wait.
  bool push_event(std::string message);
  Taken take();

  // What `initialize` settled; null before. set_client() is false if it was settled before, or the stream has ended.
  std::shared_ptr<ClientSession> client() const;
  bool set_client(std::shared_ptr<ClientSession> client);

  // The client is gone. What was settled.
  std::shared_ptr<ClientSession> end();
  bool ended() const;
  // It has ended because the client did not read.
  bool overflowed() const;

  std::atomic<std::size_t> requests{0};  // That are being worked on.

 private:
  struct State {
    Taken waiting;
    std::size_t bytes = 0;        // Of answers and questions,
    std::size_t event_bytes = 0;  // and of notifications.
    std::shared_ptr<ClientSession> client;
    bool overflowed = false;
    bool ended = false;
  };
  const std::string id_;
  Guarded<State> state_;
};

}  // namespace jungle::downstream
