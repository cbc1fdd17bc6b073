// The catalog: changes go in, snapshots come out.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/published.h"
#include "base/result.h"
#include "base/task.h"
#include "catalog/discovery.h"
#include "catalog/repository.h"
#include "catalog/snapshot.h"
#include "catalog/turns.h"
#include "telemetry/log.h"

namespace jungle::catalog {

// What an enable or disable changed: exposed names.
struct Changed {
  std::vector<std::string> tools;
  std::vector<std::string> prompts;
};

// Applies changes in order, one at a time: store first, then publish. Lives on the control executor; call it there.
// Reading needs no call: take a Reader of published().
//
// A change whose caller is cancelled while it waits for its turn is not made (kCancelled); once its turn has come it is
// made to the end, so that the database and the snapshot agree.
class Catalog {
 public:
  // `control` is the executor that all calls come from. `repository` and `log` outlive the catalog.
  Catalog(Executor control, CatalogRepository& repository, telemetry::Log& log,
          Endpoints endpoints = Endpoints::kAlike);

  // Reads the database and publishes the first snapshot.
  Task<Result<void>> load();

  const Published<Snapshot>& published() const { return published_; }
  // Called on the control executor after each publication, with the new snapshot. Set before load(), once.
  void on_change(std::function<void(const std::shared_ptr<const Snapshot>&)> listener);

  // Adds a server that answered. What cannot be used is set aside (admission.h), with sentences in the entry's
  // `warnings`. Returns the entry as published. kConflict if the name is taken (message with "already exists" and
  // "UNIQUE"); kInvalidArgument from validate().
  Task<Result<std::shared_ptr<const ServerEntry>>> add(ServerSpec spec, Discovery discovery);
  // Replaces the server of that name, or adds it. Enabled flags of what stays survive; what is new is enabled.
  Task<Result<std::shared_ptr<const ServerEntry>>> replace(ServerSpec spec, Discovery discovery);
  // Replaces what `known` offers; its spec stays. If it offers the same as before, nothing is stored or published.
  // kNotFound if the server is gone, or has another spec by now.
  Task<Result<std::shared_ptr<const ServerEntry>>> refresh(std::shared_ptr<const ServerEntry> known,
                                                           Discovery discovery);
  Task<Result<void>> remove(ServerName name);  // kNotFound.

  // Sets a server and everything it offers.
  Task<Result<Changed>> set_server_enabled(ServerName name, bool enabled);
  // `entity` is an exposed name (contains `__`: one tool, always named in the answer) or a server name (all its tools;
  // those that changed are named). kNotFound, with the texts of contract section 2.3 without the REST prefix.
  Task<Result<std::vector<std::string>>> set_tools_enabled(std::string entity, bool enabled);
  Task<Result<std::vector<std::string>>> set_prompts_enabled(std::string entity, bool enabled);

 private:
  using Entry = std::shared_ptr<const ServerEntry>;
  using Names = std::vector<std::string>;

  // REQUIRES: the caller's turn. Stores and publishes, with the flags of `before`, which may be null.
  Task<Result<Entry>> put(ServerEntry server, Entry before);
  template <typename Row>
  Task<Result<Names>> set_entries_enabled(std::vector<Row> ServerEntry::*member, std::string entity, bool enabled);
  // REQUIRES: the caller's turn. Stores and publishes a copy of `server` with the flags of `change`.
  Task<Result<void>> apply_flags(Entry server, CatalogRepository::FlagChange change);
  // Publishes the current servers with `entry` in the place of the one of its name, or at the end.
  void publish_with(Entry entry);
  void publish(std::vector<Entry> servers);

  CatalogRepository& repository_;
  telemetry::Log& log_;
  const Endpoints endpoints_;
  Turns turns_;
  Published<Snapshot> published_;
  std::function<void(const std::shared_ptr<const Snapshot>&)> listener_;
};

}  // namespace jungle::catalog
