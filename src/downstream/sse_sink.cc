#include "downstream/sse_sink.h"

#include <utility>

#include "downstream/limits.h"
#include "downstream/mcp_endpoint.h"
#include "mcp/json_text.h"

namespace jungle::downstream {

namespace {

void tell_stream(const SseSession& sse, const EndpointPeers& peers) {
  peers.tell_all([id = sse.id()](McpEndpoint& peer) { peer.sse_grew(id); });
}

}  // namespace

void push_to(SseSession& sse, const EndpointPeers& peers, std::string message) {
  if (sse.push(std::move(message))) tell_stream(sse, peers);
}

Result<void> SseSink::push(std::string message) {
  if (sse_.ended()) return Error{ErrorCode::kUnavailable, "the client is gone", {}};
  push_to(sse_, peers_, std::move(message));
  return {};
}

Result<void> SseSink::push_event(std::string message) {
  if (sse_.ended()) return Error{ErrorCode::kUnavailable, "the client is gone", {}};
  if (sse_.push_event(std::move(message))) tell_stream(sse_, peers_);
  return {};
}

Task<Result<void>> SseSink::send(mcp::Notification event) {
  co_return push_event(R"({"jsonrpc":"2.0","method":)" + mcp::json_string(event.method) +
                       ",\"params\":" + event.params + "}");
}

Task<Result<void>> SseSink::ask(mcp::InputRequest question, OnAnswer on_answer) {
  if (asked_.size() >= kQuestionsMax) {
    co_return Error{ErrorCode::kLimitExceeded, "too many requests of the server wait for the client", {}};
  }
  const std::uint64_t id = client_.next_question.fetch_add(1);
  asked_.add(id, question.asker_id, deadlines_, std::move(on_answer));
  auto pushed = push(question_text(id, std::move(question)));
  if (!pushed) asked_.remove(id);
  co_return pushed;
}

Task<void> SseSink::withdraw(std::string asker_id) {
  const auto id = asked_.take(asker_id);
  if (id) (void)push(withdrawal_text(*id, "the server cancelled its request")).has_value();
  co_return;
}

void SseSink::withdraw_questions() {
  for (const std::uint64_t id : asked_.take_open()) {
    if (!push(withdrawal_text(id, "the call has ended"))) return;
  }
}

}  // namespace jungle::downstream
