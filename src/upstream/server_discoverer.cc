#include "upstream/server_discoverer.h"

#include <array>
#include <atomic>
#include <span>
#include <string>
#include <utility>

#include "base/with_deadline.h"
#include "upstream/hop.h"
#include "upstream/http_link.h"
#include "upstream/http_post.h"
#include "upstream/listing.h"
#include "upstream/server_errors.h"
#include "upstream/stdio_opening.h"
#include "upstream/upstreams_state.h"

namespace jungle::upstream {
namespace {

// Asks a child process, each question within the server's call timeout.
class StdioConversation final : public Conversation {
 public:
  StdioConversation(Time& time, const ServerFacts& facts, OpenedSession opened, std::atomic<std::uint64_t>& ids)
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

  Task<Result<catalog::Discovery>> discover_stdio(std::shared_ptr<const ServerFacts> facts) {
    StdioPlace place{worker_.executor, worker_.time, worker_.log, upstreams_.spawner(), worker_.endings};
    std::atomic<std::uint64_t> ids{1};
    const Era era = known_era(facts->spec, {});
    auto opened = co_await open_stdio_session(place, facts, era, ids, nullptr);
    if (!opened) co_return opened.error();
    const auto session = opened->session;
    const Greeting greeting = opened->greeting;
    StdioConversation conversation(worker_.time, *facts, std::move(*opened), ids);
    const ListLimits limits;
    auto discovery = co_await list_everything(conversation, facts->spec, greeting, limits);
    end_in_background(worker_.endings, session);
    co_return discovery;
  }

  Task<Result<catalog::Discovery>> discover_http(std::shared_ptr<const ServerFacts> facts, Attempt& attempt) {
    auto created = HttpEndpoint::create(facts->spec);
    if (!created) co_return unusable_error(facts->spec);
    const auto endpoint = std::make_shared<const HttpEndpoint>(std::move(*created));
    const auto allowed = worker_.client.egress().check(endpoint->url(), http::UrlSource::kAdministrator);
    if (!allowed) co_return forbidden_error(facts->spec, allowed.error());
    if (auto usable = worker_.client.check_ca_file(endpoint->ca_file()); !usable)
      co_return unusable_ca_file_error(facts->spec, usable.error());
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
  co_return unusable_error(spec);
}

}  // namespace jungle::upstream
