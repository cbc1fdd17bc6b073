// Tools, prompts and resources as the REST API lists them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace jungle::admin_api {

// What every row begins with. The capitalised keys ("ID", "CreatedAt", "UpdatedAt", "DeletedAt": null) are MCPJungle's
// and are kept for its clients.
struct RowHead {
  std::int64_t id = 0;
  std::string created_at;  // RFC 3339, as the catalog keeps it.
  std::string updated_at;

  friend bool operator==(const RowHead&, const RowHead&) = default;
};

// Members named `..._json` are raw JSON and are rendered as they are.
struct ToolRow {
  RowHead head;
  std::string name;  // Exposed: server__tool.
  bool enabled = true;
  std::string description;
  std::string input_schema_json;
  std::string annotations_json;  // Rendered as {} when empty.

  friend bool operator==(const ToolRow&, const ToolRow&) = default;
};

struct PromptRow {
  RowHead head;
  std::string name;  // Exposed.
  bool enabled = true;
  std::string description;
  std::string arguments_json;  // The array as MCP defines it; rendered as null when empty.

  friend bool operator==(const PromptRow&, const PromptRow&) = default;
};

struct ResourceRow {
  RowHead head;
  std::string uri;   // Exposed: mcpj://res/...
  std::string name;  // Exposed.
  bool enabled = true;
  std::string description;
  std::string mime_type;
  std::string annotations_json;  // Rendered as null when empty, as the next.
  std::string meta_json;

  friend bool operator==(const ResourceRow&, const ResourceRow&) = default;
};

// Exactly the keys and the order of MCPJungle.
std::string render(const ToolRow& tool);
std::string render(const std::vector<ToolRow>& tools);
std::string render(const PromptRow& prompt);
std::string render(const std::vector<PromptRow>& prompts);
std::string render(const ResourceRow& resource);
std::string render(const std::vector<ResourceRow>& resources);

// The command line's side. `head` is not read. Errors: kInvalidArgument.
Result<ToolRow> parse_tool_row(std::string_view json);
Result<std::vector<ToolRow>> parse_tool_rows(std::string_view json);
Result<std::vector<PromptRow>> parse_prompt_rows(std::string_view json);
Result<ResourceRow> parse_resource_row(std::string_view json);
Result<std::vector<ResourceRow>> parse_resource_rows(std::string_view json);

}  // namespace jungle::admin_api
