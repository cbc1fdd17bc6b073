// Starting a server's process and greeting it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/result.h"
#include "base/task.h"
#include "base/task_group.h"
#include "telemetry/log.h"
#include "upstream/channel_session.h"

namespace jungle::upstream {

// A process that was greeted.
struct OpenedSession {
  std::shared_ptr<ChannelSession> session;
  Greeting greeting;
};

// What opening needs; everything outlives it.
struct ChannelPlace {
  Executor executor;
  Time& time;
  telemetry::Log& log;
  Spawner& spawner;
  TaskGroup& endings;                         // Where processes that failed are ended.
  mcp::ClientCapabilities capabilities = {};  // What a legacy server is told that its client can do.
};

// Starts the server's command and greets it in `era`, all within the server's init timeout. kUnknown: finds the era
// out, starting the command anew if it ends when it is asked anything before `initialize`. A modern process needs no
// handshake, but `server/discover` shows that it has started and is still modern, before a call is entrusted to it.
// `ids` numbers our requests.
//
// Errors: as Discoverer::discover. What was started and failed is ended in `endings`.
Task<Result<OpenedSession>> open_channel_session(ChannelPlace place, std::shared_ptr<const ServerFacts> facts, Era era,
                                                 std::atomic<std::uint64_t>& ids, SessionOwner* owner);

// Ends a session's process in `endings`.
void end_in_background(TaskGroup& endings, std::shared_ptr<ChannelSession> session);

}  // namespace jungle::upstream
