// MCP 2026-07-28 basic/transports/streamable-http "Custom Headers", server/tools "x-mcp-header".
#include "mcp/param_headers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "mcp/json_reader.h"
#include "mcp/json_scanner.h"

namespace jungle::mcp {
namespace {

using Step = JsonScanner::Step;

constexpr std::string_view kAnnotation = "x-mcp-header";
constexpr std::string_view kPrefix = "Mcp-Param-";
constexpr std::string_view kBase64Begin = "=?base64?";
constexpr std::string_view kBase64End = "?=";
constexpr std::size_t kHeaderNameBytesMax = 64;      // Names are words like Region.
constexpr double kSafeInteger = 9007199254740991.0;  // 2^53 - 1: what every JSON reader holds exactly.

// RFC 9110 §5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool contains(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Keywords whose value maps names to schemas; a name in there is not a keyword.
constexpr std::array<std::string_view, 5> kSchemaMaps = {"properties", "patternProperties", "$defs", "definitions",
                                                         "dependentSchemas"};
// Keywords whose value is data; nothing in there is an annotation.
constexpr std::array<std::string_view, 5> kData = {"default", "const", "enum", "example", "examples"};

// Walks over a schema once and collects its annotations. Recursion is bounded by the scanner's depth limit.
class SchemaWalk {
 public:
  explicit SchemaWalk(std::string_view text) : text_(text), scanner_(text, kJsonDepthMax) {}

  Result<ParamHeaders> run() {
    scanner_.skip_space();
    if (!schema(true)) return Error{ErrorCode::kInvalidArgument, why_.empty() ? scanner_.error() : why_, {}};
    return std::move(found_);
  }

 private:
  bool refuse(std::string why) {
    why_ = std::move(why);
    return false;
  }

  // One schema. `reachable`: only `properties` steps lead here from the root.
  bool schema(bool reachable) {
    if (scanner_.peek() != '{') return other();
    if (!scanner_.open('{')) return false;
    Range annotation;
    Range type;
    bool first = true;
    for (Range key;;) {
      const Step step = scanner_.next_member(key, first);
      if (step == Step::kError) return false;
      if (step == Step::kEnd) break;
      const std::string_view name = key.of(text_);
      if (name == kAnnotation) {
        if (!annotation.empty()) return refuse("x-mcp-header stands twice in one schema");
        if (!scanner_.value(annotation)) return false;
      } else if (name == "type") {
        if (!scanner_.value(type)) return false;
      } else if (!keyword(name, reachable)) {
        return false;
      }
    }
    return annotation.empty() || add(annotation, type, reachable);
  }

  bool keyword(std::string_view name, bool reachable) {
    if (contains(kData, name)) {
      Range ignored;
      return scanner_.value(ignored);
    }
    if (contains(kSchemaMaps, name) && scanner_.peek() == '{') return schemas(reachable && name == "properties");
    return other();
  }

  // An object whose members are schemas.
  bool schemas(bool reachable) {
    if (!scanner_.open('{')) return false;
    bool first = true;
    for (Range key;;) {
      const Step step = scanner_.next_member(key, first);
      if (step == Step::kError) return false;
      if (step == Step::kEnd) return true;
      path_.push_back(json_string_value(text_.substr(key.begin - 1, key.size() + 2)));
      if (!schema(reachable)) return false;
      path_.pop_back();
    }
  }

  // Any other value: schemas in there are not reachable through `properties` alone.
  bool other() {
    if (scanner_.peek() == '{') return schema(false);
    if (scanner_.peek() != '[') {
      Range ignored;
      return scanner_.value(ignored);
    }
    if (!scanner_.open('[')) return false;
    bool first = true;
    for (;;) {
      const Step step = scanner_.next_element(first);
      if (step == Step::kError) return false;
      if (step == Step::kEnd) return true;
      if (!other()) return false;
    }
  }

  bool add(Range annotation, Range type, bool reachable) {
    const std::string_view raw = annotation.of(text_);
    if (raw.front() != '"') return refuse("x-mcp-header is not a string");
    std::string name = json_string_value(raw);
    if (!is_token(name) || name.size() > kHeaderNameBytesMax)
      return refuse("x-mcp-header " + shortened(std::string(raw), 80) + " is not a header name (RFC 9110 token)");
    if (!reachable || path_.empty())
      return refuse("x-mcp-header '" + name + "' is not on a property that only `properties` lead to");
    if (!is_primitive(type.of(text_)))
      return refuse("x-mcp-header '" + name + "' is on a property that is not a string, integer or boolean");
    if (path_.size() > kParamHeaderDepthMax) return refuse("x-mcp-header '" + name + "' is nested too deeply");
    if (found_.size() == kParamHeadersMax) return refuse("too many x-mcp-header annotations");
    for (const ParamHeader& other : found_) {
      if (other.name.size() == name.size() && equals_ignoring_case(other.name, name))
        return refuse("x-mcp-header '" + name + "' stands twice");
    }
    found_.push_back(ParamHeader{std::move(name), path_});
    return true;
  }

  static bool is_primitive(std::string_view type) {
    return type == "\"string\"" || type == "\"integer\"" || type == "\"boolean\"";
  }

  std::string_view text_;
  JsonScanner scanner_;
  std::vector<std::string> path_;
  ParamHeaders found_;
  std::string why_;
};

// The decimal text of a number. Integers that JSON writes in another way (1.0, 1e3, -0) become digits, as the receiver
// compares them by value or by the text that JavaScript gives them.
std::string number_text(std::string_view raw) {
  if (raw != "-0" && raw.find_first_of(".eE") == std::string_view::npos) return std::string(raw);
  double value = 0;
  const auto parsed = std::from_chars(raw.data(), raw.data() + raw.size(), value);
  if (parsed.ec != std::errc() || value != std::trunc(value) || std::abs(value) > kSafeInteger) return std::string(raw);
  return std::to_string(static_cast<long long>(value));
}

// The member `key` of `object`, compared after unescaping: argument names are the server's, not ours.
const Member* find_member(std::string_view text, const Members& object, std::string_view key) {
  if (const Member* plain = object.find(text, key)) return plain;
  for (const Member& member : object) {
    const std::string_view raw = text.substr(member.key.begin - 1, member.key.size() + 2);
    if (raw.find('\\') != std::string_view::npos && json_string_value(raw) == key) return &member;
  }
  return nullptr;
}

// The raw value at `path`, or empty if there is none.
std::string_view value_at(std::string_view text, const Members& root, const std::vector<std::string>& path) {
  const Member* member = path.empty() ? nullptr : find_member(text, root, path.front());
  Members inner;  // Holds what `member` points into.
  for (std::size_t i = 1; member != nullptr && i < path.size(); ++i) {
    if (text[member->value.begin] != '{') return {};
    auto members = read_members(text, member->value);
    if (!members) return {};
    inner = std::move(*members);
    member = find_member(text, inner, path[i]);
  }
  return member == nullptr ? std::string_view() : member->value.of(text);
}

}  // namespace

Result<ParamHeaders> read_param_headers(std::string_view input_schema) {
  if (input_schema.find(kAnnotation) == std::string_view::npos) return ParamHeaders{};
  return SchemaWalk(input_schema).run();
}

std::vector<std::pair<std::string, std::string>> param_header_values(const ParamHeaders& headers,
                                                                     std::string_view arguments) {
  std::vector<std::pair<std::string, std::string>> values;
  if (headers.empty() || arguments.empty()) return values;
  const auto root = read_members(arguments);
  if (!root) return values;
  for (const ParamHeader& header : headers) {
    const std::string_view raw = value_at(arguments, *root, header.path);
    // Null and absent arguments have no header. Objects and arrays break the schema; the server will say so.
    if (raw.empty() || raw == "null" || raw.front() == '{' || raw.front() == '[') continue;
    std::string text = raw.front() == '"'                         ? json_string_value(raw)
                       : raw.front() == 't' || raw.front() == 'f' ? std::string(raw)
                                                                  : number_text(raw);
    values.emplace_back(std::string(kPrefix) + header.name, encode_header_value(text));
  }
  return values;
}

std::string encode_header_value(std::string_view text) {
  const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  const bool is_trimmed = text.empty() || (text.front() != ' ' && text.back() != ' ');
  const bool looks_encoded = text.starts_with(kBase64Begin) && text.ends_with(kBase64End);
  if (is_plain && is_trimmed && !looks_encoded) return std::string(text);
  return std::string(kBase64Begin) + base64_encode(text, Padding::kWith) + std::string(kBase64End);
}

Result<std::string> decode_header_value(std::string_view value) {
  const std::size_t frame = kBase64Begin.size() + kBase64End.size();
  if (value.size() < frame || !value.starts_with(kBase64Begin) || !value.ends_with(kBase64End))
    return std::string(value);
  const std::string_view inside = value.substr(kBase64Begin.size(), value.size() - frame);
  auto text = inside.size() % 4 == 0 ? base64_decode(inside) : std::nullopt;
  if (!text || !is_utf8(*text))
    return Error{ErrorCode::kInvalidArgument, "a header value is marked as Base64 of UTF-8 and is not", {}};
  return std::move(*text);
}

}  // namespace jungle::mcp
