#include "upstream/upstreams.h"

#include <functional>
#include <utility>

#include <boost/asio/post.hpp>

#include "base/check.h"
#include "base/join_by.h"
#include "upstream/child_environment.h"
#include "upstream/run_on.h"
#include "upstream/upstreams_state.h"

namespace jungle::upstream {
namespace {

TaskGroup::OnError log_bug(telemetry::Log& log) {
  return [&log](std::exception_ptr error) {
    (void)error;
    log.error("an exception left a coroutine that ends servers");
  };
}

// Lets farewells be said, for a while.
Task<void> run_last_words(Worker& worker) {
  worker.parked.cancel();
  co_await worker.parked.join();
  co_await join_by(worker.background, worker.time, worker.time.steady_now() + kGoodbyeTimeout);
  co_await worker.endings.join();
}

Task<void> run_now(std::function<void()> work) {
  work();
  co_return;
}

// The loader of its program may need LD_LIBRARY_PATH; it gets nothing else of our environment.
GuardianProgram guardian_of(const UpstreamOptions& options) {
  constexpr std::string_view kLibraries = "LD_LIBRARY_PATH";
  GuardianProgram program{options.guardian, {}};
  if (const auto libraries = find_variable(options.environment, kLibraries)) {
    program.environment.push_back(std::string(kLibraries) + "=" + std::string(*libraries));
  }
  return program;
}

}  // namespace

Upstreams::State::State(Executor control, Time& time, telemetry::Log& log, Random& random,
                        oauth::TokenDirectory& tokens, UpstreamOptions options)
    : control_(control),
      time_(time),
      log_(log),
      random_(random),
      tokens_(tokens),
      options_(std::move(options)),
      spawner_(time, log, guardian_of(options_)),
      relister_(control, time, log),
      health_(time, random, log),
      resource_watches_(control, log, [this](const catalog::ServerName& server) { return find_state(server); }),
      upkeep_(control, log_bug(log)),
      endings_(control, log_bug(log)) {}

Worker& Upstreams::State::home_of(std::string_view server) const {
  std::vector<Worker*> homes;
  for (const Site& site : sites_) {
    if (site.use == HomeUse::kHome) homes.push_back(site.worker);
  }
  JUNGLE_CHECK(!homes.empty());
  return *homes[std::hash<std::string_view>{}(server) % homes.size()];
}

std::shared_ptr<ServerState> Upstreams::State::state_of(const catalog::ServerEntry& server) {
  return table_.with([&](Table& table) {
    // A call that started before the last change may bring an entry that was replaced: its state is made again, until
    // put_right() ends it.
    Known& known = table[server.spec.name.str()];
    if (!known.state || !(known.state->facts->spec == server.spec)) {
      if (auto former = std::exchange(known.state, nullptr)) {
        former->retired = true;
        asio::post(control_, [this, former] {
          endings_.spawn(run_retire(former, ChannelHome::Ending::kLetFinish));
          put_right(former->facts->spec.name);
        });
      }
      Worker& home = home_of(server.spec.name.str());
      auto source = tokens_.source_of(server.spec.name);
      const CommonParts common{spawner_, relister_, resource_watches_, health_, random_};
      known.state = std::make_shared<ServerState>(server, options_, home, common, std::move(source));
      known.revision = server.revision;
      known.heard = {};
    }
    return known.state;
  });
}

void Upstreams::State::apply(const catalog::Snapshot& snapshot) {
  if (!std::exchange(keeping_, true)) upkeep_.spawn(spawner_.run_upkeep());
  registered_ = snapshot.servers();
  retire_changed(snapshot);
  for (const auto& entry : registered_)
    watch_server(*entry);
}

// What was listened to with the state of a server that was replaced, with its new one too.
void Upstreams::State::put_right(const catalog::ServerName& server) {
  for (const auto& entry : registered_) {
    if (entry->spec.name == server) watch_server(*entry);
  }
}

void Upstreams::State::retire_changed(const catalog::Snapshot& snapshot) {
  std::vector<std::shared_ptr<ServerState>> gone;
  table_.with([&](Table& table) {
    for (auto it = table.begin(); it != table.end();) {
      Known& known = it->second;
      const auto entry = snapshot.find_server(it->first);
      if (entry && entry->spec == known.state->facts->spec) {
        // Listed anew: it may speak another revision by now.
        if (known.revision != entry->revision) known.state->era = known_era(entry->spec, entry->revision);
        known.revision = entry->revision;
        ++it;
        continue;
      }
      known.state->retired = true;
      gone.push_back(std::move(known.state));
      it = table.erase(it);
    }
  });
  if (gone.empty()) return;
  std::erase_if(retiring_, [](const std::weak_ptr<ServerState>& state) { return state.expired(); });
  for (auto& state : gone) {
    retiring_.push_back(state);
    endings_.spawn(run_retire(std::move(state), ChannelHome::Ending::kLetFinish));
  }
  for (Site& site : sites_)
    asio::post(site.worker->executor, site.drop_retired);
}

// What a server offers to tell is listened for from its registration on, while it is enabled.
void Upstreams::State::watch_server(const catalog::ServerEntry& server) {
  const OfferedNews offered = offered_news(server);
  auto state = offered.any() ? state_of(server) : find_state(server.spec.name);
  if (!state || !state->watch) return;
  const bool is_new =
      table_.with([&](Table& table) { return std::exchange(table[server.spec.name.str()].heard, offered) != offered; });
  if (!is_new) return;
  asio::post(state->home.executor, [state, offered] { state->watch->hear(offered); });
  if (offered.is_enabled) resource_watches_.restore(server.spec.name);
}

std::shared_ptr<ServerState> Upstreams::State::find_state(const catalog::ServerName& server) {
  return table_.with([&](Table& table) -> std::shared_ptr<ServerState> {
    const auto found = table.find(server.str());
    return found == table.end() ? nullptr : found->second.state;
  });
}

Task<void> Upstreams::State::run_retire(std::shared_ptr<ServerState> state, ChannelHome::Ending how) {
  co_await run_on(state->home.executor, state->end(how));
}

Task<void> Upstreams::State::run_close(Site& site) {
  auto closing = run_now(site.close);
  co_await run_on(site.worker->executor, std::move(closing));
  auto last_words = run_last_words(*site.worker);
  co_await run_on(site.worker->executor, std::move(last_words));
}

Task<void> Upstreams::State::stop() {
  registered_.clear();
  co_await relister_.stop();
  co_await resource_watches_.stop();
  std::vector<std::shared_ptr<ServerState>> all;
  table_.with([&](Table& table) {
    for (auto& [name, known] : table)
      all.push_back(std::move(known.state));
    table.clear();
  });
  for (const auto& retiring : retiring_) {
    if (auto state = retiring.lock()) all.push_back(std::move(state));
  }
  for (auto& state : all)
    endings_.spawn(run_retire(std::move(state), ChannelHome::Ending::kNow));
  co_await endings_.join();
  // Only now: servers that end leave farewells with their workers.
  for (Site& site : sites_)
    endings_.spawn(run_close(site));
  co_await endings_.join();
  upkeep_.cancel();
  co_await upkeep_.join();
}

Upstreams::Upstreams(Executor control, Time& time, telemetry::Log& log, Random& random, oauth::TokenDirectory& tokens,
                     UpstreamOptions options)
    : state_(std::make_unique<State>(control, time, log, random, tokens, std::move(options))) {}

Upstreams::~Upstreams() = default;

void Upstreams::use(RelistServer relist) { state_->use(std::move(relist)); }

Relister& Upstreams::relister() { return state_->relister(); }

HealthBoard& Upstreams::health() { return state_->health(); }

void Upstreams::apply(const catalog::Snapshot& snapshot) { state_->apply(snapshot); }

ResourceWatches& Upstreams::resource_watches() { return state_->resource_watches(); }

Task<void> Upstreams::stop() { return state_->stop(); }

}  // namespace jungle::upstream
