#include "cli/config_file.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <system_error>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

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
  return key == "init_timeout_sec" || key == "call_timeout_sec" || key == "sync_interval_sec" || key == "warm";
}

// Builds the tree from yaml-cpp's events. (Its own YAML::LoadAll never returns from some texts, such as `---\n,a`.)
// An alias is copied wherever it is used, so copies are counted: a few lines could stand for gigabytes. After a fault
// every further event is ignored.
class YamlTree final : public YAML::EventHandler {
 public:
  // The document's value, once it has ended.
  Result<Json> take() {
    if (fault_) return *fault_;
    return std::move(root_);
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (admit(Json(), mark)) add(Json(), mark, anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, const std::string& text) override {
    Json value = Json::string(text);
    if (!is_utf8(text)) return fail(R"(an escape that yields no character, as "\_" and "\x80" do here)", mark);
    if (admit(value, mark)) add(std::move(value), mark, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto it = anchored_.find(anchor);
    if (it == anchored_.end()) return fail("an alias of something that has not ended", mark);
    if (admit(it->second, mark)) add(it->second, mark, YAML::NullAnchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Json::Kind::kArray, mark, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Json::Kind::kObject, mark, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  // A list or a map whose end has not come.
  struct Open {
    Json value;
    YAML::Mark mark;
    YAML::anchor_t anchor;
    std::optional<std::string> key;  // Of the member whose value comes next.
  };

  void fail(std::string what, const YAML::Mark& mark, ErrorCode code = ErrorCode::kInvalidArgument) {
    if (!fault_) fault_ = at_mark(std::move(what), mark, code);
  }

  // Whether one more value, with everything inside it, fits into the limits.
  bool admit(const Json& value, const YAML::Mark& mark) {
    measure(value, open_.size());
    const auto refuse = [&](std::string what) { fail(std::move(what), mark, ErrorCode::kLimitExceeded); };
    if (depth_ > kConfigDepthMax) refuse("it is nested deeper than " + std::to_string(kConfigDepthMax) + " levels");
    if (count_ > kConfigValuesMax) refuse("it holds more than " + std::to_string(kConfigValuesMax) + " values");
    if (bytes_ > kConfigFileBytesMax) {
      refuse("with its aliases it is larger than " + std::to_string(kConfigFileBytesMax) + " bytes");
    }
    return !fault_;
  }

  void measure(const Json& value, std::size_t level) {
    ++count_;
    bytes_ += value.text.size();
    const bool is_list = value.kind == Json::Kind::kArray || value.kind == Json::Kind::kObject;
    depth_ = std::max(depth_, level + (is_list ? 1 : 0));
    for (const Json& item : value.items)
      measure(item, level + 1);
    for (const Json::Member& member : value.members) {
      bytes_ += member.key.size();
      measure(member.value, level + 1);
    }
  }

  void open(Json::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    Json value;
    value.kind = kind;
    if (admit(value, mark)) open_.push_back({std::move(value), mark, anchor, std::nullopt});
  }

  void close() {
    if (fault_) return;
    Open ended = std::move(open_.back());
    open_.pop_back();
    add(std::move(ended.value), ended.mark, ended.anchor);
  }

  // Puts a finished value into the list or map that is open, or makes it the root.
  void add(Json value, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (fault_) return;
    if (anchor != YAML::NullAnchor) anchored_[anchor] = value;
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().value.kind == Json::Kind::kArray) {
      open_.back().value.items.push_back(std::move(value));
    } else {
      add_to_map(open_.back(), std::move(value), mark);
    }
  }

  void add_to_map(Open& map, Json value, const YAML::Mark& mark) {
    if (!map.key) {
      if (value.kind != Json::Kind::kString) return fail("a key is not a word", mark);
      map.key = std::move(value.text);
      return;
    }
    const bool is_number = open_.size() == 1 && is_number_field(*map.key);
    map.value.members.push_back({std::move(*map.key), is_number ? number(std::move(value)) : std::move(value)});
    map.key.reset();
  }

  // Text that spells a JSON number becomes that number.
  static Json number(Json value) {
    if (value.kind != Json::Kind::kString) return value;
    auto parsed = admin_api::parse_json(value.text, admin_api::Trailing::kRefuse);
    return parsed && parsed->kind == Json::Kind::kNumber ? *parsed : value;
  }

  Json root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Json> anchored_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
  std::size_t depth_ = 0;
  std::optional<Error> fault_;
};

Result<Json> parse_yaml_config(std::string_view text) {
  if (!is_utf8(text)) return Error{ErrorCode::kInvalidArgument, "it is not UTF-8 text", {}};
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    YamlTree tree;
    if (!parser.HandleNextDocument(tree)) return Json();
    auto value = tree.take();
    YamlTree rest;
    if (value && parser.HandleNextDocument(rest)) {
      return Error{ErrorCode::kInvalidArgument, "it holds more than one YAML document, or a stray character", {}};
    }
    return value;
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
