#include "admin_api/catalog_rows.h"

#include "admin_api/field_reader.h"
#include "admin_api/object_writer.h"

namespace jungle::admin_api {
namespace {

void write_head(ObjectWriter& out, const RowHead& head) {
  out.number("ID", head.id).text("CreatedAt", head.created_at).text("UpdatedAt", head.updated_at);
  out.null("DeletedAt");
}

Result<ToolRow> tool_of(const Json& json) {
  ToolRow tool;
  FieldReader reader(json, "Tool");
  reader.read("name", tool.name).read("enabled", tool.enabled).read("description", tool.description);
  reader.read_raw("input_schema", tool.input_schema_json).read_raw("annotations", tool.annotations_json);
  if (reader.error()) return *reader.error();
  return tool;
}

Result<PromptRow> prompt_of(const Json& json) {
  PromptRow prompt;
  FieldReader reader(json, "Prompt");
  reader.read("name", prompt.name).read("enabled", prompt.enabled).read("description", prompt.description);
  reader.read_raw("arguments", prompt.arguments_json);
  if (reader.error()) return *reader.error();
  return prompt;
}

Result<ResourceRow> resource_of(const Json& json) {
  ResourceRow resource;
  FieldReader reader(json, "Resource");
  reader.read("uri", resource.uri).read("name", resource.name).read("enabled", resource.enabled);
  reader.read("description", resource.description).read("mime_type", resource.mime_type);
  reader.read_raw("annotations", resource.annotations_json).read_raw("meta", resource.meta_json);
  if (reader.error()) return *reader.error();
  return resource;
}

template <typename Row>
Result<std::vector<Row>> rows_of(std::string_view json, Result<Row> (*row_of)(const Json&)) {
  auto array = parse_array(json);
  if (!array) return array.error();
  std::vector<Row> rows;
  rows.reserve(array->items.size());
  for (const Json& item : array->items) {
    auto row = row_of(item);
    if (!row) return row.error();
    rows.push_back(std::move(*row));
  }
  return rows;
}

}  // namespace

std::string render(const ToolRow& tool) {
  ObjectWriter out;
  write_head(out, tool.head);
  out.text("name", tool.name).boolean("enabled", tool.enabled).text("description", tool.description);
  out.raw("input_schema", tool.input_schema_json);
  out.raw("annotations", tool.annotations_json.empty() ? "{}" : tool.annotations_json);
  return out.take();
}

std::string render(const PromptRow& prompt) {
  ObjectWriter out;
  write_head(out, prompt.head);
  out.text("name", prompt.name).boolean("enabled", prompt.enabled).text("description", prompt.description);
  return out.raw("arguments", prompt.arguments_json).take();
}

std::string render(const ResourceRow& resource) {
  ObjectWriter out;
  write_head(out, resource.head);
  out.text("uri", resource.uri).text("name", resource.name).boolean("enabled", resource.enabled);
  out.text("description", resource.description).text("mime_type", resource.mime_type);
  return out.raw("annotations", resource.annotations_json).raw("meta", resource.meta_json).take();
}

std::string render(const std::vector<ToolRow>& tools) { return render_array(tools); }
std::string render(const std::vector<PromptRow>& prompts) { return render_array(prompts); }
std::string render(const std::vector<ResourceRow>& resources) { return render_array(resources); }

Result<ToolRow> parse_tool_row(std::string_view json) {
  auto value = parse_json(json, Trailing::kIgnore);
  if (!value) return value.error();
  return tool_of(*value);
}

Result<ResourceRow> parse_resource_row(std::string_view json) {
  auto value = parse_json(json, Trailing::kIgnore);
  if (!value) return value.error();
  return resource_of(*value);
}

Result<std::vector<ToolRow>> parse_tool_rows(std::string_view json) { return rows_of(json, tool_of); }
Result<std::vector<PromptRow>> parse_prompt_rows(std::string_view json) { return rows_of(json, prompt_of); }
Result<std::vector<ResourceRow>> parse_resource_rows(std::string_view json) { return rows_of(json, resource_of); }

}  // namespace jungle::admin_api
