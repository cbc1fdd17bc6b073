// Grants, client registrations and pending sessions in a SQL database.
#pragma once

#include "base/time.h"
#include "oauth/repository.h"
#include "store/database.h"
#include "store/sealing.h"

namespace jungle::store {

// Keeps grants and sessions in the tables of MCPJungle, with what they lack in columns of ours; clients in a table of
// our own. Callable from any executor; what it is given outlives it. Reads the tables every time: other processes write
// them too.
class SqlOAuthRepository final : public oauth::Repository {
 public:
  SqlOAuthRepository(Database& database, Sealing& sealing, Time& time)
      : database_(database), sealing_(sealing), time_(time) {}

  Task<Result<LoadedGrants>> load_grants() override;
  Task<Result<std::optional<oauth::Grant>>> find_grant(catalog::ServerName server) override;
  Task<Result<oauth::Grant>> store_grant(oauth::Grant grant) override;
  Task<Result<void>> remove_grant(catalog::ServerName server) override;
  Task<Result<std::optional<oauth::Grant>>> store_state(oauth::Grant grant) override;

  Task<Result<oauth::RefreshTurn>> begin_refresh(RefreshWish wish) override;
  Task<Result<std::optional<oauth::Grant>>> finish_refresh(oauth::Grant grant, std::string holder) override;
  Task<Result<void>> abandon_refresh(catalog::ServerName server, std::string holder) override;

  Task<Result<std::optional<oauth::RegisteredClient>>> find_client(oauth::Issuer issuer,
                                                                   std::string redirect_uri) override;
  Task<Result<void>> store_client(oauth::RegisteredClient client) override;
  Task<Result<void>> remove_client(oauth::Issuer issuer, std::string client_id) override;

  Task<Result<void>> store_session(oauth::PendingSession session) override;
  Task<Result<std::optional<oauth::PendingSession>>> find_session(std::string id) override;
  Task<Result<void>> remove_session(std::string id) override;
  Task<Result<std::int64_t>> sweep_sessions(SystemTime now) override;

 private:
  Database& database_;
  Sealing& sealing_;
  Time& time_;
};

}  // namespace jungle::store
