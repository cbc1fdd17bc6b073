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

// Whether changes of all its lists are told.
bool tells_of_all(const catalog::ServerEntry& server, const OfferedNews& offered) {
  const bool has_tools = catalog::offers(server, "tools") || !server.tools.empty();
  const bool has_prompts = catalog::offers(server, "prompts") || !server.prompts.empty();
  const bool has_resources =
      catalog::offers(server, "resources") || !server.resources.empty() || !server.resource_templates.empty();
  return (offered.tools || !has_tools) && (offered.prompts || !has_prompts) && (offered.resources || !has_resources);
}

}  // namespace

OfferedNews offered_news(const catalog::ServerEntry& server) {
  OfferedNews offered;
  offered.is_enabled = server.enabled;
  const auto capabilities = mcp::read_params(server.capabilities);
  if (!server.enabled || !capabilities) return offered;
  offered.tools = has_flag(*capabilities, "tools", "listChanged");
  offered.prompts = has_flag(*capabilities, "prompts", "listChanged");
  offered.resources = has_flag(*capabilities, "resources", "listChanged");
  offered.updates = has_flag(*capabilities, "resources", "subscribe");
  offered.all_lists = offered.any_list() && tells_of_all(server, offered);
  return offered;
}

}  // namespace jungle::upstream
