#include "admin/row_mapping.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "mcp/json_reader.h"

namespace jungle::admin {
namespace {

// Valid JSON without white space between its tokens.
std::string compacted(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (!in_string && (c == ' ' || c == '\n' || c == '\r' || c == '\t')) continue;
    out += c;
    if (c == '"') in_string = !in_string;
    if (c == '\\') out += json[++i];  // Only in strings, and never last in one.
  }
  return out;
}

// The members of a definition. A definition that is no object, which the catalog does not store, has none.
class Definition {
 public:
  explicit Definition(const std::string& text) : text_(text) {
    if (auto members = mcp::read_members(text)) members_ = std::move(*members);
  }

  // Empty if there is no such member.
  std::string raw(std::string_view key) const {
    const mcp::Member* member = members_.find(text_, key);
    return member != nullptr ? compacted(member->value.of(text_)) : std::string();
  }
  std::string text(std::string_view key) const { return members_.find_string(text_, key).value_or(""); }
  // Empty too if the member is null.
  std::string object(std::string_view key) const {
    std::string value = raw(key);
    return value == "null" ? std::string() : value;
  }

 private:
  const std::string& text_;
  mcp::Members members_;
};

// `schema` is compact JSON, or empty.
std::string with_schema_basics(std::string schema) {
  if (schema.empty()) schema = "{}";
  const auto members = mcp::read_members(schema);
  if (!members) return with_schema_basics({});
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kBasics{
      {{"type", R"("type":"object")"}, {"properties", R"("properties":{})"}, {"required", R"("required":[])"}}};
  std::string missing;
  for (const auto& [key, text] : kBasics) {
    if (members->find(schema, key) == nullptr) missing.append(missing.empty() ? "" : ",").append(text);
  }
  if (!missing.empty() && !members->empty()) missing += ',';
  return schema.insert(1, missing);
}

template <typename Entry>
admin_api::RowHead head_of(const Entry& entry) {
  return {entry.id, entry.created_at, entry.updated_at};
}

}  // namespace

admin_api::ToolRow row_of(const catalog::ToolEntry& tool) {
  const Definition definition(tool.definition);
  admin_api::ToolRow row;
  row.head = head_of(tool);
  row.name = tool.exposed_name;
  row.enabled = tool.enabled;
  row.description = definition.text("description");
  row.input_schema_json = with_schema_basics(definition.object("inputSchema"));
  row.annotations_json = definition.object("annotations");
  return row;
}

admin_api::PromptRow row_of(const catalog::PromptEntry& prompt) {
  const Definition definition(prompt.definition);
  admin_api::PromptRow row;
  row.head = head_of(prompt);
  row.name = prompt.exposed_name;
  row.enabled = prompt.enabled;
  row.description = definition.text("description");
  row.arguments_json = definition.object("arguments");
  if (row.arguments_json == "[]") row.arguments_json.clear();
  return row;
}

admin_api::ResourceRow row_of(const catalog::ResourceEntry& resource) {
  const Definition definition(resource.definition);
  admin_api::ResourceRow row;
  row.head = head_of(resource);
  row.uri = resource.exposed_uri;
  row.name = resource.exposed_name;
  row.enabled = resource.enabled;
  row.description = definition.text("description");
  row.mime_type = definition.text("mimeType");
  row.annotations_json = definition.object("annotations");
  row.meta_json = definition.object("_meta");
  return row;
}

}  // namespace jungle::admin
