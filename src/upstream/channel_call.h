// One request on its way through a channel.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "mcp/log_level.h"
#include "upstream/call_inbox.h"
#include "upstream/message_channel.h"

namespace jungle::upstream {

// The request by which a legacy server is told how much to log.
struct LogLevelRequest {
  std::uint64_t id = 0;
  mcp::LogLevel level = mcp::LogLevel::kInfo;
};

// What a session may have to ask besides the request itself.
struct Besides {
  std::optional<LogLevelRequest> log_level = std::nullopt;  // First, if the session needs it.
  // The id of `tasks/result`, and the next one that of `tasks/cancel`. 0: the call makes no task.
  std::uint64_t task_result_id = 0;
};

// A call that a session over a channel answers: the text goes one way; that it was started, requests of the
// server, notifications and the answer come back.
//
// The const part is written by the caller before it hands the call over.
class ChannelCall : public CallInbox {
 public:
  ChannelCall(Executor caller, std::uint64_t call_id, std::string request_text, Besides asked_besides = {})
      : CallInbox(caller), id(call_id), besides(asked_besides), text(std::move(request_text)) {}

  const std::uint64_t id;
  const Besides besides;

  // The session's.
  std::string text;
  std::string task;     // Not empty: the server has made a task of it, and these are the params that name it.
  bool is_own = false;  // No client's: a server cannot be asking something for it.
  // Makes the channel of a call that shares none with others; null: it may.
  std::shared_ptr<ChannelMaker> own_maker = nullptr;

  // The session has put the request on its way: now the time of the call runs.
  static void tell_started(const std::shared_ptr<ChannelCall>& call) {
    asio::dispatch(call->caller(), [call] {
      call->started_ = true;
      call->wake();
    });
  }
  bool started() const { return started_; }

 private:
  bool started_ = false;
};

}  // namespace jungle::upstream
