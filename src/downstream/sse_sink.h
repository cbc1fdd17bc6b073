// What a call says to a client that speaks HTTP+SSE.
#pragma once

#include <memory>
#include <string>

#include "base/deadline_list.h"
#include "downstream/client_questions.h"
#include "downstream/endpoint_peers.h"
#include "downstream/session_table.h"
#include "downstream/sse_session.h"
#include "mcp/event_sink.h"

namespace jungle::downstream {

// Puts the notifications and questions of one call on the client's stream, which may be on another worker. Lives in the
// frame of the call, on its worker.
class SseSink final : public mcp::EventSink {
 public:
  SseSink(SseSession& sse, ClientSession& client, const EndpointPeers& peers, ClientQuestions& questions,
          DeadlineList& deadlines)
      : sse_(sse), client_(client), peers_(peers), deadlines_(deadlines), asked_(&questions, &client) {}

  Task<Result<void>> send(mcp::Notification event) override;
  bool can_ask() const override { return true; }
  Task<Result<void>> ask(mcp::InputRequest question, OnAnswer on_answer) override;
  Task<void> withdraw(std::string asker_id) override;
  // The call has ended: what was asked needs no answer any more.
  void withdraw_questions();

 private:
  Result<void> push(std::string message);
  Result<void> push_event(std::string message);

  SseSession& sse_;
  ClientSession& client_;
  const EndpointPeers& peers_;
  DeadlineList& deadlines_;
  AskedQuestions asked_;
};

// Puts an answer or a question on the stream, wherever that is.
void push_to(SseSession& sse, const EndpointPeers& peers, std::string message);

}  // namespace jungle::downstream
