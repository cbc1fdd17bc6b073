#include "upstream/channel_opening.h"

#include "base/cancelled.h"
#include "base/with_deadline.h"
#include "upstream/server_errors.h"

namespace jungle::upstream {
namespace {

Task<void> run_end(std::shared_ptr<ChannelSession> session) { co_await session->end(); }

// The server's own words are in the error already when it ended; what failed to start says so.
Error opening_error(const ServerFacts& facts, Error error, const std::string& awaited) {
  if (error.code != ErrorCode::kDeadlineExceeded) return error;
  error = init_timeout_error(facts.spec, facts.init_timeout);
  if (!awaited.empty()) error.message += " (" + awaited + ")";
  return error;
}

enum class Hello : std::uint8_t { kLegacy, kModern, kProbe };

Hello hello_for(Era era) {
  if (era == Era::kUnknown) return Hello::kProbe;
  return era == Era::kModern ? Hello::kModern : Hello::kLegacy;
}

// The reserved numbers: a probe uses two.
Task<Result<Greeting>> greet(std::shared_ptr<ChannelSession> session, Hello hello, std::uint64_t id) {
  switch (hello) {
    case Hello::kLegacy:
      co_return co_await session->initialize(id);
    case Hello::kModern:
      co_return co_await session->discover(id);
    case Hello::kProbe:
      break;
  }
  co_return co_await session->probe(id, kEraProbeTime);
}

// One channel, greeted once.
Task<Result<OpenedSession>> open_once(ChannelPlace place, std::shared_ptr<const ServerFacts> facts, Hello hello,
                                      std::atomic<std::uint64_t>& ids, SessionOwner* owner, SteadyTime deadline) {
  auto session =
      std::make_shared<ChannelSession>(place.executor, place.time, place.log, facts, place.capabilities, owner);
  auto channel = co_await place.maker.make(*session);
  if (!channel) co_return channel.error();
  session->use(std::move(*channel));
  const bool stop = co_await is_cancelled();
  if (stop) {
    end_in_background(place.endings, session);
    co_return cancelled_error(facts->spec);
  }
  auto greeting_task = greet(session, hello, ids.fetch_add(2));
  auto greeting = co_await with_deadline(place.time, deadline, std::move(greeting_task));
  if (!greeting) {
    Error error = opening_error(*facts, greeting.error(), session->awaited());
    end_in_background(place.endings, session);
    co_return error;
  }
  co_return OpenedSession{std::move(session), std::move(*greeting)};
}

}  // namespace

void end_in_background(TaskGroup& endings, std::shared_ptr<ChannelSession> session) {
  endings.spawn(run_end(std::move(session)));
}

Task<Result<OpenedSession>> open_channel_session(ChannelPlace place, std::shared_ptr<const ServerFacts> facts, Era era,
                                                 std::atomic<std::uint64_t>& ids, SessionOwner* owner) {
  const SteadyTime deadline = place.time.steady_now() + facts->init_timeout;
  const Hello hello = hello_for(era);
  auto opened = co_await open_once(place, facts, hello, ids, owner, deadline);
  if (opened) co_return opened;
  if (hello == Hello::kProbe && opened.error().code == ErrorCode::kUnavailable && place.time.steady_now() < deadline) {
    opened = co_await open_once(place, facts, Hello::kLegacy, ids, owner, deadline);
    if (opened) co_return opened;
  }
  co_return opened.error();
}

}  // namespace jungle::upstream
