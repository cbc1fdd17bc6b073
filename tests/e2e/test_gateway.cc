#include "e2e/test_gateway.h"

#include <stdexcept>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>

namespace jungle::e2e {
namespace {

template <typename T>
T required(Result<T> result) {
  if (!result) throw std::runtime_error("the gateway does not start: " + result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

app::Config config_of(const app::Environment& environment, std::string database) {
  app::StartFlags flags;
  flags.host = "127.0.0.1";
  flags.sqlite_db_path = std::move(database);
  app::FileAccess no_files;
  no_files.exists = [](const std::string&) { return false; };
  app::Config config = required(app::config_from(flags, environment, no_files));
  config.port = 0;
  return config;
}

Task<void> run_load(app::Assembly& assembly) {
  auto loaded = co_await assembly.load();
  required(std::move(loaded));
}

// Behind everything that waits for the database's one thread.
Task<void> wait_for_database(store::Database& database) {
  const auto nothing = [](soci::session&) { return Result<void>(); };
  auto read = co_await database.read(nothing);
  required(std::move(read));
}

}  // namespace

void SeededRandom::fill(std::span<unsigned char> bytes) {
  for (unsigned char& byte : bytes)
    byte = static_cast<unsigned char>(engine_());
}

TestGateway::TestGateway(World& world, const app::Environment& environment, std::string database)
    : world_(world),
      config_(config_of(environment, std::move(database))),
      null_device_(::open("/dev/null", O_WRONLY | O_CLOEXEC)) {
  access_lines_.emplace(null_device_.get(), world.log);
  database_ = required(store::Database::open(config_.sqlite_path, world.log));
  sealing_ = required(store::Sealing::open(*database_, config_.encryption_key, sealing_random_, world.log));
  const Executor executor = world.executor();
  assembly_.emplace(config_, environment, "v0-test",
                    app::Ground{executor,
                                {executor},
                                world.blocking,
                                world.time,
                                random_,
                                world.log,
                                *access_lines_,
                                world.tls,
                                *database_,
                                *sealing_});
  world.wait_also_for([this] { return wait_for_database(*database_); });
  world.finish(run_load(*assembly_));
  base_url_ = "http://127.0.0.1:" + std::to_string(required(assembly_->listen()).port);
  assembly_->start(app::Serving::kYes);
  world.settle();
}

TestGateway::~TestGateway() {
  stop_now();
  world_.wait_also_for(nullptr);
}

void TestGateway::begin_to_stop(Seconds patience) {
  stopping_ = true;
  asio::co_spawn(world_.context, run_stop(patience), [](std::exception_ptr error) { EXPECT_FALSE(error); });
  world_.settle();
}

Task<void> TestGateway::run_stop(Seconds patience) {
  co_await assembly_->stop(patience);
  stopped_ = true;
}

void TestGateway::stop_now() {
  if (!stopping_) begin_to_stop(Seconds(0));
  constexpr Seconds kPatience{60};
  const SteadyTime end = world_.time.steady_now() + kPatience;
  while (!stopped_ && world_.time.steady_now() < end)
    world_.pass_time(DeadlineList::kTick);
  EXPECT_TRUE(is_stopped()) << "the gateway does not stop";
}

}  // namespace jungle::e2e
