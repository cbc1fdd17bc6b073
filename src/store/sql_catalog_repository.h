// The catalog in a SQL database.
#pragma once

#include "base/time.h"
#include "catalog/repository.h"
#include "store/database.h"
#include "store/sealing.h"

namespace jungle::store {

// Keeps the catalog in the tables of MCPJungle, with what they lack in columns of ours (migrations/). Callable from any
// executor; what it is given outlives it.
class SqlCatalogRepository final : public catalog::CatalogRepository {
 public:
  SqlCatalogRepository(Database& database, Sealing& sealing, Time& time)
      : database_(database), sealing_(sealing), time_(time) {}

  Task<Result<Loaded>> load() override;
  Task<Result<catalog::ServerEntry>> insert(catalog::ServerEntry server) override;
  Task<Result<catalog::ServerEntry>> replace(catalog::ServerEntry server) override;
  Task<Result<void>> remove(catalog::ServerName name) override;
  Task<Result<std::string>> store_flags(FlagChange change) override;
  Task<Result<void>> ping() override;

 private:
  Database& database_;
  Sealing& sealing_;
  Time& time_;
};

}  // namespace jungle::store
