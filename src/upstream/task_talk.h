// A task of a legacy server that wants input of its client.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/deadline_list.h"
#include "base/guarded.h"
#include "base/random.h"
#include "base/reply.h"
#include "base/signal.h"
#include "base/task.h"
#include "mcp/call_context.h"
#include "mcp/event_sink.h"
#include "upstream/http_link.h"
#include "upstream/legacy_tasks.h"
#include "upstream/open_questions.h"
#include "upstream/worker.h"

namespace jungle::upstream {

class ServerState;

// Hears what the task asks by keeping `tasks/result` open (MCP 2025-11-25 basic/utilities/tasks "Input Required
// Status"), and keeps it for the client, which asks for the task now and then. Ends when that is answered, when the
// client has stayed away for kParkedTime, or with the server.
//
// Shared by TaskTalks and its own coroutine; on the executor of the worker that began it.
class TaskTalk final : public mcp::EventSink, public std::enable_shared_from_this<TaskTalk> {
 public:
  using QuestionsReply = Reply<std::string>;

  TaskTalk(Worker& worker, std::shared_ptr<ServerState> state, LinkUse use, LegacyTask task,
           const mcp::CallContext& context);

  void start();
  // Gives what is open, raw JSON of `inputRequests`, empty if nothing is: at once, or with the first question.
  void tell(std::shared_ptr<QuestionsReply> reply);
  // `responses` is raw JSON of `inputResponses`. What was not asked, or is answered, counts for nothing.
  void answer(const std::string& responses) { questions_.answer(responses); }
  void stop();

  Executor executor() const { return worker_.executor; }

  Task<Result<void>> send(mcp::Notification event) override;  // Tasks report nothing but what is asked for.
  bool can_ask() const override { return true; }
  Task<Result<void>> ask(mcp::InputRequest question, OnAnswer on_answer) override;
  Task<void> withdraw(std::string asker_id) override;

 private:
  Task<void> run();
  Task<Result<void>> until_answered();
  std::string open_questions() const;
  void tell_all();

  Worker& worker_;
  const std::shared_ptr<ServerState> state_;
  const LinkUse use_;
  const LegacyTask task_;
  mcp::CallContext context_;
  OpenQuestions questions_;  // Their keys are unique over the life of the task, which may be longer than ours.
  std::vector<std::shared_ptr<QuestionsReply>> waiting_;
  bool has_asked_ = false;
  bool stopped_ = false;
  Signal stop_;
  DeadlineList::Entry patience_{[this] { tell_all(); }};
  DeadlineList::Entry expiry_{[this] { stop(); }};
};

// Those of one server, found by the id of the task. Owned by its ServerState. Callable from any thread.
class TaskTalks {
 public:
  explicit TaskTalks(Random& random) : random_(random) {}

  std::shared_ptr<TaskTalk> find(const std::string& id);
  // The talk of that id, or the one that `make` makes, which is then to be started; null: there are too many.
  struct Found {
    std::shared_ptr<TaskTalk> talk;
    bool is_new = false;
  };
  Found find_or_add(const std::string& id, const std::function<std::shared_ptr<TaskTalk>()>& make);
  void remove(const std::string& id);
  // Ends them all.
  void close();

  Random& random() { return random_; }

 private:
  struct Known {
    std::map<std::string, std::shared_ptr<TaskTalk>> talks;
    bool closed = false;
  };

  Random& random_;
  Guarded<Known> known_;
};

}  // namespace jungle::upstream
