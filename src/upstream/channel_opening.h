// Opening a channel to a server and greeting it.
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

// A session whose server was greeted.
struct OpenedSession {
  std::shared_ptr<ChannelSession> session;
  Greeting greeting;
};

// What opening needs; everything outlives it.
struct ChannelPlace {
  Executor executor;
  Time& time;
  telemetry::Log& log;
  ChannelMaker& maker;
  TaskGroup& endings;                         // Where sessions that failed are ended.
  mcp::ClientCapabilities capabilities = {};  // What a legacy server is told that its client can do.
};

// Opens a channel and greets the server in `era`, all within its init timeout. kUnknown: finds the era out, with
// another channel if the first one ends when anything is asked before `initialize`. A modern process needs no
// handshake, but `server/discover` shows that it has started and is still modern, before a call is entrusted to it.
// `ids` numbers our requests.
//
// Errors: as Discoverer::discover. What was started and failed is ended in `endings`.
Task<Result<OpenedSession>> open_channel_session(ChannelPlace place, std::shared_ptr<const ServerFacts> facts, Era era,
                                                 std::atomic<std::uint64_t>& ids, SessionOwner* owner);

// Ends a session in `endings`.
void end_in_background(TaskGroup& endings, std::shared_ptr<ChannelSession> session);

}  // namespace jungle::upstream
