#include "catalog/entry.h"

#include "mcp/json_reader.h"

namespace jungle::catalog {

bool offers(const ServerEntry& server, std::string_view capability) {
  const auto members = mcp::read_members(server.capabilities);
  return members && members->find(server.capabilities, capability) != nullptr;
}

}  // namespace jungle::catalog
