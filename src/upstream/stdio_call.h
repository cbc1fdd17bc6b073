// One request on its way through a child process.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "mcp/log_level.h"
#include "upstream/remote_call.h"

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

// A RemoteCall that a session of a child process answers: the text goes one way; that it was started, requests of the
// server, notifications and the answer come back.
//
// The const part is written by the caller before it hands the call over.
class StdioCall : public RemoteCall {
 public:
  StdioCall(Executor caller, std::uint64_t call_id, std::string request_text, Besides asked_besides = {})
      : RemoteCall(caller), id(call_id), besides(asked_besides), text(std::move(request_text)) {}

  const std::uint64_t id;
  const Besides besides;

  // The session's.
  std::string text;
  std::string task;  // Not empty: the server has made a task of it, and these are the params that name it.

  // The session has put the request on its way: now the time of the call runs.
  static void tell_started(const std::shared_ptr<StdioCall>& call) {
    asio::dispatch(call->caller(), [call] {
      call->started_ = true;
      call->wake();
    });
  }
  // A request of the server that can only belong to this call.
  static void put(const std::shared_ptr<StdioCall>& call, mcp::Request question) {
    asio::dispatch(call->caller(), [call, question = std::move(question)]() mutable {
      if (call->questions_.size() >= kQueuedEvents) return;
      call->questions_.push_back(std::move(question));
      call->wake();
    });
  }

  bool started() const { return started_; }
  std::optional<mcp::Request> next_question() {
    if (questions_.empty()) return std::nullopt;
    mcp::Request question = std::move(questions_.front());
    questions_.pop_front();
    return question;
  }

 private:
  bool started_ = false;
  std::deque<mcp::Request> questions_;
};

}  // namespace jungle::upstream
