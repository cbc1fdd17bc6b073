// What the catalog knows of servers stays fresh, and servers that are down come back.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/deadline_list.h"
#include "base/random.h"
#include "base/task.h"
#include "base/time.h"
#include "catalog/snapshot.h"
#include "upstream/options.h"
#include "upstream/relister.h"
#include "upstream/server_health.h"

namespace jungle::upstream {

// Decides when servers are listed anew, through the Relister: once at the start; every sync_interval_sec, where nobody
// hears of changes; again and again, more and more seldom, while that fails; soon after calls found that a server is
// back, but more and more seldom too if it can still not be listed. What a server offered last stays until a listing
// succeeds. Servers that refuse us until a person authorizes, or gives another credential, are not asked again by
// themselves. Disabled ones are left alone.
//
// One per process, on the control executor; outlives nothing that calls it. Does not connect or store anything itself.
class Freshness {
 public:
  Freshness(Executor control, DeadlineList& deadlines, Random& random, Relister& relister, HealthBoard& health);
  Freshness(const Freshness&) = delete;
  Freshness& operator=(const Freshness&) = delete;

  // After each publication of the catalog.
  void apply(const catalog::Snapshot& snapshot);
  // Once, when clients are served.
  void start(ListAtStart which);
  // Callable on any executor.
  void set_hearing(catalog::ServerName server, Hearing hearing);
  // After it nothing is listed any more by itself.
  void stop();

  // What the Relister and the HealthBoard report.
  void on_listed(const catalog::ServerName& server, const Relister::Listed& listed);
  void on_turn(catalog::ServerName server, Turn turn);  // Callable on any executor.

 private:
  struct Watched {
    explicit Watched(std::function<void()> on_due) : due(std::move(on_due)) {}

    std::shared_ptr<const catalog::ServerEntry> entry;
    DeadlineList::Entry due;         // When it is listed next.
    std::size_t failures = 0;        // Listings in a row.
    std::size_t comebacks = 0;       // Times that calls found it back since a listing succeeded.
    bool is_for_a_person = false;    // To repair.
    Hearing hearing = Hearing::kNo;  // Of its changes.
  };

  Watched* find(const catalog::ServerName& server);
  void watch(std::shared_ptr<const catalog::ServerEntry> entry);
  void begin_anew(Watched& watched);
  void list_at(Watched& watched, Millis from_now);
  void list_by(Watched& watched, Millis from_now);
  void list_when_due(Watched& watched);
  void take_failure(Watched& watched, const Error& error);
  void take_turn(const catalog::ServerName& server, Turn turn);

  const Executor control_;
  DeadlineList& deadlines_;
  Random& random_;
  Relister& relister_;
  HealthBoard& health_;
  bool stopped_ = false;
  std::map<std::string, Watched, std::less<>> watched_;  // By server.
};

}  // namespace jungle::upstream
