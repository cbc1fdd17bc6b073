// Changing the catalog, from any worker.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/published.h"
#include "base/result.h"
#include "base/task.h"
#include "catalog/catalog.h"
#include "telemetry/log.h"
#include "upstream/discoverer.h"

namespace jungle::admin {

// Whether a registration may replace a server of the same name.
enum class Force : unsigned char { kNo, kYes };

// What the REST API does on the control executor: everything that changes the catalog, asks a server what it offers, or
// needs the database. One per process, owned by the application.
//
// The public coroutines may be called on any executor; they hop to the control executor and back. Cancelling one ends a
// registration as long as it waits for its server; a change that was handed to the catalog runs to its end. Outlives
// the workers.
class ControlPlane {
 public:
  using Entry = std::shared_ptr<const catalog::ServerEntry>;

  ControlPlane(Executor control, catalog::Catalog& catalog, catalog::CatalogRepository& repository,
               upstream::Discoverer& discoverer, telemetry::Log& log);
  ControlPlane(const ControlPlane&) = delete;
  ControlPlane& operator=(const ControlPlane&) = delete;

  const Published<catalog::Snapshot>& published() const { return catalog_.published(); }

  // Asks the server what it offers and stores it. With Force::kYes the server of that name, if there is one, serves
  // until the new one has answered and is stored; its enabled flags survive. Of registrations of one name only one runs
  // at a time. The entry's `warnings` say what was set aside.
  // Errors: kConflict (exists already, or is being registered), kInvalidArgument (the server wants another credential),
  // those of Discoverer and Catalog.
  Task<Result<Entry>> register_server(catalog::ServerSpec spec, Force force);
  Task<Result<void>> remove_server(catalog::ServerName name);
  Task<Result<catalog::Changed>> set_server_enabled(catalog::ServerName name, bool enabled);
  Task<Result<std::vector<std::string>>> set_tools_enabled(std::string entity, bool enabled);
  Task<Result<std::vector<std::string>>> set_prompts_enabled(std::string entity, bool enabled);
  // Whether the database answers.
  Task<Result<void>> ping();

 private:
  class NameTaken;

  template <typename T>
  Task<Result<T>> on_control(Task<Result<T>> work);

  // These run on the control executor. All but the first part of a registration ignore cancellation: a change is made
  // whole or not begun.
  Task<Result<Entry>> run_register(catalog::ServerSpec spec, Force force);
  Task<Result<Entry>> run_store(catalog::ServerSpec spec, catalog::Discovery discovery, Force force);
  Task<Result<void>> run_remove(catalog::ServerName name);
  Task<Result<catalog::Changed>> run_set_server(catalog::ServerName name, bool enabled);
  Task<Result<std::vector<std::string>>> run_set_tools(std::string entity, bool enabled);
  Task<Result<std::vector<std::string>>> run_set_prompts(std::string entity, bool enabled);
  Task<Result<void>> run_ping();

  const Executor control_;
  catalog::Catalog& catalog_;
  catalog::CatalogRepository& repository_;
  upstream::Discoverer& discoverer_;
  telemetry::Log& log_;
  std::set<std::string, std::less<>> registering_;  // Names; control executor only.
};

}  // namespace jungle::admin
