#include "upstream/server_state.h"

#include <utility>

#include "upstream/channel_watch.h"
#include "upstream/http_watch.h"
#include "upstream/stdio_channel.h"

namespace jungle::upstream {
namespace {

bool is_sse(const ServerState& state) { return state.facts->spec.transport == catalog::Transport::kSse; }

std::shared_ptr<ChannelMaker> make_maker(const ServerState& state, Spawner& spawner) {
  if (is_sse(state)) return std::make_shared<SseMaker>(state.sse_place());
  const Worker& home = state.home;
  return std::make_shared<StdioMaker>(home.executor, home.time, home.log, spawner, state.facts);
}

// The homes borrow `state`, which owns them.
std::unique_ptr<ChannelHome> make_channel_home(ServerState& state, std::shared_ptr<ChannelMaker> maker, Sharing sharing,
                                               mcp::ClientCapabilities capabilities) {
  const Worker& home = state.home;
  return std::make_unique<ChannelHome>(home.executor, home.time, home.log, std::move(maker), state.facts, *state.news,
                                       state.era, state.ids, sharing, capabilities);
}

std::unique_ptr<Homes<ChannelHome>> make_channel_homes(ServerState& state, Spawner& spawner) {
  const catalog::ServerSpec& spec = state.facts->spec;
  if (spec.transport == catalog::Transport::kStreamableHttp || (is_sse(state) && !state.endpoint)) return nullptr;
  const Sharing sharing = spec.session_mode == catalog::SessionMode::kStateful ? Sharing::kAll : Sharing::kNone;
  auto maker = make_maker(state, spawner);
  return std::make_unique<Homes<ChannelHome>>([&state, maker, sharing](mcp::ClientCapabilities capabilities) {
    return make_channel_home(state, maker, sharing, capabilities);
  });
}

std::unique_ptr<ChannelHome> make_listening_home(ServerState& state, Spawner& spawner) {
  if (!is_sse(state) || !state.endpoint) return nullptr;
  return make_channel_home(state, make_maker(state, spawner), Sharing::kWhileHeld, mcp::ClientCapabilities::all());
}

std::unique_ptr<Homes<HttpHome>> make_http_homes(ServerState& state) {
  if (!state.endpoint || is_sse(state)) return nullptr;
  return std::make_unique<Homes<HttpHome>>([&state](mcp::ClientCapabilities capabilities) {
    return std::make_unique<HttpHome>(state.home, state.endpoint, state.facts, state.tokens, state.news, state.streams,
                                      state.era, state.ids, capabilities);
  });
}

std::unique_ptr<ServerWatch> make_watch(ServerState& state, Random& random) {
  if (state.channels) {
    const Worker& home = state.home;
    ChannelHome& sessions = state.listening ? *state.listening : state.channels->first();
    return std::make_unique<ChannelWatch>(home.executor, home.time, home.log, random, sessions, state.facts, state.era,
                                          state.ids, *state.news);
  }
  if (!state.endpoint) return nullptr;
  return std::make_unique<HttpWatch>(state.home, state.endpoint, state.facts, state.tokens, state.era, state.ids,
                                     *state.news, random);
}

std::shared_ptr<const HttpEndpoint> make_endpoint(const catalog::ServerSpec& spec) {
  if (spec.transport == catalog::Transport::kStdio) return nullptr;
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
      news(std::make_shared<const ServerNews>(server.spec.name, options, common.relister, common.watches,
                                              common.health)),
      era(known_era(server.spec, server.revision)),
      endpoint(make_endpoint(server.spec)),
      tokens(endpoint && !catalog::sends_authorization(server.spec) ? std::move(source) : nullptr),
      channels(make_channel_homes(*this, common.spawner)),
      listening(make_listening_home(*this, common.spawner)),
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
  if (listening) endings.spawn(listening->end(ChannelHome::Ending::kNow));
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
