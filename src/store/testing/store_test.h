// Tests on a real database file.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "base/random.h"
#include "base/testing/fake_time.h"
#include "base/testing/threaded_test.h"
#include "store/database.h"
#include "store/sealing.h"
#include "store/testing/temp_folder.h"
#include "telemetry/testing/recording_log.h"

namespace jungle::store::testing {

// A folder, and a database in it once it is opened.
class StoreTest : public jungle::testing::ThreadedTest {
 protected:
  Database& open(const std::string& name = "test.db") {
    sealing_.reset();
    database_.reset();
    auto opened = Database::open(folder_.file(name), log_);
    if (!opened) throw std::runtime_error(opened.error().message + " | " + opened.error().detail);
    database_ = std::move(*opened);
    return *database_;
  }
  // Its secrets, under the key file in the folder unless a key is given. REQUIRES: open().
  Sealing& unlock(KeySource source = {}) {
    auto unlocked = Sealing::open(*database_, std::move(source), random_, log_);
    if (!unlocked) throw std::runtime_error(unlocked.error().message + " | " + unlocked.error().detail);
    sealing_ = std::move(*unlocked);
    return *sealing_;
  }

  // Runs statements on the file with a connection of their own, as another program would.
  void execute(const std::vector<std::string>& statements, const std::string& name = "test.db") {
    soci::session session(soci::sqlite3, "dbname=\"" + folder_.file(name) + "\"");
    for (const std::string& statement : statements)
      session << statement;
  }
  // The first column of all rows, joined by commas; NULL is "NULL".
  std::string query(const std::string& sql, const std::string& name = "test.db") {
    soci::session session(soci::sqlite3, "dbname=\"" + folder_.file(name) + "\"");
    std::string all;
    std::string text;
    soci::indicator indicator = soci::i_ok;
    soci::statement statement = (session.prepare << sql, soci::into(text, indicator));
    statement.execute();
    while (statement.fetch())
      all += (all.empty() ? "" : ",") + (indicator == soci::i_null ? std::string("NULL") : text);
    return all;
  }

  TempFolder folder_;
  jungle::testing::FakeTime time_{context_};
  telemetry::testing::RecordingLog log_;
  SystemRandom random_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Sealing> sealing_;
};

}  // namespace jungle::store::testing
