#include "catalog/entry.h"

#include "mcp/json_reader.h"
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

bool offers_tasks(const ServerEntry& server) {
  const bool is_there_for_one_call =
      server.spec.transport != Transport::kStreamableHttp && server.spec.session_mode != SessionMode::kStateful;
  return !is_there_for_one_call && mcp::declares_tasks(server.capabilities);
}

}  // namespace jungle::catalog
