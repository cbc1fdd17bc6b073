// A repository on a real database file, for contract suites.
#pragma once

#include <memory>

#include "base/random.h"
#include "base/time.h"
#include "store/database.h"
#include "store/sealing.h"
#include "store/testing/temp_folder.h"
#include "telemetry/log.h"

namespace jungle::store::testing {

// Opens the file anew for every reopen(), as a restart does.
template <typename SqlRepository>
class SqlHarness {
 public:
  SqlHarness() { reopen(); }
  SqlRepository& repository() { return *repository_; }
  void reopen() {
    repository_.reset();
    sealing_.reset();
    database_.reset();
    database_ = Database::open(folder_.file("test.db"), log_).value();
    sealing_ = Sealing::open(*database_, {}, random_, log_).value();
    repository_ = std::make_unique<SqlRepository>(*database_, *sealing_, time_);
  }

 private:
  TempFolder folder_;
  telemetry::NullLog log_;
  RealTime time_;
  SystemRandom random_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Sealing> sealing_;
  std::unique_ptr<SqlRepository> repository_;
};

}  // namespace jungle::store::testing
