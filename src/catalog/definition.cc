#include "catalog/definition.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "mcp/json_reader.h"

namespace jungle::catalog {
namespace {

using mcp::Members;
using mcp::Range;

enum class Type : std::uint8_t { kString, kNumber, kArray, kObject };

constexpr unsigned kinds(std::initializer_list<DefinitionKind> list) {
  unsigned bits = 0;
  for (const DefinitionKind kind : list)
    bits |= 1u << static_cast<unsigned>(kind);
  return bits;
}

// The optional members whose type clients check (MCP schema: Tool, Prompt, Resource, ResourceTemplate).
struct OptionalMember {
  std::string_view name;
  Type type;
  unsigned kinds;
};
using enum DefinitionKind;
constexpr unsigned kAll = kinds({kTool, kPrompt, kResource, kResourceTemplate});
constexpr OptionalMember kOptional[] = {
    {"title", Type::kString, kAll},
    {"description", Type::kString, kAll},
    {"icons", Type::kArray, kAll},
    {"_meta", Type::kObject, kAll},
    {"annotations", Type::kObject, kinds({kTool, kResource, kResourceTemplate})},
    {"outputSchema", Type::kObject, kinds({kTool})},
    {"execution", Type::kObject, kinds({kTool})},
    {"arguments", Type::kArray, kinds({kPrompt})},
    {"mimeType", Type::kString, kinds({kResource, kResourceTemplate})},
    {"size", Type::kNumber, kinds({kResource})},
};

const OptionalMember* find_optional(DefinitionKind kind, std::string_view name) {
  for (const OptionalMember& member : kOptional) {
    if (member.name == name && (member.kinds >> static_cast<unsigned>(kind) & 1) != 0) return &member;
  }
  return nullptr;
}

bool has_type(std::string_view value, Type type) {
  switch (type) {
    case Type::kString:
      return value.front() == '"';
    case Type::kArray:
      return value.front() == '[';
    case Type::kObject:
      return value.front() == '{';
    case Type::kNumber:
      return value.front() == '-' || (value.front() >= '0' && value.front() <= '9');
  }
  return false;
}

std::string_view words_of(Type type) {
  switch (type) {
    case Type::kString:
      return "a string";
    case Type::kArray:
      return "an array";
    case Type::kObject:
      return "an object";
    case Type::kNumber:
      return "a number";
  }
  return {};
}

Error refused(std::string why) { return Error{ErrorCode::kInvalidArgument, std::move(why), {}}; }

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
}

// A definition whose text may still change.
class Reader {
 public:
  Reader(DefinitionKind kind, std::string text) : kind_(kind) { out_.text = std::move(text); }

  Result<Definition> run() {
    if (out_.text.size() > kDefinitionBytesMax)
      return refused("it is longer than " + std::to_string(kDefinitionBytesMax) + " bytes");
    if (auto valid = mcp::validate_json(out_.text); !valid) return refused("it is " + valid.error().message);
    if (auto ok = read(); !ok) return ok.error();
    if (auto ok = cut_nulls(); !ok) return ok.error();
    if (auto ok = check_types(); !ok) return ok.error();
    if (kind_ == kTool) {
      if (auto ok = check_schema(); !ok) return ok.error();
      out_.needs_task = task_support() == R"("required")";
      out_.can_be_task = out_.needs_task || task_support() == R"("optional")";
    }
    const auto name = text_member("name", kNameBytesMax, out_.name_range);
    if (!name) return name.error();
    out_.name = *name;
    if (kind_ == kResource || kind_ == kResourceTemplate) {
      const auto uri = text_member(kind_ == kResource ? "uri" : "uriTemplate", kUriBytesMax, out_.uri_range);
      if (!uri) return uri.error();
      out_.uri = *uri;
    }
    return std::move(out_);
  }

 private:
  Result<void> read() {
    auto members = mcp::read_members(out_.text);
    if (!members) return refused("it is no usable JSON object: " + members.error().message);
    members_ = std::move(*members);
    return {};
  }

  Result<void> apply(mcp::Splice& splice) {
    out_.text = splice.apply(out_.text);
    return read();
  }

  Result<void> cut_nulls() {
    const auto is_null = [this](const mcp::Member& member) {
      return member.value.of(out_.text) == "null" && find_optional(kind_, member.key.of(out_.text)) != nullptr;
    };
    mcp::Splice splice;
    splice.remove_members(members_, is_null);
    return splice.empty() ? Result<void>() : apply(splice);
  }

  Result<void> check_types() const {
    for (const mcp::Member& member : members_) {
      const OptionalMember* rule = find_optional(kind_, member.key.of(out_.text));
      if (rule != nullptr && !has_type(member.value.of(out_.text), rule->type))
        return refused("its " + std::string(rule->name) + " is not " + std::string(words_of(rule->type)));
    }
    return {};
  }

  // MCP Tool: inputSchema is an object whose type is "object".
  Result<void> check_schema() {
    const mcp::Member* schema = members_.find(out_.text, "inputSchema");
    mcp::Splice splice;
    if (schema == nullptr) {
      splice.insert_first(whole(), R"("inputSchema":{"type":"object"})" + std::string(members_.empty() ? "" : ","));
      out_.note = "it had no inputSchema; an empty one was put in";
    } else {
      if (out_.text[schema->value.begin] != '{') return refused("its inputSchema is not an object");
      const auto inside = mcp::read_members(out_.text, schema->value);
      if (!inside) return refused("its inputSchema is not usable: " + inside.error().message);
      if (const mcp::Member* type = inside->find(out_.text, "type")) {
        const std::string_view value = type->value.of(out_.text);
        if (value == R"("")") {  // MCPJungle's way to store that there was none.
          splice.replace(type->value, R"("object")");
          out_.note = "the type of its inputSchema was empty; \"object\" was put in";
        } else if (value != R"("object")")
          return refused("the type of its inputSchema is not \"object\"");
      } else {
        splice.insert_first(schema->value, R"("type":"object")" + std::string(inside->empty() ? "" : ","));
        out_.note = "its inputSchema had no type; \"object\" was put in";
      }
    }
    if (!splice.empty()) {
      if (auto ok = apply(splice); !ok) return ok;
    }
    out_.input_schema = members_.find(out_.text, "inputSchema")->value;
    return {};
  }

  std::string_view task_support() const {
    const mcp::Member* execution = members_.find(out_.text, "execution");
    if (execution == nullptr) return {};
    const auto inside = mcp::read_members(out_.text, execution->value);
    const mcp::Member* support = inside ? inside->find(out_.text, "taskSupport") : nullptr;
    return support == nullptr ? std::string_view() : support->value.of(out_.text);
  }

  Result<std::string> text_member(std::string_view key, std::size_t bytes_max, Range& range) const {
    const std::string its = "its " + std::string(key) + " ";
    const mcp::Member* member = members_.find(out_.text, key);
    if (member == nullptr) return refused("it has no " + std::string(key));
    range = member->value;
    if (out_.text[range.begin] != '"') return refused(its + "is not a string");
    std::string value = mcp::json_string_value(range.of(out_.text));
    if (value.empty()) return refused(its + "is empty");
    if (value.size() > bytes_max) return refused(its + "is longer than " + std::to_string(bytes_max) + " bytes");
    if (has_control_characters(value)) return refused(its + "has control characters");
    return value;
  }

  Range whole() const { return Range{out_.text.find('{'), out_.text.size()}; }

  DefinitionKind kind_;
  Definition out_;
  Members members_;
};

}  // namespace

std::string_view text_of(DefinitionKind kind) {
  switch (kind) {
    case kTool:
      return "tool";
    case kPrompt:
      return "prompt";
    case kResource:
      return "resource";
    case kResourceTemplate:
      return "resource template";
  }
  return {};
}

Result<Definition> read_definition(DefinitionKind kind, std::string text) {
  return Reader(kind, std::string(trimmed(text))).run();
}

std::string name_for_people(std::string_view text) {
  constexpr std::size_t kShownBytesMax = 80;
  if (text.size() > kDefinitionBytesMax || !mcp::validate_json(text)) return {};
  const auto members = mcp::read_members(text);
  if (!members) return {};
  const auto name = members->find_string(text, "name");
  if (!name) return {};
  std::string value = shortened(*name, kShownBytesMax);
  std::replace_if(
      value.begin(), value.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; }, '?');
  return value;
}

}  // namespace jungle::catalog
