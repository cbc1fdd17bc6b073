// The tables tools, prompts, resources and resource_templates.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/entry.h"

namespace soci {
class session;
}

namespace jungle::store {

// The rows of one kind of entry. The four tables have the same frame: id, times, server_id, enabled, position, and some
// columns of text, most of them for a MCPJungle that reads the file. No state. Called within a transaction on the
// database's thread; SOCI's exceptions pass. Instantiated for the four kinds in the .cc.
template <typename Entry>
class EntryRows {
 public:
  // The entries of all servers by server id, in the servers' order. Rows without a definition, as MCPJungle leaves
  // them, get one made of the other columns.
  static std::map<std::int64_t, std::vector<Entry>> load(soci::session& session);

  // Makes `entries` those of `server_id` at `now` (a stored time): fills in their ids and times, and deletes what is
  // not among them. Rows whose key (own name, or URI) stays keep their id and creation time.
  static void store(soci::session& session, std::int64_t server_id, const std::string& now,
                    std::vector<Entry>& entries);

  static void remove(soci::session& session, std::int64_t server_id);  // All of the server.

  static void store_flags(soci::session& session, std::int64_t server_id, const std::vector<std::int64_t>& ids,
                          bool enabled, const std::string& now);
};

}  // namespace jungle::store
