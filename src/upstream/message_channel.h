// A two-way stream of messages to one server.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/task.h"

namespace jungle::upstream {

// Who listens to a MessageChannel. Called on its executor, from its own coroutines; must not destroy the channel.
class ChannelListener {
 public:
  virtual ~ChannelListener() = default;
  // One message of the server, a JSON object or array as it seems.
  virtual void on_message(std::string text) = 0;
  // Request `id`, which was sent, has failed alone. The channel goes on.
  virtual void on_failed_request(std::uint64_t id, const Error& error) = 0;
  // No message will follow. `why` names the server and what happened. Called once.
  virtual void on_end(const Error& why) = 0;
};

// Carries messages both ways, many requests at once: over the pipes of a process (StdioChannel) or over an event stream
// and POSTs (SseChannel). Owned by a session, used on one executor. end() must have returned before it is destroyed.
// Does not know JSON-RPC.
class MessageChannel {
 public:
  virtual ~MessageChannel() = default;

  // Puts one message into the queue. `request_id` is that of a request of ours, 0 if it is none. kUnavailable if the
  // channel has ended, kLimitExceeded if the server leaves too much of what was sent unread.
  virtual Result<void> send(std::string text, std::uint64_t request_id) = 0;
  virtual bool ended() const = 0;
  // What messages still wait for, for people; empty: nothing.
  virtual std::string awaited() const { return {}; }

  // Ends it, and every coroutine of it. The listener hears nothing more. REQUIRES: the coroutine is not being
  // cancelled.
  virtual Task<void> end() = 0;
};

// Makes the channels to one server. Shared by all that open sessions with it, on their executor.
class ChannelMaker {
 public:
  virtual ~ChannelMaker() = default;
  // A channel that may be on its way yet: what it comes to, `listener` hears, and nothing before this has returned. It
  // outlives the channel. kUnavailable: nothing could be started.
  virtual Task<Result<std::unique_ptr<MessageChannel>>> make(ChannelListener& listener) = 0;
};

}  // namespace jungle::upstream
