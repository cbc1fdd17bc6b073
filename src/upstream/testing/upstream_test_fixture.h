// Everything of this module, on one executor and real time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "base/random.h"
#include "base/task_group.h"
#include "http/client.h"
#include "http/tls.h"
#include "mcp/event_sink.h"
#include "oauth/testing/fixed_tokens.h"
#include "upstream/server_discoverer.h"
#include "upstream/testing/process_test.h"
#include "upstream/upstreams.h"
#include "upstream/worker_directory.h"

namespace jungle::upstream::testing {

// Remembers what it is sent as "method params".
class RecordingSink final : public mcp::EventSink {
 public:
  Task<Result<void>> send(mcp::Notification event) override {
    events.push_back(event.method + " " + event.params);
    while (held) {
      const bool woken = co_await held->wait();
      if (!woken) break;
    }
    co_return Result<void>();
  }
  // A client that reads nothing more until release().
  void hold(Executor executor) { held = std::make_unique<Signal>(executor); }
  void release() {
    const auto waiting = std::move(held);
    waiting->notify_all();
  }
  // Asked, it answers `answer` at once, if that is set.
  bool can_ask() const override { return answer.has_value(); }
  Task<Result<void>> ask(mcp::InputRequest question, OnAnswer on_answer) override {
    questions.push_back(question.method + " " + question.params);
    if (answers_at_once) on_answer(*answer);
    co_return Result<void>();
  }
  Task<void> withdraw(std::string asker_id) override {
    withdrawn.push_back(std::move(asker_id));
    co_return;
  }
  std::vector<std::string> events;
  std::vector<std::string> questions;
  std::vector<std::string> withdrawn;
  std::unique_ptr<Signal> held;
  bool answers_at_once = true;
  std::optional<mcp::Response> answer;
};

// A worker, the process-wide part and a discoverer. run() stops all of it after the body, so a test sees at its end
// whether anything was left behind. Call it once per test.
class UpstreamTest : public ProcessTest {
 protected:
  UpstreamTest();

  // Before run().
  UpstreamOptions options_;

  void run(Task<void> body);

  // A server whose process is the fixture in `mode`.
  catalog::ServerEntry stdio_server(std::vector<std::string> mode) const;
  catalog::ServerEntry http_server(std::string url) const;

  Task<Result<mcp::Response>> send(const catalog::ServerEntry& server, std::string method, std::string params);
  // Calls a tool; the text of its result, or "error: ..." with the message of whatever went wrong.
  Task<std::string> call(const catalog::ServerEntry& server, std::string tool, std::string arguments);

  // One more piece of work beside the body. Joined before the end.
  void spawn(Task<void> task) { tasks_->spawn(std::move(task)); }
  Task<void> join() { return tasks_->join(); }
  void cancel_spawned() { tasks_->cancel(); }
  Task<void> pass_time(Millis time) { return time_.sleep_until(time_.steady_now() + time); }

  mcp::CallContext context_of_call_;
  RecordingSink sink_;
  SystemRandom random_;
  oauth::testing::FixedTokens tokens_;
  Attempt attempt_;  // Of discoverer_.
  std::optional<Upstreams> upstreams_;
  std::optional<WorkerDirectory> directory_;
  std::optional<ServerDiscoverer> discoverer_;
  std::optional<http::TlsContext> tls_;
  asio::thread_pool blocking_{1};
  DeadlineList deadlines_{time_};
  std::optional<http::Client> client_;

 private:
  Task<void> run_all(Task<void> body);

  std::optional<TaskGroup> tasks_;
  std::optional<TaskGroup> sweeps_;
};

// The text of a tool's result, or the message of a JSON-RPC error.
std::string text_of_result(const Result<mcp::Response>& answer);

}  // namespace jungle::upstream::testing
