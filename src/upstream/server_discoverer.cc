#include "upstream/server_discoverer.h"

#include <array>
#include <atomic>
#include <span>
#include <string>
#include <utility>

#include <boost/asio/dispatch.hpp>

#include "base/reply.h"
#include "base/with_deadline.h"
#include "upstream/channel_opening.h"
#include "upstream/hop.h"
#include "upstream/http_link.h"
#include "upstream/http_post.h"
#include "upstream/listing.h"
#include "upstream/server_errors.h"
#include "upstream/sse_channel.h"
#include "upstream/stdio_channel.h"
#include "upstream/upstreams_state.h"

namespace jungle::upstream {
namespace {

// Asks over a session that was opened for it, each question within the server's call timeout.
class ChannelConversation final : public Conversation {
 public:
  ChannelConversation(Time& time, const ServerFacts& facts, OpenedSession opened, std::atomic<std::uint64_t>& ids)
      : time_(time), facts_(facts), opened_(std::move(opened)), ids_(ids) {}

  Task<Result<mcp::Response>> ask(std::string method, std::string members) override {
    const std::string params = own_params(opened_.greeting.era, members, facts_.client_info);
    auto question = opened_.session->request(ids_.fetch_add(1), method, params);
    auto answer = co_await with_deadline(time_, time_.steady_now() + facts_.call_timeout, std::move(question));
    if (!answer && answer.error().code == ErrorCode::kDeadlineExceeded) {
      co_return call_timeout_error(facts_.spec, method, facts_.call_timeout);
    }
    co_return answer;
  }

 private:
  Time& time_;
  const ServerFacts& facts_;
  OpenedSession opened_;
  std::atomic<std::uint64_t>& ids_;
};

// Asks the process of a stateful server that all its calls share.
class SharedConversation final : public Conversation {
 public:
  SharedConversation(Worker& worker, std::shared_ptr<ServerState> state, Era era)
      : worker_(worker), state_(std::move(state)), era_(era) {}

  Task<Result<mcp::Response>> ask(std::string method, std::string members) override {
    const ServerFacts& facts = *state_->facts;
    const std::string params = own_params(era_, members, facts.client_info);
    const std::uint64_t id = state_->ids.fetch_add(1);
    const auto call = std::make_shared<ChannelCall>(worker_.executor, id, request_text(id, method, params));
    asio::dispatch(state_->home.executor, [state = state_, call] { state->channels->first().submit(call); });
    auto answering = answer_of(call, facts.spec);
    auto answer =
        co_await with_deadline(worker_.time, worker_.time.steady_now() + facts.call_timeout, std::move(answering));
    if (answer || answer.error().code != ErrorCode::kDeadlineExceeded) co_return answer;
    asio::dispatch(state_->home.executor,
                   [state = state_, id] { state->channels->first().cancel(id, "listing took too long"); });
    co_return call_timeout_error(facts.spec, method, facts.call_timeout);
  }

 private:
  Worker& worker_;
  const std::shared_ptr<ServerState> state_;
  const Era era_;
};

// Asks an HTTP server over a link that was opened for it.
class HttpConversation final : public Conversation {
 public:
  HttpConversation(HttpPlace place, HttpLinkPtr link) : place_(place), link_(std::move(link)) {}

  Task<Result<mcp::Response>> ask(std::string method, std::string members) override {
    const catalog::ServerSpec& spec = place_.facts.spec;
    const bool is_modern = link_->era == Era::kModern;
    const std::string params = own_params(link_->era, members, place_.facts.client_info);
    const std::array<http::Header, 1> mirrored{http::Header{"Mcp-Method", method}};
    const HttpPost request{
        .endpoint = place_.endpoint,
        .token = place_.token.get(),
        .fixed_headers = link_->headers,
        .headers = is_modern ? std::span<const http::Header>(mirrored) : std::span<const http::Header>(),
        .id = place_.ids.fetch_add(1),
        .method = method,
        .params = params,
        .form = is_modern ? mcp::ResultForm::kModern : mcp::ResultForm::kLegacy,
        .resuming = is_modern ? Resuming::kNever : Resuming::kIfOffered,
        .deadline = place_.worker.time.steady_now() + place_.facts.call_timeout};
    NoListener nobody;
    auto answer = co_await post(place_.worker, request, nobody);
    if (!answer) {
      if (answer.error().code == ErrorCode::kDeadlineExceeded) {
        co_return call_timeout_error(spec, method, place_.facts.call_timeout);
      }
      co_return connect_error(spec, answer.error(), place_.endpoint.url().host_is_loopback());
    }
    if (answer->refusal) *place_.refusal = answer->refusal;
    if (!answer->response || answer->is_refused()) co_return answer_error(spec, *answer, place_.token.get());
    co_return std::move(*answer->response);
  }

 private:
  HttpPlace place_;
  HttpLinkPtr link_;
};

}  // namespace

class ServerDiscoverer::State {
 public:
  State(Upstreams::State& upstreams, Executor control, DeadlineList& deadlines, http::Client& client)
      : upstreams_(upstreams), worker_(control, upstreams.time(), upstreams.log(), deadlines, client) {
    upstreams.add_site(Site{&worker_, HomeUse::kGuest, [] {}, [] {}});
  }

  // What such a process offers may depend on what its calls did: no other one could say it. Null: there is none.
  Task<std::shared_ptr<ServerState>> shared_process(const catalog::ServerSpec& spec, Greeting& greeting) {
    auto state = upstreams_.find_state(spec.name);
    const bool is_stateful = spec.session_mode == catalog::SessionMode::kStateful;
    const bool is_process = spec.transport == catalog::Transport::kStdio;
    if (!is_process || !is_stateful || !state || !(state->facts->spec == spec)) co_return nullptr;
    const auto reply = std::make_shared<Reply<std::optional<Greeting>>>(worker_.executor);
    asio::dispatch(state->home.executor, [state, reply] {
      Reply<std::optional<Greeting>>::give(reply, state->channels->first().shared_greeting());
    });
    auto given = co_await reply->wait();
    if (!given || !*given) co_return nullptr;
    greeting = std::move(**given);
    co_return state;
  }

  Task<Result<catalog::Discovery>> discover_stdio(std::shared_ptr<const ServerFacts> facts) {
    Greeting shared;
    auto state = co_await shared_process(facts->spec, shared);
    if (state) {
      SharedConversation asking(worker_, std::move(state), shared.era);
      const ListLimits limits;
      co_return co_await list_everything(asking, facts->spec, shared, limits);
    }
    StdioMaker maker(worker_.executor, worker_.time, worker_.log, upstreams_.spawner(), facts);
    co_return co_await discover_over(maker, std::move(facts));
  }

  Task<Result<catalog::Discovery>> discover_over(ChannelMaker& maker, std::shared_ptr<const ServerFacts> facts) {
    const ChannelPlace place{worker_.executor, worker_.time, worker_.log, maker, worker_.endings};
    std::atomic<std::uint64_t> ids{1};
    const Era era = known_era(facts->spec, {});
    auto opened = co_await open_channel_session(place, facts, era, ids, nullptr);
    if (!opened) co_return opened.error();
    const auto session = opened->session;
    const Greeting greeting = opened->greeting;
    ChannelConversation conversation(worker_.time, *facts, std::move(*opened), ids);
    const ListLimits limits;
    auto discovery = co_await list_everything(conversation, facts->spec, greeting, limits);
    end_in_background(worker_.endings, session);
    co_return discovery;
  }

  Result<std::shared_ptr<const HttpEndpoint>> endpoint_of(const catalog::ServerSpec& spec) const {
    auto created = HttpEndpoint::create(spec);
    if (!created) return unusable_error(spec);
    const auto allowed = worker_.client.egress().check(created->url(), http::UrlSource::kAdministrator);
    if (!allowed) return forbidden_error(spec, allowed.error());
    if (auto usable = worker_.client.check_ca_file(created->ca_file()); !usable)
      return unusable_ca_file_error(spec, usable.error());
    return std::make_shared<const HttpEndpoint>(std::move(*created));
  }

  Task<Result<catalog::Discovery>> discover_sse(std::shared_ptr<const ServerFacts> facts, Attempt& attempt) {
    auto endpoint = endpoint_of(facts->spec);
    if (!endpoint) co_return endpoint.error();
    SsePlace place{worker_, facts, std::move(*endpoint), attempt.tokens};
    if (!attempt.tokens) place.token = oauth::access_token_of(attempt.access_token);
    place.refusal = std::make_shared<std::optional<Refusal>>();
    SseMaker maker(place);
    auto discovery = co_await discover_over(maker, std::move(facts));
    if (!discovery) attempt.refusal = *place.refusal;
    co_return discovery;
  }

  Task<Result<catalog::Discovery>> discover_http(std::shared_ptr<const ServerFacts> facts, Attempt& attempt) {
    auto usable = endpoint_of(facts->spec);
    if (!usable) co_return usable.error();
    const auto endpoint = std::move(*usable);
    std::atomic<std::uint64_t> ids{1};
    HttpPlace place{worker_, *endpoint, *facts, ids, nullptr, &attempt.refusal};
    if (!attempt.tokens) place.token = oauth::access_token_of(attempt.access_token);
    const Era era = known_era(facts->spec, {});
    auto opening = attempt.tokens ? open_link_with(attempt.tokens.get(), place, era) : open_link(place, era);
    auto opened = co_await std::move(opening);
    if (!opened) co_return opened.error();
    if (attempt.tokens) place.token = attempt.tokens->published().load();
    HttpConversation conversation(place, opened->link);
    const ListLimits limits;
    auto discovery = co_await list_everything(conversation, facts->spec, opened->greeting, limits);
    if (!opened->link->session_id.empty()) {
      LinkUse use{endpoint, opened->link, place.token};
      worker_.background.spawn(run_close_session(worker_, std::move(use), 0));
    }
    co_return discovery;
  }

  Upstreams::State& upstreams_;
  Worker worker_;
};

ServerDiscoverer::ServerDiscoverer(Upstreams& upstreams, Executor control, DeadlineList& deadlines,
                                   http::Client& client)
    : state_(std::make_unique<State>(*upstreams.state_, control, deadlines, client)) {}

ServerDiscoverer::~ServerDiscoverer() = default;

Task<Result<catalog::Discovery>> ServerDiscoverer::discover(const catalog::ServerSpec& spec, Attempt& attempt) {
  auto facts = std::make_shared<const ServerFacts>(spec, state_->upstreams_.options());
  switch (spec.transport) {
    case catalog::Transport::kStdio:
      co_return co_await state_->discover_stdio(std::move(facts));
    case catalog::Transport::kStreamableHttp:
      co_return co_await state_->discover_http(std::move(facts), attempt);
    case catalog::Transport::kSse:
      break;
  }
  co_return co_await state_->discover_sse(std::move(facts), attempt);
}

}  // namespace jungle::upstream
