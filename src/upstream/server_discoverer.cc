#include "upstream/server_discoverer.h"

#include <atomic>
#include <string>
#include <utility>

#include <boost/asio/dispatch.hpp>

#include "base/reply.h"
#include "upstream/channel_opening.h"
#include "upstream/http_link.h"
#include "upstream/listed_entries.h"
#include "upstream/listing_conversations.h"
#include "upstream/listing_stream.h"
#include "upstream/server_errors.h"
#include "upstream/sse_channel.h"
#include "upstream/stdio_channel.h"
#include "upstream/upstreams_state.h"

namespace jungle::upstream {

// One listing over a connection of its own, as for clients of these capabilities.
struct ServerDiscoverer::Listing {
  std::shared_ptr<const ServerFacts> facts;
  mcp::ClientCapabilities capabilities = mcp::ClientCapabilities::all();
  bool asked_in_vain = false;  // The server asked what nobody was there to answer.

  // For modern servers.
  std::string declared() const { return listed_capabilities(facts->spec, capabilities); }
  bool is_of_fullest() const { return capabilities.any(); }
  // Whether it may do better as for clients that can do nothing.
  bool may_have_asked_too_much(const Error& error) const {
    return may_be_for_capabilities(error) || (asked_in_vain && error.code != ErrorCode::kCancelled);
  }
};

class ServerDiscoverer::State {
 public:
  State(Upstreams::State& upstreams, Executor control, DeadlineList& deadlines, http::Client& client)
      : upstreams_(upstreams), worker_(control, upstreams.time(), upstreams.log(), deadlines, client) {
    upstreams.add_site(Site{&worker_, HomeUse::kGuest, [] {}, [] {}});
  }

  const UpstreamOptions& options() const { return upstreams_.options(); }

  Task<Result<catalog::Discovery>> discover(std::shared_ptr<const ServerFacts> facts, Attempt& attempt) {
    Greeting shared;
    auto state = co_await shared_process(facts->spec, shared);
    if (!state) {
      Listing listing{std::move(facts)};
      co_return co_await list_fully(listing, attempt);
    }
    SharedConversation asking(worker_, state, shared.era);
    const ListLimits limits;
    auto discovery = co_await list_everything(asking, facts->spec, shared, limits);
    if (discovery && shared.era == Era::kLegacy) {
      auto others = co_await entries_for_capable(*state, attempt);
      if (!others) co_return others.error();
      add_entries(*discovery, **others);
    }
    co_return discovery;
  }

 private:
  using Entries = std::shared_ptr<const catalog::Discovery>;

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
    if (!given || !*given) {
      state->for_capable = nullptr;
      co_return nullptr;
    }
    greeting = std::move(**given);
    co_return state;
  }

  // What a legacy process has for clients that can be asked, so that the shared one cannot list it: found out by two
  // short-lived processes, once while there is a shared one.
  Task<Result<Entries>> entries_for_capable(ServerState& state, Attempt& attempt) {
    if (state.for_capable) co_return state.for_capable;
    Listing full{state.facts};
    auto all = co_await list_fully(full, attempt);
    if (!all) co_return all.error();
    catalog::Discovery besides;
    if (full.is_of_fullest()) {
      Listing plain{state.facts, {}};
      auto some = co_await list_as(plain, attempt);
      if (!some) co_return some.error();
      besides = entries_besides(*all, *some);
    }
    state.for_capable = std::make_shared<const catalog::Discovery>(std::move(besides));
    co_return state.for_capable;
  }

  // As for the fullest client and, if the server does not bear that, as for one that can do nothing.
  Task<Result<catalog::Discovery>> list_fully(Listing& listing, Attempt& attempt) {
    auto found = co_await list_as(listing, attempt);
    if (found || !listing.may_have_asked_too_much(found.error())) co_return found;
    worker_.log.debug("a server is listed as for clients that can do nothing",
                      {{"server", listing.facts->spec.name.str()}, {"why", found.error().message}});
    listing.capabilities = {};
    attempt.refusal.reset();
    co_return co_await list_as(listing, attempt);
  }

  Task<Result<catalog::Discovery>> list_as(Listing& listing, Attempt& attempt) {
    switch (listing.facts->spec.transport) {
      case catalog::Transport::kStdio:
        return list_stdio(listing);
      case catalog::Transport::kStreamableHttp:
        return list_http(listing, attempt);
      case catalog::Transport::kSse:
        break;
    }
    return list_sse(listing, attempt);
  }

  Task<Result<catalog::Discovery>> list_stdio(Listing& listing) {
    StdioMaker maker(worker_.executor, worker_.time, worker_.log, upstreams_.spawner(), listing.facts);
    co_return co_await list_over(maker, listing);
  }

  Task<Result<catalog::Discovery>> list_over(ChannelMaker& maker, Listing& listing) {
    const ServerFacts& facts = *listing.facts;
    const ChannelPlace place{worker_.executor, worker_.time, worker_.log, maker, worker_.endings, listing.capabilities};
    std::atomic<std::uint64_t> ids{1};
    const Era era = known_era(facts.spec, {});
    auto opened = co_await open_channel_session(place, listing.facts, era, ids, nullptr);
    if (!opened) co_return opened.error();
    const auto session = opened->session;
    const Greeting greeting = opened->greeting;
    ChannelConversation conversation(worker_.time, facts, std::move(*opened), ids, listing.declared());
    const ListLimits limits;
    auto discovery = co_await list_everything(conversation, facts.spec, greeting, limits);
    listing.asked_in_vain = session->was_asked_in_vain();
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

  Task<Result<catalog::Discovery>> list_sse(Listing& listing, Attempt& attempt) {
    auto endpoint = endpoint_of(listing.facts->spec);
    if (!endpoint) co_return endpoint.error();
    SsePlace place{worker_, listing.facts, std::move(*endpoint), attempt.tokens};
    if (!attempt.tokens) place.token = oauth::access_token_of(attempt.access_token);
    place.refusal = std::make_shared<std::optional<Refusal>>();
    SseMaker maker(place);
    auto discovery = co_await list_over(maker, listing);
    if (!discovery) attempt.refusal = *place.refusal;
    co_return discovery;
  }

  Task<Result<catalog::Discovery>> list_http(Listing& listing, Attempt& attempt) {
    const ServerFacts& facts = *listing.facts;
    auto usable = endpoint_of(facts.spec);
    if (!usable) co_return usable.error();
    const auto endpoint = std::move(*usable);
    std::atomic<std::uint64_t> ids{1};
    HttpPlace place{worker_, *endpoint, facts, ids, nullptr, &attempt.refusal, listing.capabilities};
    if (!attempt.tokens) place.token = oauth::access_token_of(attempt.access_token);
    const Era era = known_era(facts.spec, {});
    auto opening = attempt.tokens ? open_link_with(attempt.tokens.get(), place, era) : open_link(place, era);
    auto opened = co_await std::move(opening);
    if (!opened) co_return opened.error();
    if (attempt.tokens) place.token = attempt.tokens->published().load();
    const LinkUse use{endpoint, opened->link, place.token};
    ListedWords words(worker_, use);
    const auto stream = std::make_shared<ListingStream>(worker_, words);
    const Listening listening(stream);
    if (listing.capabilities.any() && !use.link->session_id.empty()) co_await stream->open();
    HttpConversation conversation(place, use.link, listing.declared(), words);
    const ListLimits limits;
    auto discovery = co_await list_everything(conversation, facts.spec, opened->greeting, limits);
    listing.asked_in_vain = words.was_asked();
    if (!use.link->session_id.empty()) worker_.background.spawn(run_close_session(worker_, use, 0));
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
  auto facts = std::make_shared<const ServerFacts>(spec, state_->options());
  co_return co_await state_->discover(std::move(facts), attempt);
}

}  // namespace jungle::upstream
