#include "upstream/freshness.h"

#include <utility>

#include <boost/asio/dispatch.hpp>

#include "upstream/backoff.h"
#include "upstream/limits.h"

namespace jungle::upstream {
namespace {

// A failure that repeating does not end, and may make worse: a credential or a grant is missing or wrong.
bool is_for_a_person(const Error& error) { return error.code == ErrorCode::kUnauthenticated; }

// Says nothing about the server: it is gone, or was not asked.
bool is_no_finding(const Error& error) {
  return error.code == ErrorCode::kNotFound || error.code == ErrorCode::kCancelled;
}

bool is_listed_at_start(const catalog::ServerEntry& server, ListAtStart which) {
  if (!server.enabled || which == ListAtStart::kNone) return false;
  return which == ListAtStart::kAll || server.spec.transport != catalog::Transport::kStdio;
}

}  // namespace

Freshness::Freshness(Executor control, DeadlineList& deadlines, Random& random, Relister& relister, HealthBoard& health)
    : control_(control), deadlines_(deadlines), random_(random), relister_(relister), health_(health) {}

Freshness::Watched* Freshness::find(const catalog::ServerName& server) {
  const auto found = watched_.find(server.str());
  return found == watched_.end() ? nullptr : &found->second;
}

void Freshness::apply(const catalog::Snapshot& snapshot) {
  for (auto it = watched_.begin(); it != watched_.end();) {
    if (snapshot.find_server(it->first)) {
      ++it;
      continue;
    }
    health_.forget(it->second.entry->spec.name);
    it = watched_.erase(it);
  }
  for (const auto& entry : snapshot.servers())
    watch(entry);
}

void Freshness::watch(std::shared_ptr<const catalog::ServerEntry> entry) {
  const catalog::ServerName name = entry->spec.name;
  const auto [place, is_new] = watched_.try_emplace(name.str(), [this, name] { relister_.refresh(name, nullptr); });
  Watched& watched = place->second;
  if (watched.entry == entry) return;
  const auto before = std::exchange(watched.entry, std::move(entry));
  const catalog::ServerEntry& now = *watched.entry;
  const bool is_another = is_new || !(before->spec == now.spec);
  if (is_another || before->enabled != now.enabled) begin_anew(watched);
  if (!now.enabled) return;
  if (is_another) {
    list_when_due(watched);  // It was registered, and listed for that.
  } else if (!before->enabled) {
    list_at(watched, Millis(0));
  }
}

// What was found out before counts no more.
void Freshness::begin_anew(Watched& watched) {
  watched.due.disarm();
  watched.failures = 0;
  watched.comebacks = 0;
  watched.is_for_a_person = false;
  health_.of(watched.entry->spec)->begin_anew();
}

void Freshness::start(ListAtStart which) {
  for (auto& [name, watched] : watched_) {
    if (is_listed_at_start(*watched.entry, which)) relister_.refresh(watched.entry->spec.name, nullptr);
  }
}

void Freshness::stop() {
  stopped_ = true;
  for (auto& [name, watched] : watched_)
    watched.due.disarm();
}

void Freshness::list_at(Watched& watched, Millis from_now) {
  if (!stopped_) deadlines_.arm(watched.due, deadlines_.coarse_now() + from_now);
}

// Unless it is to be listed before that.
void Freshness::list_by(Watched& watched, Millis from_now) {
  const bool is_sooner = watched.due.armed() && watched.due.deadline() <= deadlines_.coarse_now() + from_now;
  if (!is_sooner) list_at(watched, from_now);
}

void Freshness::list_when_due(Watched& watched) {
  const Millis interval = Seconds(watched.entry->spec.sync_interval_sec);
  if (interval == Millis(0) || watched.hearing == Hearing::kYes) return watched.due.disarm();
  const Millis spread = interval / kSyncSpread;
  list_at(watched, interval - spread + random_part(random_, 2 * spread));
}

void Freshness::on_listed(const catalog::ServerName& server, const Relister::Listed& listed) {
  Watched* watched = find(server);
  if (watched == nullptr) return;
  if (!listed) return take_failure(*watched, listed.error());
  watched->failures = 0;
  watched->comebacks = 0;
  watched->is_for_a_person = false;
  health_.of(watched->entry->spec)->listing_succeeded();
  if (watched->entry->enabled) list_when_due(*watched);
}

void Freshness::take_failure(Watched& watched, const Error& error) {
  if (is_no_finding(error) || !watched.entry->enabled) return;
  if (error.code == ErrorCode::kConflict) return list_at(watched, kRetryMin);  // It is being registered.
  const auto health = health_.of(watched.entry->spec);
  watched.is_for_a_person = is_for_a_person(error);
  if (watched.is_for_a_person) {
    watched.due.disarm();
    return health->listing_failed(error, kNever);
  }
  list_at(watched, backoff(random_, kRetryMin, kRetryMax, ++watched.failures));
  health->listing_failed(error, watched.due.deadline());
}

void Freshness::on_turn(catalog::ServerName server, Turn turn) {
  asio::dispatch(control_, [this, server = std::move(server), turn] { take_turn(server, turn); });
}

void Freshness::take_turn(const catalog::ServerName& server, Turn turn) {
  Watched* watched = find(server);
  if (watched == nullptr || !watched->entry->enabled) return;
  // It may be another version that comes back. Calls may also work beside listings that fail.
  if (turn == Turn::kBack) return list_by(*watched, backoff(random_, kRetryMin, kRetryMax, ++watched->comebacks));
  if (watched->failures != 0 || watched->is_for_a_person) return;  // It is known, and taken care of.
  watched->failures = 1;
  list_at(*watched, backoff(random_, kRetryMin, kRetryMax, 1));
}

void Freshness::set_hearing(catalog::ServerName server, Hearing hearing) {
  asio::dispatch(control_, [this, server = std::move(server), hearing] {
    Watched* watched = find(server);
    if (watched == nullptr || std::exchange(watched->hearing, hearing) == hearing) return;
    // Retries go on whoever hears.
    if (watched->entry->enabled && watched->failures == 0 && !watched->is_for_a_person) list_when_due(*watched);
  });
}

}  // namespace jungle::upstream
