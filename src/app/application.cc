#include "app/application.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/signal_set.hpp>
#include <unistd.h>

#include "app/assembly.h"
#include "app/version.h"
#include "base/open_files.h"
#include "upstream/guardian.h"

namespace jungle::app {
namespace {

constexpr Seconds kShutdownTime{10};         // For calls in flight, after which they are cut (contract 1.6).
constexpr unsigned kWorkersMax = 64;         // More threads than that do not make a gateway faster.
constexpr std::size_t kBlockingThreads = 2;  // For getaddrinfo.

// A thread and the executor that it runs until finish().
class WorkerThread {
 public:
  Executor executor() { return context_.get_executor(); }
  void run() {
    thread_ = std::thread([this] { context_.run(); });
  }
  // Returns when nothing is left to do there. REQUIRES: what lives there has stopped.
  void finish() {
    alive_.reset();
    thread_.join();
  }

 private:
  asio::io_context context_{1};
  asio::executor_work_guard<Executor> alive_{context_.get_executor()};
  std::thread thread_;
};

using WorkerThreads = std::vector<std::unique_ptr<WorkerThread>>;

// Three for two cores: docs/decisions/0013-three-workers-for-two-cores.md.
unsigned worker_count() {
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  return std::min(kWorkersMax, cores + (cores + 1) / 2);
}

WorkerThreads make_threads() {
  WorkerThreads threads;
  const unsigned count = worker_count();
  for (unsigned i = 0; i < count; ++i)
    threads.push_back(std::make_unique<WorkerThread>());
  return threads;
}

std::vector<Executor> executors_of(const WorkerThreads& threads) {
  std::vector<Executor> executors;
  for (const auto& thread : threads)
    executors.push_back(thread->executor());
  return executors;
}

void announce(const http::Endpoint& endpoint) {
  const bool is_v6 = endpoint.address.find(':') != std::string::npos;
  const std::string address = is_v6 ? "[" + endpoint.address + "]" : endpoint.address;
  std::fprintf(stderr, "\n%.*s\nMCPJungle HTTP server listening on %s:%u\n\n", static_cast<int>(banner().size()),
               banner().data(), address.c_str(), endpoint.port);
  std::fflush(stderr);
}

// The assembly on threads, with real time, until a signal. Lives in run(), on the control thread.
class Application {
 public:
  Application(const Config& config, const Environment& environment, const std::string& version, telemetry::Log& log,
              const http::TlsContext& tls, store::Database& database, store::Sealing& sealing)
      : log_(log),
        access_lines_(STDOUT_FILENO, log),
        assembly_(config, environment, version,
                  Ground{control_.get_executor(), executors_of(threads_), blocking_, time_, random_, log, access_lines_,
                         tls, database, sealing}) {}

  Result<void> serve();

 private:
  Result<void> load();
  Result<http::Endpoint> prepare();
  Task<void> run_until_signal(boost::asio::signal_set& signals);

  telemetry::Log& log_;
  asio::io_context control_{1};
  asio::thread_pool blocking_{kBlockingThreads};
  RealTime time_;
  SystemRandom random_;
  admin::LineWriter access_lines_;
  WorkerThreads threads_ = make_threads();
  Assembly assembly_;
};

// Before there are workers that could see half of the catalog.
Result<void> Application::load() {
  std::optional<Result<void>> loaded;
  asio::co_spawn(control_, assembly_.load(), [&](std::exception_ptr error, Result<void> result) {
    if (error) std::rethrow_exception(error);
    loaded.emplace(std::move(result));
  });
  const auto busy = asio::make_work_guard(control_);  // The store answers from a thread of its own.
  while (!loaded)
    control_.run_one();
  return *loaded;
}

Result<http::Endpoint> Application::prepare() {
  if (auto loaded = load(); !loaded) return loaded.error();
  auto endpoint = assembly_.listen();
  if (!endpoint) return with_context(endpoint.error(), "failed to run the server");
  return endpoint;
}

// A start that fails ends as a shutdown does, so that there is one way out.
Result<void> Application::serve() {
  const auto endpoint = prepare();
  boost::asio::signal_set signals(control_, SIGINT, SIGTERM);  // Before somebody can know that we are here.
  for (const auto& thread : threads_)
    thread->run();
  if (endpoint) announce(*endpoint);
  assembly_.start(endpoint ? Serving::kYes : Serving::kNo);
  auto ending = endpoint ? run_until_signal(signals) : assembly_.stop(kShutdownTime);
  asio::co_spawn(control_, std::move(ending), [](std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  });
  control_.run();
  for (const auto& thread : threads_)
    thread->finish();
  blocking_.join();
  if (!endpoint) return endpoint.error();
  log_.info("[server] Server gracefully stopped");
  return {};
}

Task<void> Application::run_until_signal(boost::asio::signal_set& signals) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto [ec, number] = co_await signals.async_wait(asio::as_tuple(use_task));
  if (!ec) {
    log_.info(number == SIGINT ? "[server] Received signal interrupt, initiating graceful shutdown..."
                               : "[server] Received signal terminated, initiating graceful shutdown...");
  }
  log_.info("[server] Cancelling active connections...");
  co_await assembly_.stop(kShutdownTime);
}

}  // namespace

void become_helper(std::string_view program_name) {
  if (upstream::is_guardian(program_name)) upstream::guardian_main();
}

Result<void> run(const Config& config, const Environment& environment, const std::string& version,
                 telemetry::Log& log) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGCHLD, SIG_DFL);  // Where our parent ignores it, children could not be waited for.
  raise_open_files_limit();
  if (config.mode == ServerMode::kEnterprise) {
    return Error{ErrorCode::kInvalidArgument,
                 "enterprise mode is not supported yet: start without --enterprise and SERVER_MODE=enterprise",
                 {}};
  }
  auto database = store::Database::open(config.sqlite_path, log);
  if (!database) return with_context(database.error(), "failed to connect to database");
  SystemRandom random;
  auto sealing = store::Sealing::open(**database, config.encryption_key, random, log);
  if (!sealing) return sealing.error();
  auto tls = http::TlsContext::create(http::TlsOptions{});
  if (!tls) return tls.error();
  for (const std::string& line : start_lines(config))
    log.info(line);
  Application application(config, environment, version, log, *tls, **database, **sealing);
  return application.serve();
}

}  // namespace jungle::app
