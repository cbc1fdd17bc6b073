// The standalone stream of a session that calls use.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/guarded.h"
#include "base/signal.h"
#include "upstream/call_inbox.h"
#include "upstream/event_stream.h"
#include "upstream/server_news.h"

namespace jungle::upstream {

// Some servers put what they ask or log in the middle of a call on this stream, not on the call's. Only a task that it
// belongs to says which call it is for (SEP-2260): else it goes to the one that is in flight; with several, or none, a
// question is refused. Opened before the first call, and again when it ends, until close().
//
// Shared by the link of its session and by its own coroutine, which runs on the worker that opened it. Callable from
// any thread, but for open().
class SessionStream final : public std::enable_shared_from_this<SessionStream>, private StreamListener {
 public:
  // `use` names the session; its link is not the one that owns this.
  SessionStream(Worker& worker, std::shared_ptr<const ServerNews> news, LinkUse use);

  // What became of a start: some servers send the head of a stream with its first event only.
  enum class Opening : std::uint8_t { kOpen, kLate, kNone };
  // Starts it; returns when the server has opened it or has none, or `patience` later.
  Task<Opening> open(Millis patience);
  void close();

  bool is_closed() const { return is_closed_; }

  // A call of the session that is in flight, from construction to destruction.
  class Flight {
   public:
    Flight(std::shared_ptr<SessionStream> stream, std::uint64_t id, Executor caller);
    Flight(const Flight&) = delete;
    Flight& operator=(const Flight&) = delete;
    ~Flight();

    // What comes for it.
    const std::shared_ptr<CallInbox>& inbox() const { return inbox_; }
    // The server has made a task of it, which these params name (task_calls.h).
    void became(std::string task);

   private:
    const std::shared_ptr<SessionStream> stream_;
    const std::uint64_t id_;
    const std::shared_ptr<CallInbox> inbox_;
  };

 private:
  struct CallInFlight {
    std::shared_ptr<CallInbox> inbox;
    std::string task;  // Empty: it is none, as far as we know.
  };
  using InFlight = std::map<std::uint64_t, CallInFlight>;

  Task<void> run();
  Task<Result<void>> until_closed();
  Task<Result<void>> until_settled();
  void on_open(bool resumed) override;
  void on_message(mcp::Message message) override;
  void take_notification(mcp::Notification notification);
  void take_request(mcp::Request request);
  void answer(std::string text);

  Worker& worker_;
  const std::shared_ptr<const ServerNews> news_;
  const LinkUse use_;
  StreamPlace place_;
  Signal changed_;
  bool is_open_ = false;
  std::atomic<bool> is_closed_{false};
  bool is_none_ = false;
  Guarded<InFlight> in_flight_;
};

// The streams of one server's sessions: one for each session id, whoever gave it out. Owned by its ServerState, and
// used from any thread.
struct SessionStreams {
  using ById = std::map<std::string, std::weak_ptr<SessionStream>, std::less<>>;

  std::atomic<bool> are_none{false};  // The server has no such streams.
  std::atomic<bool> are_late{false};  // Their heads come with their first events: nobody waits for them again.
  Guarded<ById> open;
};

// Gives a fresh session of `use.endpoint` its stream, if its server may need one: it can ask the session's clients
// something (`capabilities`), or logs, and is not known to have none.
Task<void> open_stream(Worker& worker, std::shared_ptr<const ServerNews> news, SessionStreams& streams,
                       mcp::ClientCapabilities capabilities, std::shared_ptr<HttpLink> link, LinkUse use);

}  // namespace jungle::upstream
