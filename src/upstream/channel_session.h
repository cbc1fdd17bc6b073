// A conversation with a server over one channel.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "mcp/client_capabilities.h"
#include "mcp/json_reader.h"
#include "telemetry/log.h"
#include "upstream/channel_call.h"
#include "upstream/era.h"
#include "upstream/greeting.h"
#include "upstream/message_channel.h"
#include "upstream/server_facts.h"

namespace jungle::upstream {

class ChannelSession;

// Who is told about a session, on its executor, from its reading coroutine. Must not end the session in the call.
class SessionOwner {
 public:
  virtual ~SessionOwner() = default;
  virtual void on_call_finished(ChannelSession& session) = 0;
  virtual void on_session_ended(ChannelSession& session) = 0;
  // One that belongs to no call.
  virtual void on_notification(ChannelSession& session, const mcp::Notification& notification) = 0;
};

// JSON-RPC over one channel, of either era: matches answers and progress to calls, answers the server's own requests.
// Owned by a home or a discovery, on `executor`. end() must have returned before it is destroyed.
// Ids are the callers' business: unique within the session.
class ChannelSession final : public ChannelListener {
 public:
  ChannelSession(Executor executor, Time& time, telemetry::Log& log, std::shared_ptr<const ServerFacts> facts,
                 mcp::ClientCapabilities capabilities, SessionOwner* owner);
  ChannelSession(const ChannelSession&) = delete;
  ChannelSession& operator=(const ChannelSession&) = delete;

  // The channel that it listens to. Once, before anything else.
  void use(std::unique_ptr<MessageChannel> channel) { channel_ = std::move(channel); }

  // `initialize` and `notifications/initialized` (MCP 2025-11-25 basic/lifecycle), with id `id`.
  Task<Result<Greeting>> initialize(std::uint64_t id);
  // `server/discover`, with id `id`.
  Task<Result<Greeting>> discover(std::uint64_t id);
  // Finds out the era: `server/discover` with id `id`, then `initialize` with id + 1 if that is not answered within
  // `probe_time` or answered as legacy servers do. kUnavailable: the channel ended, as some legacy processes do when
  // asked anything before `initialize`.
  Task<Result<Greeting>> probe(std::uint64_t id, Millis probe_time);
  // A request of our own. REQUIRES: greeted.
  Task<Result<mcp::Response>> request(std::uint64_t id, std::string_view method, std::string_view params);

  // Puts the call on its way; it finishes when its answer comes or the session ends. False: it has failed already.
  bool start(const std::shared_ptr<ChannelCall>& call);
  // Sends the answer to a request that the server put to call `call_id`, unless that has ended.
  void answer(std::uint64_t call_id, std::string text);
  // Forgets a call and tells the server so. Its late answer is dropped.
  void cancel(std::uint64_t id, std::string_view reason);

  // REQUIRES: it was greeted.
  const Greeting& greeting() const { return greeting_; }
  bool alive() const { return !ending_ && !channel_->ended(); }
  // As MessageChannel::awaited().
  std::string awaited() const { return channel_->awaited(); }
  std::size_t calls_in_flight() const;

  // As Conversation::take_change(), of a session without an owner.
  bool take_change() { return std::exchange(said_change_, false); }
  // Whether the server asked something while no call was in flight.
  bool was_asked_in_vain() const { return was_asked_in_vain_; }

  // Ends the channel; calls in flight fail. REQUIRES: the coroutine is not being cancelled.
  Task<void> end();

  void on_message(std::string text) override;
  void on_failed_request(std::uint64_t id, const Error& error) override;
  void on_end(const Error& why) override;

 private:
  using Pending = std::map<std::uint64_t, std::shared_ptr<ChannelCall>>;

  std::string discover_params() const;
  Task<Result<Greeting>> greeted_with(std::shared_ptr<ChannelCall> call, Era era);
  Result<Greeting> greeting_of(const mcp::Response& response, Era era);
  void take_message(std::string text);
  Pending::iterator find_call(std::uint64_t id);
  bool wait_for_task(ChannelCall& call, const mcp::Response& answer);
  void take_response(mcp::IncomingResponse response);
  void take_request(mcp::Request request);
  std::shared_ptr<ChannelCall> call_asking(const mcp::Request& request) const;
  std::shared_ptr<ChannelCall> only_call() const;
  void take_notification(mcp::Notification notification);
  void fail_all(const Error& error);
  void tell_log_level(const LogLevelRequest& request);
  std::shared_ptr<ChannelCall> make_call(std::uint64_t id, std::string_view method, std::string_view params);

  Executor executor_;
  Time& time_;
  telemetry::Log& log_;
  const std::shared_ptr<const ServerFacts> facts_;
  const mcp::ClientCapabilities capabilities_;  // What a legacy server is told that its client can do.
  SessionOwner* owner_;                         // May be null.
  Era era_ = Era::kLegacy;
  Greeting greeting_;
  bool takes_log_level_ = false;            // A legacy server that has `logging/setLevel`.
  std::optional<mcp::LogLevel> log_level_;  // What it was told last.
  bool said_change_ = false;
  bool was_asked_in_vain_ = false;
  bool ending_ = false;
  std::optional<Error> ended_why_;
  Pending pending_;
  std::unique_ptr<MessageChannel> channel_;
};

// A call of the session's own executor: waits for its answer.
Task<Result<mcp::Response>> answer_of(std::shared_ptr<ChannelCall> call, const catalog::ServerSpec& spec);

}  // namespace jungle::upstream
