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

  // Every server with its entries, in the order of registration. A row that cannot be read is skipped and reported in
  // `warnings`, never a failure of the whole.
  struct Loaded {
    std::vector<ServerEntry> servers;
    std::vector<std::string> warnings;
  };
  virtual Task<Result<Loaded>> load() = 0;

  // Stores a server with its entries and returns it with its ids and times. kConflict if the name is taken.
  virtual Task<Result<ServerEntry>> insert(ServerEntry server) = 0;
  // Replaces the server of that name and all its entries; its row, and those of entries whose own name (or URI) stays,
  // keep their id and creation time. kNotFound.
  virtual Task<Result<ServerEntry>> replace(ServerEntry server) = 0;
  virtual Task<Result<void>> remove(ServerName name) = 0;  // kNotFound.
  // Writes the enabled flags of the server and of all its entries as they are in `server`. kNotFound.
  virtual Task<Result<ServerEntry>> store_flags(ServerEntry server) = 0;

  // Whether the database answers: for readiness.
  virtual Task<Result<void>> ping() = 0;
};

}  // namespace jungle::catalog
