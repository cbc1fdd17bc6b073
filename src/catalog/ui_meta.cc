#include "catalog/ui_meta.h"

#include "mcp/json_reader.h"

namespace jungle::catalog {

std::vector<mcp::Range> ui_resource_uris(std::string_view text, mcp::Range meta) {
  std::vector<mcp::Range> found;
  const auto members = mcp::read_members(text, meta);
  if (!members) return found;
  const auto add_if_string = [&](mcp::Range value) {
    if (text[value.begin] == '"') found.push_back(value);
  };
  for (const mcp::Member& member : *members) {
    const std::string_view key = member.key.of(text);
    if (key == "ui/resourceUri" || key == "openai/outputTemplate") {
      add_if_string(member.value);
    } else if (key == "ui") {
      const auto ui = mcp::read_members(text, member.value);
      const mcp::Member* uri = ui ? ui->find(text, "resourceUri") : nullptr;
      if (uri != nullptr) add_if_string(uri->value);
    }
  }
  return found;
}

}  // namespace jungle::catalog
