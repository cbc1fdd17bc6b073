#include "upstream/session_stream.h"

#include <algorithm>
#include <utility>
#include <variant>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "base/cancelled.h"
#include "base/with_deadline.h"
#include "base/without_throwing.h"
#include "upstream/hop.h"
#include "upstream/limits.h"
#include "upstream/server_errors.h"
#include "upstream/task_calls.h"

namespace jungle::upstream {
SessionStream::SessionStream(Worker& worker, std::shared_ptr<const ServerNews> news, LinkUse use)
    : worker_(worker), news_(std::move(news)), use_(std::move(use)), changed_(worker.executor) {}

Task<SessionStream::Opening> SessionStream::open(Millis patience) {
  worker_.parked.spawn(run());
  auto settling = until_settled();
  const auto settled = co_await with_deadline(worker_.time, worker_.time.steady_now() + patience, std::move(settling));
  if (is_none_) co_return Opening::kNone;
  co_return settled ? Opening::kOpen : Opening::kLate;
}

void SessionStream::close() {
  asio::dispatch(worker_.executor, [self = shared_from_this()] {
    self->is_closed_ = true;
    self->changed_.notify_all();
  });
}

Task<Result<void>> SessionStream::until_closed() {
  return changed_.until([this] { return is_closed_.load(); });
}

Task<Result<void>> SessionStream::until_settled() {
  return changed_.until([this] { return is_open_ || is_none_ || is_closed_; });
}

Task<void> SessionStream::run() {
  using namespace asio::experimental::awaitable_operators;
  const auto keep = shared_from_this();
  for (std::size_t failures = 0; failures < kResumeFailuresMax && !is_closed_;) {
    const SteadyTime began = worker_.time.steady_now();
    auto reading = without_throwing(read_event_stream(worker_, use_, place_, *this));
    auto closing = without_throwing(until_closed());
    const auto first = co_await (std::move(reading) || std::move(closing));
    const bool stop = co_await is_cancelled();
    if (stop || first.index() == 1) co_return;
    const StreamEnd end = std::get<0>(first);
    if (end == StreamEnd::kSessionGone || end == StreamEnd::kRefused) break;
    if (end == StreamEnd::kNone) {
      is_none_ = !is_open_;
      break;
    }
    failures = worker_.time.steady_now() - began >= kWatchSteadyTime ? 0 : failures + 1;
    const Millis pause = std::clamp(place_.retry, kResumeDelayMin, kResumeDelayMax);
    auto ending = until_closed();
    const auto ended = co_await with_deadline(worker_.time, worker_.time.steady_now() + pause, std::move(ending));
    (void)ended;
    const bool stopped = co_await is_cancelled();
    if (stopped) co_return;
  }
  is_closed_ = true;
  changed_.notify_all();
}

void SessionStream::on_open(bool) {
  is_open_ = true;
  changed_.notify_all();
}

void SessionStream::on_message(mcp::Message message) {
  if (auto* notification = std::get_if<mcp::Notification>(&message)) {
    if (!news_->take(*notification)) take_notification(std::move(*notification));
  } else if (auto* request = std::get_if<mcp::Request>(&message)) {
    take_request(std::move(*request));
  }
}

void SessionStream::take_notification(mcp::Notification notification) {
  if (notification.method == "notifications/cancelled") {
    // The call that was asked something knows which.
    return in_flight_.with([&](const InFlight& calls) {
      for (const auto& [id, call] : calls)
        RemoteCall::tell(call.inbox, notification);
    });
  }
  const auto call = in_flight_.with([&](const InFlight& calls) -> std::shared_ptr<CallInbox> {
    if (notification.method == "notifications/progress") {
      const auto found = calls.find(own_token_of(notification).value_or(0));
      return found == calls.end() ? nullptr : found->second.inbox;
    }
    return calls.size() == 1 ? calls.begin()->second.inbox : nullptr;
  });
  if (call) RemoteCall::tell(call, std::move(notification));
}

void SessionStream::take_request(mcp::Request request) {
  if (request.method == mcp::Method::kPing) return answer(answer_to_server(request));
  const auto task = related_task_of(request);
  std::size_t count = 0;
  const auto call = in_flight_.with([&](const InFlight& calls) {
    std::shared_ptr<CallInbox> only;
    for (const auto& [id, in_flight] : calls) {
      if (task && in_flight.task == *task) return in_flight.inbox;
      if (task && !in_flight.task.empty()) continue;
      only = ++count == 1 ? in_flight.inbox : nullptr;
    }
    return only;
  });
  if (call) return CallInbox::put(call, std::move(request));
  answer(refusal_text(request.id, ambiguous_error(count)));
}

void SessionStream::answer(std::string text) { say(worker_, use_, std::move(text)); }

Task<void> open_stream(Worker& worker, std::shared_ptr<const ServerNews> news, SessionStreams& streams,
                       mcp::ClientCapabilities capabilities, std::shared_ptr<HttpLink> link, LinkUse use) {
  const bool may_speak = capabilities.any() || link->takes_log_level;
  if (!may_speak || link->session_id.empty() || streams.are_none) co_return;
  auto name = std::make_shared<HttpLink>();
  name->era = link->era;
  name->revision = link->revision;
  name->session_id = link->session_id;
  name->headers = link->headers;
  use.link = std::move(name);
  auto stream = std::make_shared<SessionStream>(worker, std::move(news), std::move(use));
  const auto other = streams.open.with([&](SessionStreams::ById& open) {
    std::erase_if(open, [](const auto& item) { return item.second.expired(); });
    auto& known = open[link->session_id];
    auto found = known.lock();
    if (!found || found->is_closed()) known = stream;
    return found && !found->is_closed() ? found : nullptr;
  });
  if (other) {
    link->stream = other;  // The server has given one session to two who asked for one.
    co_return;
  }
  const auto opening = co_await stream->open(streams.are_late ? Millis(0) : kStreamOpenTime);
  if (opening == SessionStream::Opening::kNone) {
    streams.are_none = true;
    co_return;
  }
  streams.are_late = opening == SessionStream::Opening::kLate;
  link->stream = std::move(stream);
}

SessionStream::Flight::Flight(std::shared_ptr<SessionStream> stream, std::uint64_t id, Executor caller)
    : stream_(std::move(stream)), id_(id), inbox_(std::make_shared<CallInbox>(caller)) {
  stream_->in_flight_.with([&](InFlight& calls) { calls.emplace(id_, CallInFlight{inbox_, {}}); });
}

void SessionStream::Flight::became(std::string task) {
  stream_->in_flight_.with([&](InFlight& calls) { calls.at(id_).task = std::move(task); });
}

SessionStream::Flight::~Flight() {
  stream_->in_flight_.with([&](InFlight& calls) { calls.erase(id_); });
}

}  // namespace jungle::upstream
