// The gateway as `mcpjungle start` runs it, in the thread of a test.
#pragma once

#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>

#include "admin/line_writer.h"
#include "app/assembly.h"
#include "app/config.h"
#include "app/dotenv.h"
#include "base/file_descriptor.h"
#include "base/random.h"
#include "e2e/world.h"
#include "store/database.h"
#include "store/sealing.h"

namespace jungle::e2e {

// The same in every run: what is random has no part in whether a test passes. Single thread.
class SeededRandom final : public Random {
 public:
  void fill(std::span<unsigned char> bytes) override;

 private:
  std::mt19937_64 engine_;  // Its default seed.
};

// app::Assembly on the world's executor and time, with one worker and a port on loopback.
// What it lacks of the program: threads, signals, the command line. Child processes would use the real clock.
class TestGateway {
 public:
  // `environment` as for `mcpjungle start`, `database` a file that it opens or makes. Throws if it does not start.
  TestGateway(World& world, const app::Environment& environment, std::string database);
  TestGateway(const TestGateway&) = delete;
  TestGateway& operator=(const TestGateway&) = delete;
  ~TestGateway();

  std::string url(std::string_view path) const { return base_url_ + std::string(path); }

  // As SIGTERM does. Goes on while time passes.
  void begin_to_stop(Seconds patience);
  bool is_stopping() const { return stopping_; }
  // Whether it has, without more time passing. It waits for the thread that starts processes.
  bool is_stopped() {
    return world_.wait_for([this] { return stopped_; });
  }
  // To its end, without patience.
  void stop_now();

 private:
  Task<void> run_stop(Seconds patience);

  World& world_;
  app::Config config_;
  SystemRandom sealing_random_;  // On the database's thread.
  SeededRandom random_;
  FileDescriptor null_device_;
  std::optional<admin::LineWriter> access_lines_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::Sealing> sealing_;
  std::optional<app::Assembly> assembly_;
  std::string base_url_;
  bool stopping_ = false;
  bool stopped_ = false;
};

}  // namespace jungle::e2e
