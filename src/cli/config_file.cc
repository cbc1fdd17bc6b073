#include "cli/config_file.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

#include <yaml-cpp/yaml.h>

#include "base/text.h"

namespace jungle::cli {
namespace {

using admin_api::Json;

Error at_place(Error error, std::size_t line, std::size_t column) {
  error.message += " (line " + std::to_string(line) + ", column " + std::to_string(column) + ")";
  return error;
}

Error at_mark(std::string message, const YAML::Mark& mark, ErrorCode code = ErrorCode::kInvalidArgument) {
  const Error error{code, std::move(message), {}};
  if (mark.is_null()) return error;
  return at_place(error, static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1);
}

Result<Json> parse_json_config(std::string_view text) {
  std::size_t offset = 0;
  const admin_api::JsonLimits limits{.depth_max = kConfigDepthMax, .values_max = kConfigValuesMax};
  auto json = admin_api::parse_json(text, admin_api::Trailing::kRefuse, &offset, limits);
  if (json) return json;
  const std::string_view before = text.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0.
  return at_place(json.error(), static_cast<std::size_t>(line), offset - line_start + 1);
}

// Fields of RegisterInput that are numbers; everything else that is scalar is text.
bool is_number_field(std::string_view key) {
  return key == "init_timeout_sec" || key == "call_timeout_sec" || key == "warm";
}

bool is_plain_null(const YAML::Node& node) {
  // The tag of plain scalars is "?", of quoted ones "!".
  const std::string& text = node.Scalar();
  return node.Tag() == "?" && (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL");
}

// Copies yaml-cpp's graph into a tree: an alias is copied wherever it is used, so the copy is bounded.
class YamlReader {
 public:
  Result<Json> read(const YAML::Node& node, std::size_t depth) {
    if (depth > kConfigDepthMax) {
      return limit("it is nested deeper than " + std::to_string(kConfigDepthMax) + " levels", node);
    }
    if (++count_ > kConfigValuesMax) {
      return limit("it holds more than " + std::to_string(kConfigValuesMax) + " values", node);
    }
    switch (node.Type()) {
      case YAML::NodeType::Scalar:
        return is_plain_null(node) ? Json() : Json::string(node.Scalar());
      case YAML::NodeType::Sequence:
        return sequence(node, depth);
      case YAML::NodeType::Map:
        return mapping(node, depth);
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null:
        break;
    }
    return Json();
  }

 private:
  static Error limit(std::string what, const YAML::Node& node) {
    return at_mark(std::move(what), node.Mark(), ErrorCode::kLimitExceeded);
  }

  Result<Json> sequence(const YAML::Node& node, std::size_t depth) {
    Json array;
    array.kind = Json::Kind::kArray;
    for (const YAML::Node& item : node) {
      auto value = read(item, depth + 1);
      if (!value) return value;
      array.items.push_back(std::move(*value));
    }
    return array;
  }

  Result<Json> mapping(const YAML::Node& node, std::size_t depth) {
    Json object;
    object.kind = Json::Kind::kObject;
    for (const auto& member : node) {
      if (!member.first.IsScalar()) return at_mark("a key is not a word", member.first.Mark());
      const std::string& key = member.first.Scalar();
      auto value = read(member.second, depth + 1);
      if (!value) return value;
      if (depth == 0 && is_number_field(key)) value = number(std::move(*value));
      object.members.push_back({key, std::move(*value)});
    }
    return object;
  }

  // Text that spells a JSON number becomes that number.
  static Json number(Json value) {
    if (value.kind != Json::Kind::kString) return value;
    auto parsed = admin_api::parse_json(value.text, admin_api::Trailing::kRefuse);
    return parsed && parsed->kind == Json::Kind::kNumber ? *parsed : value;
  }

  std::size_t count_ = 0;
};

Result<Json> parse_yaml_config(std::string_view text) {
  if (!is_utf8(text)) return Error{ErrorCode::kInvalidArgument, "it is not UTF-8 text", {}};
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.empty()) return Json();
    if (documents.size() > 1) return at_mark("it holds more than one document", documents[1].Mark());
    return YamlReader().read(documents.front(), 0);
  } catch (const YAML::Exception& e) {
    return at_mark(e.msg, e.mark);
  }
}

}  // namespace

ConfigSyntax config_syntax(const std::filesystem::path& path, std::string_view text) {
  const std::string extension = ascii_lower(path.extension().string());
  if (extension == ".json") return ConfigSyntax::kJson;
  if (extension == ".yaml" || extension == ".yml") return ConfigSyntax::kYaml;
  const std::string_view content = trimmed(text);
  return content.empty() || content.front() == '{' || content.front() == '[' ? ConfigSyntax::kJson
                                                                             : ConfigSyntax::kYaml;
}

Result<Json> parse_config(std::string_view text, ConfigSyntax syntax) {
  return syntax == ConfigSyntax::kJson ? parse_json_config(text) : parse_yaml_config(text);
}

Result<std::string> read_config_file(const std::filesystem::path& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(kConfigFileBytesMax + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) {
    const int reason = errno == 0 ? EIO : errno;
    std::string words = std::generic_category().message(reason);
    if (reason == ENOENT) words = "no such file or directory";
    const ErrorCode code = reason == ENOENT ? ErrorCode::kNotFound : ErrorCode::kInvalidArgument;
    return Error{code, "open " + path.string() + ": " + words, {}};
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kConfigFileBytesMax) {
    return Error{ErrorCode::kLimitExceeded,
                 path.string() + " is larger than " + std::to_string(kConfigFileBytesMax) + " bytes",
                 {}};
  }
  return text;
}

}  // namespace jungle::cli
