#include "upstream/task_talk.h"

#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>

#include "base/without_throwing.h"
#include "mcp/input_required.h"
#include "mcp/json_object.h"
#include "upstream/limits.h"
#include "upstream/server_state.h"
#include "upstream/task_result.h"

namespace jungle::upstream {
namespace {

constexpr std::size_t kKeyPrefixBytes = 4;

}  // namespace

TaskTalk::TaskTalk(Worker& worker, std::shared_ptr<ServerState> state, LinkUse use, LegacyTask task,
                   const mcp::CallContext& context)
    : worker_(worker),
      state_(std::move(state)),
      use_(std::move(use)),
      task_(std::move(task)),
      context_(context),
      questions_("input-" + random_hex(state_->talks.random(), kKeyPrefixBytes) + "-"),
      stop_(worker.executor) {
  context_.param_headers = nullptr;  // The exchange's, as are these.
  context_.client_headers = {};
}

void TaskTalk::start() {
  worker_.deadlines.arm(expiry_, worker_.deadlines.coarse_now() + kParkedTime);
  worker_.parked.spawn(run());
}

Task<void> TaskTalk::run() {
  using namespace asio::experimental::awaitable_operators;
  const auto keep = shared_from_this();
  auto stopping = without_throwing(stop_.until([this] { return stopped_; }));
  co_await (without_throwing(until_answered()) || std::move(stopping));
  stopped_ = true;
  expiry_.disarm();
  state_->talks.remove(text_of(task_));
  questions_.clear();
  tell_all();
}

// The answer itself is fetched by whoever asks for the task then.
Task<Result<void>> TaskTalk::until_answered() {
  auto waiting = await_task(worker_, *state_, use_, task_, context_, *this);
  auto answer = co_await std::move(waiting);
  if (!answer) co_return answer.error();
  co_return Result<void>();
}

void TaskTalk::stop() {
  stopped_ = true;
  stop_.notify_all();
}

void TaskTalk::tell(std::shared_ptr<QuestionsReply> reply) {
  if (stopped_) return QuestionsReply::give(reply, {});
  worker_.deadlines.arm(expiry_, worker_.deadlines.coarse_now() + kParkedTime);
  if (has_asked_) return QuestionsReply::give(reply, open_questions());
  waiting_.push_back(std::move(reply));
  if (!patience_.armed()) worker_.deadlines.arm(patience_, worker_.deadlines.coarse_now() + kTaskQuestionTime);
}

void TaskTalk::tell_all() {
  patience_.disarm();
  for (auto& reply : std::exchange(waiting_, {}))
    QuestionsReply::give(reply, open_questions());
}

std::string TaskTalk::open_questions() const {
  if (questions_.empty()) return {};
  mcp::JsonObject requests;
  for (const auto& [key, question] : questions_.all())
    requests.add(key, mcp::text_of(question));
  return requests.text();
}

Task<Result<void>> TaskTalk::send(mcp::Notification) { co_return Result<void>(); }

Task<Result<void>> TaskTalk::ask(mcp::InputRequest question, OnAnswer on_answer) {
  if (auto added = questions_.add(std::move(question), std::move(on_answer)); !added) co_return added;
  has_asked_ = true;
  tell_all();
  co_return Result<void>();
}

Task<void> TaskTalk::withdraw(std::string asker_id) {
  questions_.withdraw(asker_id);
  co_return;
}

std::shared_ptr<TaskTalk> TaskTalks::find(const std::string& id) {
  return known_.with([&](Known& known) -> std::shared_ptr<TaskTalk> {
    const auto found = known.talks.find(id);
    return found == known.talks.end() ? nullptr : found->second;
  });
}

TaskTalks::Found TaskTalks::find_or_add(const std::string& id, const std::function<std::shared_ptr<TaskTalk>()>& make) {
  return known_.with([&](Known& known) -> Found {
    if (const auto found = known.talks.find(id); found != known.talks.end()) return {found->second, false};
    if (known.closed || known.talks.size() >= kTaskTalksMax) return {};
    return {known.talks.emplace(id, make()).first->second, true};
  });
}

void TaskTalks::remove(const std::string& id) {
  const auto removed = known_.with([&](Known& known) {
    auto node = known.talks.extract(id);
    return node.empty() ? nullptr : std::move(node.mapped());
  });
}

void TaskTalks::close() {
  const auto talks = known_.with([](Known& known) {
    known.closed = true;
    return known.talks;
  });
  for (const auto& [id, talk] : talks) {
    const Executor executor = talk->executor();
    asio::post(executor, [talk = talk] { talk->stop(); });
  }
}

}  // namespace jungle::upstream
