#include "upstream/http_lane.h"

#include <algorithm>
#include <utility>

#include <boost/asio/dispatch.hpp>

#include "upstream/limits.h"
#include "upstream/server_errors.h"
#include "upstream/session_stream.h"

namespace jungle::upstream {

HttpLane::HttpLane(Worker& worker, std::shared_ptr<ServerState> state, mcp::ClientCapabilities capabilities)
    : worker_(worker),
      state_(std::move(state)),
      capabilities_(capabilities),
      home_(state_->http->of(capabilities)),
      link_(home_.published()) {}

Task<Result<HttpLinkPtr>> HttpLane::ensure_link(HttpLinkPtr dead) {
  auto reply = std::make_shared<HttpHome::GrantReply>(worker_.executor);
  asio::dispatch(state_->home.executor,
                 [state = state_, &home = home_, dead = std::move(dead), reply] { home.ensure_link(dead, reply); });
  co_return co_await granted(std::move(reply));
}

Task<Result<HttpLinkPtr>> HttpLane::settle_era(HttpLinkPtr doubted) {
  auto reply = std::make_shared<HttpHome::GrantReply>(worker_.executor);
  asio::dispatch(state_->home.executor, [state = state_, &home = home_, doubted = std::move(doubted), reply] {
    home.doubt_era(doubted, reply);
  });
  co_return co_await granted(std::move(reply));
}

void HttpLane::mention_doubt(HttpLinkPtr link) {
  asio::dispatch(state_->home.executor, [state = state_, &home = home_, link = std::move(link), us = worker_.executor] {
    home.doubt_era(link, std::make_shared<HttpHome::GrantReply>(us));
  });
}

Task<Result<HttpLinkPtr>> HttpLane::granted(std::shared_ptr<HttpHome::GrantReply> reply) {
  auto given = co_await reply->wait();
  if (!given) co_return cancelled_error(state_->facts->spec);
  if (!*given) co_return given->error();
  HttpHome::Grant& grant = **given;
  if (grant.session) {
    ready_.push_front(std::move(grant.session));
    worker_.deadlines.arm(idle_, worker_.deadlines.coarse_now() + kReadyIdle);
  }
  co_return std::move(grant.link);
}

HttpLinkPtr HttpLane::take_ready() {
  worker_.deadlines.arm(idle_, worker_.deadlines.coarse_now() + kReadyIdle);
  HttpLinkPtr session;
  if (ready_.empty()) {
    // One more for each call that found none: under a steady load every call finds one before long.
    ready_wanted_ = std::min(ready_wanted_ + 1, kReadySessionsMax);
  } else {
    session = std::move(ready_.front());
    ready_.pop_front();
  }
  keep_ready();
  return session;
}

void HttpLane::keep_ready() {
  while (!closed_ && ready_.size() + opening_ < ready_wanted_) {
    ++opening_;
    worker_.background.spawn(run_open_ready());
  }
}

Task<void> HttpLane::run_open_ready() {
  const auto keep = shared_from_this();
  const HttpPlace place{.worker = worker_,
                        .endpoint = *state_->endpoint,
                        .facts = *state_->facts,
                        .ids = state_->ids,
                        .capabilities = capabilities_};
  auto opened = co_await open_link_with(state_->tokens.get(), place, Era::kLegacy);
  if (opened) {
    LinkUse use = use_of(nullptr);
    co_await open_stream(worker_, state_->news, state_->streams, capabilities_, opened->link, std::move(use));
  }
  --opening_;
  if (!opened) co_return;  // The next call tries itself, and reports.
  if (closed_ || opened->link->session_id.empty()) {
    say_goodbye(use_of(std::move(opened->link)), 0);
    co_return;
  }
  ready_.push_back(std::move(opened->link));
}

LinkUse HttpLane::use_of(HttpLinkPtr link) const {
  return LinkUse{state_->endpoint, std::move(link), state_->tokens ? state_->tokens->published().load() : nullptr};
}

void HttpLane::drop_ready() {
  ready_wanted_ = 1;
  for (HttpLinkPtr& session : std::exchange(ready_, {}))
    say_goodbye(use_of(std::move(session)), 0);
}

void HttpLane::say_goodbye(LinkUse use, std::uint64_t cancelled_id) {
  if (use.link->stream) use.link->stream->close();
  if (use.link->session_id.empty() || worker_.background.size() >= kGoodbyesMax) return;
  worker_.background.spawn(run_close_session(worker_, std::move(use), cancelled_id));
}

void HttpLane::close() {
  closed_ = true;
  idle_.disarm();
  drop_ready();
}

}  // namespace jungle::upstream
