#include "catalog/entry.h"

#include "mcp/json_reader.h"
#include "mcp/revision.h"
#include "mcp/tasks.h"

namespace jungle::catalog {

bool offers(const ServerEntry& server, std::string_view capability) {
  const auto members = mcp::read_members(server.capabilities);
  return members && members->find(server.capabilities, capability) != nullptr;
}

bool offers_subscriptions(const ServerEntry& server) {
  const std::string& text = server.capabilities;
  const auto members = mcp::read_members(text);
  const mcp::Member* resources = members ? members->find(text, "resources") : nullptr;
  if (resources == nullptr) return false;
  const auto options = mcp::read_members(text, resources->value);
  const mcp::Member* subscribe = options ? options->find(text, "subscribe") : nullptr;
  return subscribe != nullptr && subscribe->value.of(text) == "true";
}

namespace {

// MCP 2025-11-25 basic/utilities/tasks "Capabilities".
bool makes_tasks_of_calls(std::string_view capabilities) {
  mcp::Range object{0, capabilities.size()};
  for (const std::string_view key : {"tasks", "requests", "tools", "call"}) {
    const auto members = mcp::read_members(capabilities, object);
    const mcp::Member* member = members ? members->find(capabilities, key) : nullptr;
    if (member == nullptr || capabilities[member->value.begin] != '{') return false;
    object = member->value;
  }
  return true;
}

}  // namespace

bool offers_tasks(const ServerEntry& server) {
  // Over other transports the gateway waits for them itself.
  if (server.spec.transport == Transport::kStreamableHttp && makes_tasks_of_calls(server.capabilities)) return true;
  const bool is_there_for_one_call =
      server.spec.transport != Transport::kStreamableHttp && server.spec.session_mode != SessionMode::kStateful;
  return !is_there_for_one_call && mcp::declares_tasks(server.capabilities);
}

bool offers_legacy_tasks(const ServerEntry& server) {
  return server.revision == mcp::text_of(mcp::Revision::k2025_11_25) &&
         server.spec.transport == Transport::kStreamableHttp && makes_tasks_of_calls(server.capabilities);
}

}  // namespace jungle::catalog
