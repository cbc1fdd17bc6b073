// A repository without a database.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalog/repository.h"

namespace jungle::catalog::testing {

// Keeps everything in memory; answers at once. `fail_next` makes the next call fail without any effect.
class MemoryRepository final : public CatalogRepository {
 public:
  void fail_next(Error error) { failure_ = std::move(error); }
  // Rows as another program left them.
  void put(ServerEntry server) { servers_.push_back(std::move(server)); }
  const std::vector<ServerEntry>& rows() const { return servers_; }
  std::size_t writes() const { return writes_; }

  Task<Result<Loaded>> load() override {
    if (failure_) co_return fail();
    Loaded loaded;
    loaded.servers = servers_;
    co_return loaded;
  }

  Task<Result<ServerEntry>> insert(ServerEntry server) override {
    if (failure_) co_return fail();
    if (find(server.spec.name) != servers_.end())
      co_return Error{ErrorCode::kConflict, "a server of that name exists", {}};
    number(server, nullptr);
    servers_.push_back(server);
    co_return server;
  }

  Task<Result<ServerEntry>> replace(ServerEntry server) override {
    if (failure_) co_return fail();
    const auto row = find(server.spec.name);
    if (row == servers_.end()) co_return Error{ErrorCode::kNotFound, "no such server", {}};
    number(server, &*row);
    *row = server;
    co_return server;
  }

  Task<Result<void>> remove(ServerName name) override {
    if (failure_) co_return fail();
    const auto row = find(name);
    if (row == servers_.end()) co_return Error{ErrorCode::kNotFound, "no such server", {}};
    servers_.erase(row);
    ++writes_;
    co_return Result<void>();
  }

  Task<Result<std::string>> store_flags(FlagChange change) override {
    if (failure_) co_return fail();
    const auto row = find(change.server);
    if (row == servers_.end()) co_return Error{ErrorCode::kNotFound, "no such server", {}};
    const std::string now = next_time();
    if (change.of_server) {
      row->enabled = change.enabled;
      row->updated_at = now;
    }
    set(row->tools, change.tools, change.enabled, now);
    set(row->prompts, change.prompts, change.enabled, now);
    set(row->resources, change.resources, change.enabled, now);
    set(row->resource_templates, change.resource_templates, change.enabled, now);
    co_return now;
  }

  Task<Result<void>> ping() override {
    if (failure_) co_return fail();
    co_return Result<void>();
  }

 private:
  std::vector<ServerEntry>::iterator find(const ServerName& name) {
    return std::find_if(servers_.begin(), servers_.end(), [&](const ServerEntry& s) { return s.spec.name == name; });
  }

  Error fail() { return *std::exchange(failure_, std::nullopt); }

  std::string next_time() { return "2026-01-01T00:00:00." + std::to_string(1000 + ++writes_) + "Z"; }

  static const std::string& key_of(const ToolEntry& entry) { return entry.own_name; }
  static const std::string& key_of(const PromptEntry& entry) { return entry.own_name; }
  static const std::string& key_of(const ResourceEntry& entry) { return entry.own_uri; }
  static const std::string& key_of(const ResourceTemplateEntry& entry) { return entry.own_template; }

  void number(ServerEntry& server, const ServerEntry* before) {
    const std::string now = next_time();
    server.id = before != nullptr ? before->id : ++last_id_;
    server.created_at = before != nullptr ? before->created_at : now;
    server.updated_at = now;
    number_all(server.tools, before != nullptr ? &before->tools : nullptr, now);
    number_all(server.prompts, before != nullptr ? &before->prompts : nullptr, now);
    number_all(server.resources, before != nullptr ? &before->resources : nullptr, now);
    number_all(server.resource_templates, before != nullptr ? &before->resource_templates : nullptr, now);
  }

  template <typename Entry>
  void number_all(std::vector<Entry>& entries, const std::vector<Entry>* before, const std::string& now) {
    for (Entry& entry : entries) {
      entry.id = 0;
      entry.created_at = now;
      entry.updated_at = now;
      if (before != nullptr) {
        for (const Entry& old : *before) {
          if (key_of(old) != key_of(entry)) continue;
          entry.id = old.id;
          entry.created_at = old.created_at;
        }
      }
      if (entry.id == 0) entry.id = ++last_id_;
    }
  }

  template <typename Entry>
  static void set(std::vector<Entry>& entries, const std::vector<std::int64_t>& ids, bool enabled,
                  const std::string& now) {
    for (Entry& entry : entries) {
      if (std::find(ids.begin(), ids.end(), entry.id) == ids.end()) continue;
      entry.enabled = enabled;
      entry.updated_at = now;
    }
  }

  std::vector<ServerEntry> servers_;
  std::optional<Error> failure_;
  std::int64_t last_id_ = 0;
  std::size_t writes_ = 0;
};

}  // namespace jungle::catalog::testing
