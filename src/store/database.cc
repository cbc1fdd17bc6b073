#include "store/database.h"

#include <cerrno>
#include <cstring>
#include <exception>

#include <fcntl.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <unistd.h>

#include "store/migrations.h"

namespace jungle::store {
namespace {

constexpr int kScrubWaitMs = 500;

// Creates the file for its owner alone; SQLite gives its side files the same rights. An existing file is left as it is,
// and what is wrong with the path is SQLite's to say.
void create_private(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd >= 0) ::close(fd);
}

struct Explanation {
  ErrorCode code;
  const char* what;
};

// What a person can do about a result code of SQLite (https://www.sqlite.org/rescode.html), the primary one.
Explanation explain(int result) {
  switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::kUnavailable, "is in use by another program: stop it, or try again"};
    case SQLITE_CANTOPEN:
      return {ErrorCode::kUnavailable,
              "cannot be opened: check that its folder exists and may be written, or name another file with "
              "--sqlite-db-path"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {ErrorCode::kUnavailable, "cannot be written: check the owner and the permissions of it and its folder"};
    case SQLITE_FULL:
      return {ErrorCode::kUnavailable, "cannot grow: the disk is full"};
    case SQLITE_IOERR:
      return {ErrorCode::kUnavailable, "cannot be read or written: check the disk"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::kInternal,
              "is damaged or is no SQLite database: restore it from a backup, or move it away, or name another file "
              "with --sqlite-db-path"};
    default:
      return {ErrorCode::kInternal, "reported an error; the log has the details"};
  }
}

Error error_of(const std::string& path, const std::exception& thrown) {
  const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&thrown);
  const int result = sqlite != nullptr ? sqlite->result() : SQLITE_ERROR;
  const std::string detail = thrown.what();
  if ((result & 0xff) == SQLITE_CONSTRAINT && detail.find("UNIQUE") != std::string::npos)
    return Error{ErrorCode::kConflict, "the database already holds one of that name", detail};
  const Explanation why = explain(result);
  return Error{why.code, "database file " + path + " " + why.what, detail};
}

// What in_transaction does once its work has thrown. SQLite may have rolled back already; then this fails, and says
// nothing new.
void roll_back(soci::session& session) {
  try {
    session << "ROLLBACK";
  } catch (const soci::soci_error&) {
  }
}

}  // namespace

Database::Database(std::string path) : path_(std::move(path)) {}

Database::~Database() { thread_.join(); }

Result<std::unique_ptr<Database>> Database::open(std::string path, telemetry::Log& log) {
  // SOCI's connection string cannot carry a quotation mark, and SQLite cannot carry NUL.
  if (path.empty() || path.find('"') != std::string::npos || path.find('\0') != std::string::npos)
    return Error{
        ErrorCode::kInvalidArgument, "database file '" + path + "': its name must not be empty or contain '\"'", {}};
  std::unique_ptr<Database> database(new Database(std::move(path)));
  if (auto ok = database->connect(log); !ok) return ok.error();
  return database;
}

Result<void> Database::connect(telemetry::Log& log) {
  create_private(path_);
  try {
    session_ = std::make_unique<soci::session>(soci::sqlite3,
                                               "dbname=\"" + path_ + "\" timeout=" + std::to_string(kBusyTimeoutSec));
    std::string journal;
    *session_ << "PRAGMA journal_mode = WAL", soci::into(journal);
    if (journal != "wal") log.warn("the database file cannot be in WAL mode", {{"file", path_}, {"mode", journal}});
    *session_ << "PRAGMA foreign_keys = ON";
    // Secrets that are overwritten or deleted leave the pages at once, and none goes to a temporary file.
    int is_on = 0;
    *session_ << "PRAGMA secure_delete = ON", soci::into(is_on);
    *session_ << "PRAGMA temp_store = MEMORY";
  } catch (const std::exception& thrown) {
    return error_of(path_, thrown);
  }
  auto migrated = in_transaction(Mode::kWrite, [&](soci::session& session) { return migrate(session, log); });
  if (!migrated && migrated.error().code == ErrorCode::kInvalidArgument)
    return with_context(migrated.error(), "database file " + path_);
  return migrated;
}

Result<void> Database::scrub() {
  int is_busy = 0;
  int timeout_ms = 0;
  try {
    *session_ << "VACUUM";
    // Readers are short, and a scrub can be made up for: no start waits long for it.
    *session_ << "PRAGMA busy_timeout = " + std::to_string(kScrubWaitMs), soci::into(timeout_ms);
    *session_ << "PRAGMA wal_checkpoint(TRUNCATE)", soci::into(is_busy);
    *session_ << "PRAGMA busy_timeout = " + std::to_string(kBusyTimeoutSec * 1000), soci::into(timeout_ms);
  } catch (const std::exception& thrown) {
    return error_of(path_, thrown);
  }
  if (is_busy != 0) return Error{ErrorCode::kUnavailable, "database file " + path_ + " is being read", {}};
  return {};
}

Result<void> Database::in_transaction(Mode mode, const Step& step) {
  try {
    // Taking the write lock at once instead of at the first write: two programs then wait for each other and do not
    // fail.
    *session_ << (mode == Mode::kWrite ? "BEGIN IMMEDIATE" : "BEGIN");
  } catch (const std::exception& thrown) {
    return error_of(path_, thrown);
  }
  try {
    auto done = step(*session_);
    if (done) {
      *session_ << "COMMIT";
    } else {
      roll_back(*session_);
    }
    return done;
  } catch (const std::exception& thrown) {
    roll_back(*session_);
    return error_of(path_, thrown);
  }
}

}  // namespace jungle::store
