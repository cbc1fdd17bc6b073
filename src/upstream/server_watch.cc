#include "upstream/server_watch.h"

#include "mcp/json_reader.h"

namespace jungle::upstream {
namespace {

// Whether `capabilities` has {"<capability>": {"<flag>": true}}.
bool has_flag(const mcp::Params& capabilities, std::string_view capability, std::string_view flag) {
  const auto raw = capabilities.find(capability);
  if (!raw) return false;
  const auto members = mcp::read_params(std::string(*raw));
  return members && members->find(flag) == "true";
}

}  // namespace

OfferedNews offered_news(const catalog::ServerEntry& server) {
  const auto capabilities = mcp::read_params(server.capabilities);
  if (!server.enabled || !capabilities) return {};
  OfferedNews offered;
  offered.tools = has_flag(*capabilities, "tools", "listChanged");
  offered.prompts = has_flag(*capabilities, "prompts", "listChanged");
  offered.resources = has_flag(*capabilities, "resources", "listChanged");
  offered.updates = has_flag(*capabilities, "resources", "subscribe");
  return offered;
}

}  // namespace jungle::upstream
