// A Service that answers what a test wrote down.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/signal.h"
#include "mcp/service.h"

namespace jungle::mcp::testing {

// Answers by method, in the order of the script; the last answer to a method is given again and again, and a method
// without any is an Error (kInternal, naming it). Records every request before it answers. Lives on `executor`;
// outlives its calls.
class ScriptedService final : public Service {
 public:
  // A request as it arrived.
  struct Seen {
    std::string method;
    std::string params;  // Raw JSON, {} if there were none.
    CallContext call;
  };

  explicit ScriptedService(Executor executor) : released_(executor) {}

  // `result` is raw JSON.
  void reply(std::string_view method, std::string result, ResultForm form = ResultForm::kModern);
  void reply_error(std::string_view method, int code, std::string_view message);
  void fail(std::string_view method, Error error);
  // Notifications that the next answer to `method` sends first. REQUIRES: it has an answer.
  void notify(std::string_view method, Notification event);
  // What the next answer to `method` asks of the client first, in order; each waits for its answer. REQUIRES: it has an
  // answer.
  void ask(std::string_view method, InputRequest question);
  // The same, but the question is withdrawn at once and no answer waited for.
  void ask_and_withdraw(std::string_view method, InputRequest question);
  // What came back: payloads, or "! " with why it could not be asked.
  const std::vector<std::string>& answers() const { return answers_; }
  // Calls wait until release(), or until they are cancelled, which is answered with kCancelled and counted.
  void hold() { held_ = true; }
  void release();

  const std::vector<Seen>& seen() const { return seen_; }
  // "tools/call", ... in the order of arrival.
  std::vector<std::string> methods_seen() const;
  std::size_t waiting() const { return waiting_; }
  std::size_t cancelled() const { return cancelled_; }

  Task<Result<Response>> handle(Request request, const CallContext& call, EventSink& events) override;

 private:
  struct Step {
    Result<Response> answer;
    std::vector<Notification> events;
    std::vector<InputRequest> questions;
  };
  Task<bool> put(InputRequest question, EventSink& events);
  Step next_step(const std::string& method);

  std::map<std::string, std::deque<Step>, std::less<>> script_;
  std::vector<Seen> seen_;
  std::vector<std::string> answers_;
  Signal released_;
  bool held_ = false;
  std::size_t waiting_ = 0;
  std::size_t cancelled_ = 0;
};

}  // namespace jungle::mcp::testing
