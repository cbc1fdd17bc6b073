// Writing the answer of one call.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/deadline_list.h"
#include "base/signal.h"
#include "base/task_group.h"
#include "downstream/client_questions.h"
#include "downstream/endpoint_peers.h"
#include "downstream/replay_stream.h"
#include "downstream/session_table.h"
#include "http/exchange.h"
#include "http/sse_writer.h"
#include "mcp/event_sink.h"
#include "mcp/response.h"
#include "mcp/revision.h"

namespace jungle::downstream {

// How one client wants its answers.
struct ClientForm {
  mcp::Revision revision = mcp::kNewestModern;
  bool accepts_stream = true;    // `Accept` allows text/event-stream.
  std::string_view server_info;  // Raw JSON, for results of modern clients.
  // The session of a legacy client, whose answers can be resumed and who can be asked, and who else may be reading its
  // streams; or neither.
  ClientSession* session = nullptr;
  const EndpointPeers* peers = nullptr;
  ClientQuestions* questions = nullptr;  // With `session`.
  std::string_view session_id;           // Sent as Mcp-Session-Id, if not empty.
};

// Writes the answer of one call to its exchange: plain JSON if nothing was sent before the result and it came soon;
// else a text/event-stream with the notifications in order, comments that keep it alive, and the result last.
//
// Lives in the frame of the call, on its worker. A client that went away is no failure: what is resumable is kept.
class ResponseWriter final : public mcp::EventSink {
 public:
  // `background` runs what keeps the stream alive; it outlives the writer.
  ResponseWriter(http::Exchange& exchange, TaskGroup& background, Executor executor, std::string_view id,
                 mcp::Method method, const ClientForm& client);
  ResponseWriter(const ResponseWriter&) = delete;
  ResponseWriter& operator=(const ResponseWriter&) = delete;

  Task<Result<void>> send(mcp::Notification event) override;
  // Legacy clients are asked by a request on the stream of the answer; they answer with a message of its own.
  bool can_ask() const override { return client_.session != nullptr && client_.accepts_stream; }
  Task<Result<void>> ask(mcp::InputRequest question, OnAnswer on_answer) override;
  Task<void> withdraw(std::string asker_id) override;
  // The final answer, with `status` if the head is still to be written. Call it once, last.
  Task<void> finish(mcp::Response response, int status);
  // Ends the answer without a result: the client cancelled its request and expects none.
  Task<void> abandon();

 private:
  bool try_acquire();
  Task<void> acquire();
  void release();
  // The right to write, given back when it goes: also by a coroutine that is dropped before it starts.
  class Turn {
   public:
    explicit Turn(ResponseWriter& writer) : writer_(&writer) {}
    Turn(Turn&& other) noexcept : writer_(std::exchange(other.writer_, nullptr)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
      if (writer_ != nullptr) writer_->release();
    }

   private:
    ResponseWriter* writer_;
  };
  Task<Result<void>> start_stream();
  Task<Result<void>> write_event(std::string_view message);
  Task<void> withdraw_questions();
  void when_quiet();
  Task<void> run_keep_alive(Turn turn);
  void keep(std::string_view message, std::string& event_id);
  void end_replay();

  http::Exchange& exchange_;
  TaskGroup& background_;
  std::string_view id_;
  mcp::Method method_;
  ClientForm client_;
  std::shared_ptr<ReplayStream> replay_;  // Since the answer is a stream.
  AskedQuestions asked_;
  http::SseWriter sse_;
  Executor executor_;
  std::optional<Signal> released_;  // Since somebody had to wait.
  bool busy_ = false;               // Somebody writes to the exchange: one at a time.
  bool finished_ = false;
  bool broken_ = false;  // The client is gone; only `replay` is written.
  DeadlineList::Entry quiet_;
};

// A JSON-RPC response as text: the envelope around the payload, for the places that cannot write pieces.
std::string response_text(std::string_view id, mcp::Method method, mcp::Response response, mcp::Revision revision,
                          std::string_view server_info);

}  // namespace jungle::downstream
