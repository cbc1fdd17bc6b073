// Changing the catalog, from any worker.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "admin/registrar.h"
#include "base/published.h"
#include "base/result.h"
#include "base/task.h"
#include "catalog/catalog.h"
#include "telemetry/log.h"
#include "upstream/relister.h"
#include "upstream/server_health.h"

namespace jungle::admin {

// What the REST API does on the control executor: everything that changes the catalog, asks a server what it offers, or
// needs the database. One per process, owned by the application.
//
// The public coroutines may be called on any executor; they hop to the control executor and back. Cancelling one ends a
// registration as long as it waits for its server; a change that was handed to the catalog runs to its end. Outlives
// the workers.
class ControlPlane {
 public:
  ControlPlane(Executor control, catalog::Catalog& catalog, catalog::CatalogRepository& repository,
               Registrar& registrar, upstream::Relister& relister, const upstream::HealthBoard& health,
               telemetry::Log& log);
  ControlPlane(const ControlPlane&) = delete;
  ControlPlane& operator=(const ControlPlane&) = delete;

  const Published<catalog::Snapshot>& published() const { return catalog_.published(); }
  // From any thread.
  MissingAuthorization missing_authorization(const catalog::ServerName& name) const {
    return registrar_.missing_authorization(name);
  }

  // From any thread.
  std::optional<upstream::Outage> outage_of(const catalog::ServerName& name) const { return health_.outage_of(name); }

  // As Registrar's functions of these names.
  Task<Result<Registered>> register_server(catalog::ServerSpec spec, Force force);
  Task<Result<Registered>> authorize_server(catalog::ServerName name, std::string redirect_uri);
  Task<Result<Registered>> complete_authorization(std::string session_id, oauth::AuthorizationResponse response);
  // As Registrar::relist, in turn with whoever else wants servers listed anew.
  Task<Result<Registrar::Entry>> refresh_server(catalog::ServerName name);
  Task<Result<void>> remove_server(catalog::ServerName name);
  Task<Result<catalog::Changed>> set_server_enabled(catalog::ServerName name, bool enabled);
  Task<Result<std::vector<std::string>>> set_tools_enabled(std::string entity, bool enabled);
  Task<Result<std::vector<std::string>>> set_prompts_enabled(std::string entity, bool enabled);
  // Whether the database answers.
  Task<Result<void>> ping();

 private:
  template <typename T>
  Task<Result<T>> on_control(Task<Result<T>> work);

  // These run on the control executor. All but the first part of a registration ignore cancellation: a change is made
  // whole or not begun.
  Task<Result<Registered>> run_register(catalog::ServerSpec spec, Force force);
  Task<Result<Registered>> run_authorize(catalog::ServerName name, std::string redirect_uri);
  Task<Result<Registered>> run_complete(std::string session_id, oauth::AuthorizationResponse response);
  Task<Result<void>> run_remove(catalog::ServerName name);
  Task<Result<catalog::Changed>> run_set_server(catalog::ServerName name, bool enabled);
  Task<Result<std::vector<std::string>>> run_set_tools(std::string entity, bool enabled);
  Task<Result<std::vector<std::string>>> run_set_prompts(std::string entity, bool enabled);
  Task<Result<void>> run_ping();

  const Executor control_;
  catalog::Catalog& catalog_;
  catalog::CatalogRepository& repository_;
  Registrar& registrar_;
  upstream::Relister& relister_;
  const upstream::HealthBoard& health_;
  telemetry::Log& log_;
};

}  // namespace jungle::admin
