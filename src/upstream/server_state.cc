#include "upstream/server_state.h"

#include <utility>

namespace jungle::upstream {
namespace {

std::unique_ptr<StdioHome> make_stdio_home(const ServerState& state, std::atomic<Era>& era,
                                           std::atomic<std::uint64_t>& ids, Spawner& spawner) {
  if (state.facts->spec.transport != catalog::Transport::kStdio) return nullptr;
  return std::make_unique<StdioHome>(state.home.executor, state.home.time, state.home.log, spawner, state.facts, era,
                                     ids);
}

std::shared_ptr<const HttpEndpoint> make_endpoint(const catalog::ServerSpec& spec) {
  if (spec.transport != catalog::Transport::kStreamableHttp) return nullptr;
  auto endpoint = HttpEndpoint::create(spec);
  return endpoint ? std::make_shared<const HttpEndpoint>(std::move(*endpoint)) : nullptr;
}

}  // namespace

ServerState::ServerState(const catalog::ServerEntry& server, const UpstreamOptions& options, Worker& home_worker,
                         Spawner& spawner, Relister& relister_of_all, std::shared_ptr<oauth::TokenSource> source)
    : facts(std::make_shared<const ServerFacts>(server.spec, options)),
      home(home_worker),
      relister(relister_of_all),
      era(known_era(server.spec, server.revision)),
      stdio(make_stdio_home(*this, era, ids, spawner)),
      endpoint(make_endpoint(server.spec)),
      tokens(endpoint && !catalog::sends_authorization(server.spec) ? std::move(source) : nullptr),
      http(endpoint ? std::make_unique<HttpHome>(home, endpoint, facts, tokens, era, ids) : nullptr) {}

Task<void> ServerState::end(StdioHome::Ending how) {
  if (stdio) co_await stdio->end(how);
  if (!http) co_return;
  if (how == StdioHome::Ending::kNow) http->hurry();
  co_await http->end(how == StdioHome::Ending::kLetFinish);
}

}  // namespace jungle::upstream
