// What a server offers, one entry each.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/ids.h"
#include "catalog/server_spec.h"
#include "mcp/json_text.h"
#include "mcp/param_headers.h"

namespace jungle::catalog {

struct ServerEntry;

// One tool. Immutable; owned by its server's entry. `server` outlives it: a snapshot holds both.
//
// `id`, `definition`, `enabled` and the times are what a repository stores; the rest follows from the definition.
struct ToolEntry {
  std::int64_t id = 0;  // The row in the database.
  const ServerEntry* server = nullptr;
  std::string own_name;      // create_issue
  std::string exposed_name;  // github__create_issue
  std::string definition;    // Raw JSON as the server listed it.
  mcp::Range name_range;     // The value of `name` in it, with its quotes.
  bool enabled = true;
  std::string created_at;  // RFC 3339, as REST shows it.
  std::string updated_at;
  mcp::ParamHeaders param_headers;  // From the `x-mcp-header` annotations of its inputSchema.
  bool can_be_task = false;         // Its server makes a task of a call for a client that takes tasks.
  bool can_be_legacy_task = false;  // The same for a client of 2025-11-25, which asks for it.
  bool needs_task = false;          // It runs as a task only (MCP 2025-11-25 server/tools, `execution.taskSupport`).
};

struct PromptEntry {
  std::int64_t id = 0;
  const ServerEntry* server = nullptr;
  std::string own_name;
  std::string exposed_name;
  std::string definition;
  mcp::Range name_range;
  bool enabled = true;
  std::string created_at;
  std::string updated_at;
};

struct ResourceEntry {
  std::int64_t id = 0;
  const ServerEntry* server = nullptr;
  std::string own_name;
  std::string exposed_name;
  std::string own_uri;      // file:///a.txt
  std::string exposed_uri;  // mcpj://res/<server>/<base64>
  std::string definition;
  mcp::Range name_range;
  mcp::Range uri_range;  // The value of `uri`, with its quotes.
  bool enabled = true;
  std::string created_at;
  std::string updated_at;
};

// A template is exposed as mcpj://tpl/<server>/<own template>, so that a client can still expand it (RFC 6570).
struct ResourceTemplateEntry {
  std::int64_t id = 0;
  const ServerEntry* server = nullptr;
  std::string own_name;
  std::string exposed_name;
  std::string own_template;
  std::string exposed_template;
  std::string definition;
  mcp::Range name_range;
  mcp::Range uri_range;  // The value of `uriTemplate`, with its quotes.
  bool enabled = true;
  std::string created_at;
  std::string updated_at;
};

// One registered server with everything it offers. Immutable once it is in a snapshot; snapshots share entries that did
// not change. A copy's entries still point to the original: publish copies through share() (admission.h).
struct ServerEntry {
  std::int64_t id = 0;
  ServerSpec spec;
  bool enabled = true;
  std::string revision;             // Negotiated when it was listed last; empty if unknown.
  std::string capabilities = "{}";  // Raw JSON, as discovered.
  std::string server_info = "{}";   // Raw JSON.
  std::string instructions;
  std::vector<std::string> warnings;  // What was set aside when it was listed, and why: sentences for a person.
  std::string created_at;
  std::string updated_at;
  std::vector<ToolEntry> tools;  // In the server's order.
  std::vector<PromptEntry> prompts;
  std::vector<ResourceEntry> resources;
  std::vector<ResourceTemplateEntry> resource_templates;
};

// Whether the server said that it has a capability: "completions", "resources" and so on.
bool offers(const ServerEntry& server, std::string_view capability);
// Whether it said that its resources can be subscribed to.
bool offers_subscriptions(const ServerEntry& server);
// Whether it may make tasks of the calls of clients that take them (mcp/tasks.h).
bool offers_tasks(const ServerEntry& server);
// Whether it makes them as MCP 2025-11-25 has them, for clients of that revision.
bool offers_legacy_tasks(const ServerEntry& server);

}  // namespace jungle::catalog
