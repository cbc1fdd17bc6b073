// Bringing the tables of a database file up to date.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "telemetry/log.h"

namespace soci {
class session;
}

namespace jungle::store {

// One numbered file of migrations/. Statements end with a semicolon at the end of a line.
struct MigrationText {
  int number;
  std::string_view name;
  std::string_view sql;
};

// The files, in order. Embedded at build time: migrations_text.cc is written by CMakeLists.txt.
std::span<const MigrationText> migration_texts();

// Applies what `schema_migrations` does not have yet. Before the first one, a database of MCPJungle, of any age, is
// brought to its newest shape; nothing is dropped but what moved elsewhere. REQUIRES: within a transaction, so that a
// file is migrated or untouched. kInvalidArgument if the file is from a newer version of this program. SOCI's
// exceptions pass through.
Result<void> migrate(soci::session& session, telemetry::Log& log);

}  // namespace jungle::store
