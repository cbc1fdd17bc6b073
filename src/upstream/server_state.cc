#include "upstream/server_state.h"

#include <utility>

#include "upstream/channel_watch.h"
#include "upstream/http_watch.h"

namespace jungle::upstream {
namespace {

// The homes borrow `state`, which owns them.
std::unique_ptr<Homes<ChannelHome>> make_channel_homes(ServerState& state, Spawner& spawner) {
  if (state.facts->spec.transport != catalog::Transport::kStdio) return nullptr;
  return std::make_unique<Homes<ChannelHome>>([&state, &spawner](mcp::ClientCapabilities capabilities) {
    const Worker& home = state.home;
    return std::make_unique<ChannelHome>(home.executor, home.time, home.log, spawner, state.facts, *state.news,
                                         state.era, state.ids, capabilities);
  });
}

std::unique_ptr<Homes<HttpHome>> make_http_homes(ServerState& state) {
  if (!state.endpoint) return nullptr;
  return std::make_unique<Homes<HttpHome>>([&state](mcp::ClientCapabilities capabilities) {
    return std::make_unique<HttpHome>(state.home, state.endpoint, state.facts, state.tokens, state.news, state.streams,
                                      state.era, state.ids, capabilities);
  });
}

std::unique_ptr<ServerWatch> make_watch(ServerState& state, Random& random) {
  if (state.channels) {
    const Worker& home = state.home;
    return std::make_unique<ChannelWatch>(home.executor, home.time, home.log, random, state.channels->first(),
                                          state.facts, state.era, state.ids, *state.news);
  }
  if (!state.endpoint) return nullptr;
  return std::make_unique<HttpWatch>(state.home, state.endpoint, state.facts, state.tokens, state.era, state.ids,
                                     *state.news, random);
}

std::shared_ptr<const HttpEndpoint> make_endpoint(const catalog::ServerSpec& spec) {
  if (spec.transport != catalog::Transport::kStreamableHttp) return nullptr;
  auto endpoint = HttpEndpoint::create(spec);
  return endpoint ? std::make_shared<const HttpEndpoint>(std::move(*endpoint)) : nullptr;
}

}  // namespace

ServerState::ServerState(const catalog::ServerEntry& server, const UpstreamOptions& options, Worker& home_worker,
                         const CommonParts& common, std::shared_ptr<oauth::TokenSource> source)
    : facts(std::make_shared<const ServerFacts>(server.spec, options)),
      home(home_worker),
      relister(common.relister),
      health(common.health.of(server.spec)),
      news(std::make_shared<const ServerNews>(server.spec.name, common.relister, common.watches, common.health)),
      era(known_era(server.spec, server.revision)),
      channels(make_channel_homes(*this, common.spawner)),
      endpoint(make_endpoint(server.spec)),
      tokens(endpoint && !catalog::sends_authorization(server.spec) ? std::move(source) : nullptr),
      http(make_http_homes(*this)),
      parked(common.random),
      talks(common.random),
      watch(make_watch(*this, common.random)) {}

Task<void> ServerState::end(ChannelHome::Ending how) {
  parked.close();
  talks.close();
  // Side by side: each may take its time.
  TaskGroup endings(home.executor, [&log = home.log](std::exception_ptr error) {
    (void)error;
    log.error("an exception left a coroutine that ends a server");
  });
  if (watch) endings.spawn(watch->end());
  if (channels) {
    for (ChannelHome* each : channels->close())
      endings.spawn(each->end(how));
  }
  if (http) {
    for (HttpHome* each : http->close()) {
      if (how == ChannelHome::Ending::kNow) each->hurry();
      endings.spawn(each->end(how == ChannelHome::Ending::kLetFinish));
    }
  }
  co_await endings.join();
}

}  // namespace jungle::upstream
