// What comes for a call besides its answer.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "upstream/remote_call.h"

namespace jungle::upstream {

// A RemoteCall that a server may ask something.
class CallInbox : public RemoteCall {
 public:
  using RemoteCall::RemoteCall;

  // A request of the server that can only belong to this call.
  static void put(const std::shared_ptr<CallInbox>& call, mcp::Request question) {
    asio::dispatch(call->caller(), [call, question = std::move(question)]() mutable {
      if (!call->admit(bytes_of(question))) return;
      call->questions_.push_back(std::move(question));
      call->wake();
    });
  }

  std::optional<mcp::Request> next_question() {
    if (questions_.empty()) return std::nullopt;
    mcp::Request question = std::move(questions_.front());
    questions_.pop_front();
    taken(bytes_of(question));
    return question;
  }

 private:
  static std::size_t bytes_of(const mcp::Request& question) {
    return sizeof(question) + question.method_name.size() + question.params.received_text().size();
  }

  std::deque<mcp::Request> questions_;
};

}  // namespace jungle::upstream
