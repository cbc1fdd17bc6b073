// A call of a modern client whose legacy server asks the client something.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/deadline_list.h"
#include "base/header_field.h"
#include "base/result.h"
#include "base/signal.h"
#include "base/task.h"
#include "mcp/call_context.h"
#include "mcp/event_sink.h"
#include "mcp/service.h"
#include "upstream/open_questions.h"
#include "upstream/remote_call.h"
#include "upstream/worker.h"

namespace jungle::upstream {

class ParkedCalls;

// The one kind of call that is longer than the exchange that started it: what its server asks becomes the answer of
// that exchange, `input_required`; meanwhile the call waits, and the exchange that brings the answers goes on with it
// (MCP 2026-07-28 basic/patterns/mrtr over a legacy server's request, 2025-11-25 client/elicitation and others).
//
// Shared by ParkedCalls while it waits and by its own coroutine while it runs; on the executor of the worker that
// started it. It ends with its server's answer, when its client gives it up, or after kParkedTime without a client.
class ParkedCall final : public mcp::EventSink, public std::enable_shared_from_this<ParkedCall> {
 public:
  // Copies what it needs of `context`, which is the client's.
  ParkedCall(Worker& worker, ParkedCalls& calls, std::shared_ptr<mcp::Service> server, mcp::Request request,
             const mcp::CallContext& context);

  // Begins, for the exchange `leg`.
  void start(std::shared_ptr<RemoteCall> leg);
  // Goes on for another exchange. `responses` is the raw object of its `inputResponses`: what is still missing is asked
  // for again.
  void resume(std::shared_ptr<RemoteCall> leg, const std::string& responses);
  // The client of `leg` has gone: the call is cancelled, unless it has moved on to another exchange.
  void give_up(const std::shared_ptr<RemoteCall>& leg);
  // Ends the call, whatever it does.
  void stop();

  // Whether a repeated request is the one that began this.
  bool is_repeated_by(const mcp::Request& request, const mcp::CallContext& context) const;
  Executor executor() const { return worker_.executor; }

  Task<Result<void>> send(mcp::Notification event) override;
  bool can_ask() const override { return true; }
  Task<Result<void>> ask(mcp::InputRequest question, OnAnswer on_answer) override;
  // A client that was given the question already brings an answer that nobody wants: then the call just goes on.
  Task<void> withdraw(std::string asker_id) override;

 private:
  Task<void> run();
  Task<void> run_park();
  void park();
  void deliver();

  Worker& worker_;
  ParkedCalls& calls_;
  const std::shared_ptr<mcp::Service> server_;
  const mcp::Request request_;
  mcp::CallContext context_;
  std::vector<std::pair<std::string, std::string>> header_texts_;  // The client's header fields outlive its exchange,
  std::vector<HeaderField> headers_;                               // for servers that are shown some of them.
  std::shared_ptr<RemoteCall> leg_;  // The exchange that waits for us; null while the call is parked.
  OpenQuestions questions_{"input-"};
  std::string state_;  // That it is found by, while it is parked.
  std::optional<Result<mcp::Response>> outcome_;
  bool stopped_ = false;
  bool parking_ = false;
  Signal stop_;
  DeadlineList::Entry expiry_{[this] { stop(); }};  // While it is parked.
};

}  // namespace jungle::upstream
