// The SQLite file.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/asio/thread_pool.hpp>

#include "base/blocking.h"
#include "base/result.h"
#include "base/task.h"
#include "telemetry/log.h"

namespace soci {
class session;
}

namespace jungle::store {

// How long a statement waits for another program that holds the file, as MCPJungle does.
inline constexpr int kBusyTimeoutSec = 5;

// One SQLite file with its one thread: everything that touches the file runs there, one piece of work after the other.
//
// One per process, owned by app, destroyed after every repository and after the control executor stopped; the
// destructor waits for the running piece of work. Callable from any executor. In WAL mode with foreign keys on; between
// pieces of work the file is not locked, so that other programs can read and write it.
//
// Errors: kConflict (a unique value is taken), kUnavailable (busy, full, not writable), kInternal (damaged, or a bug).
// Messages name the file and what to do, never SQL.
class Database {
 public:
  // Opens the file, creating it if need be (readable by its owner only, since it holds secrets), and brings its tables
  // up to date, also those of a MCPJungle database. Blocks: for the start of the process.
  static Result<std::unique_ptr<Database>> open(std::string path, telemetry::Log& log);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  const std::string& path() const { return path_; }

  // Runs `work`, a function of soci::session& that returns a Result, in one transaction on the database's thread. What
  // it refers to must live until then. A failed Result, or an exception of SOCI, rolls everything back. Once begun it
  // ends, whether the caller is cancelled or not.
  template <typename Work>
  Task<std::invoke_result_t<Work&, soci::session&>> write(Work work) {
    auto job = [this, &work] { return run<Work>(Mode::kWrite, work); };
    co_return co_await run_blocking(thread_, job);
  }
  // The same for work that changes nothing: it sees one state of the file.
  template <typename Work>
  Task<std::invoke_result_t<Work&, soci::session&>> read(Work work) {
    auto job = [this, &work] { return run<Work>(Mode::kRead, work); };
    co_return co_await run_blocking(thread_, job);
  }
  // write(), blocking the caller: for the start of the process and for commands, while nothing else uses the database.
  template <typename Work>
  std::invoke_result_t<Work&, soci::session&> write_blocking(Work work) {
    return run<Work>(Mode::kWrite, work);
  }
  // Writes the file anew, so that what was deleted or overwritten is in none of its pages, nor in its log. Blocks, as
  // write_blocking(). kUnavailable: another program holds the file open in the middle of reading.
  Result<void> scrub();

 private:
  enum class Mode : std::uint8_t { kRead, kWrite };
  using Step = std::function<Result<void>(soci::session&)>;

  explicit Database(std::string path);
  Result<void> connect(telemetry::Log& log);
  // Blocks. All exceptions of SOCI end here.
  Result<void> in_transaction(Mode mode, const Step& step);

  template <typename Work>
  std::invoke_result_t<Work&, soci::session&> run(Mode mode, Work& work) {
    std::optional<std::invoke_result_t<Work&, soci::session&>> answer;
    const Result<void> done = in_transaction(mode, [&](soci::session& session) -> Result<void> {
      answer.emplace(work(session));
      if (!*answer) return answer->error();
      return {};
    });
    if (!done) return done.error();
    return std::move(*answer);
  }

  std::string path_;
  std::unique_ptr<soci::session> session_;  // Used on thread_ only, once open() returned.
  asio::thread_pool thread_{1};
};

}  // namespace jungle::store
