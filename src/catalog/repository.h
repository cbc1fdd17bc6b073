// What the catalog needs of a database.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "catalog/entry.h"

namespace jungle::catalog {

// Stores the catalog. Implemented by store (SQLite) and by testing/memory_repository.h; one contract suite runs on
// both. Called on the control executor; implementations do their blocking work elsewhere. Every write is one
// transaction: after a crash at any moment all of it is there, or nothing.
class CatalogRepository {
 public:
  virtual ~CatalogRepository() = default;

  // Every server with its entries, in the order of registration; entries in the server's order. A row that cannot be
  // read is skipped and reported in `warnings`, never a failure of the whole. Of an entry, only the stored fields are
  // set (entry.h); complete() derives the rest.
  struct Loaded {
    std::vector<ServerEntry> servers;
    std::vector<std::string> warnings;
  };
  virtual Task<Result<Loaded>> load() = 0;

  // Stores a server with its entries and returns it with ids and times, all else as given. kConflict if the name is
  // taken.
  virtual Task<Result<ServerEntry>> insert(ServerEntry server) = 0;
  // Replaces the server of that name and all its entries; its row, and those of entries whose own name (or URI) stays,
  // keep their id and creation time. Returns as insert() does. kNotFound.
  virtual Task<Result<ServerEntry>> replace(ServerEntry server) = 0;
  virtual Task<Result<void>> remove(ServerName name) = 0;  // kNotFound.

  // Sets the enabled flags of some rows of one server. Returns the time of the change, as entries show it. kNotFound.
  struct FlagChange {
    ServerName server;
    bool enabled = true;
    bool of_server = false;  // The server's own flag too.
    // Ids of entries.
    std::vector<std::int64_t> tools, prompts, resources, resource_templates;
  };
  virtual Task<Result<std::string>> store_flags(FlagChange change) = 0;

  // Whether the database answers: for readiness.
  virtual Task<Result<void>> ping() = 0;
};

}  // namespace jungle::catalog
