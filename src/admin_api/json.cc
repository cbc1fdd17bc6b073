#include "admin_api/json.h"

#include <array>
#include <optional>

#include <boost/json/basic_parser_impl.hpp>

#include "base/text.h"

namespace jungle::admin_api {
namespace {

namespace bj = boost::json;

// Builds the tree from the parser's events. Only complete documents are fed to it, but the parser may still hand a
// string or a number over in parts.
class TreeBuilder {
 public:
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  explicit TreeBuilder(std::size_t values_max) : values_max_(values_max) {}

  Json take() { return std::move(root_); }

  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }
  bool on_object_begin(bj::error_code& ec) { return open(Json::Kind::kObject, ec); }
  bool on_object_end(std::size_t, bj::error_code&) { return close(); }
  bool on_array_begin(bj::error_code& ec) { return open(Json::Kind::kArray, ec); }
  bool on_array_end(std::size_t, bj::error_code&) { return close(); }
  bool on_key_part(bj::string_view s, std::size_t, bj::error_code&) { return part(s); }
  bool on_key(bj::string_view s, std::size_t, bj::error_code&) {
    part(s);
    open_.back()->members.push_back({std::exchange(text_, {}), {}});
    return true;
  }
  bool on_string_part(bj::string_view s, std::size_t, bj::error_code&) { return part(s); }
  bool on_string(bj::string_view s, std::size_t, bj::error_code& ec) { return scalar(Json::Kind::kString, s, ec); }
  bool on_number_part(bj::string_view s, bj::error_code&) { return part(s); }
  bool on_int64(std::int64_t, bj::string_view s, bj::error_code& ec) { return scalar(Json::Kind::kNumber, s, ec); }
  bool on_uint64(std::uint64_t, bj::string_view s, bj::error_code& ec) { return scalar(Json::Kind::kNumber, s, ec); }
  bool on_double(double, bj::string_view s, bj::error_code& ec) { return scalar(Json::Kind::kNumber, s, ec); }
  bool on_bool(bool truth, bj::error_code& ec) {
    Json* value = add(Json::Kind::kBool, ec);
    if (value) value->truth = truth;
    return value != nullptr;
  }
  bool on_null(bj::error_code& ec) { return add(Json::Kind::kNull, ec) != nullptr; }
  bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
  bool on_comment(bj::string_view, bj::error_code&) { return true; }

 private:
  bool part(bj::string_view s) {
    text_.append(s.data(), s.size());
    return true;
  }

  bool scalar(Json::Kind kind, bj::string_view s, bj::error_code& ec) {
    part(s);
    Json* value = add(kind, ec);
    if (value) value->text = std::exchange(text_, {});
    return value != nullptr;
  }

  bool open(Json::Kind kind, bj::error_code& ec) {
    Json* value = add(kind, ec);
    if (value) open_.push_back(value);
    return value != nullptr;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  // The place of the next value. Its address stays good while it is open: its parent grows only after it is closed.
  Json* add(Json::Kind kind, bj::error_code& ec) {
    if (++count_ > values_max_) {
      ec = bj::error::array_too_large;
      return nullptr;
    }
    Json* place = &root_;
    if (!open_.empty() && open_.back()->kind == Json::Kind::kArray) {
      place = &open_.back()->items.emplace_back();
    } else if (!open_.empty()) {
      place = &open_.back()->members.back().value;
    }
    place->kind = kind;
    return place;
  }

  Json root_;
  std::vector<Json*> open_;
  std::string text_;
  std::size_t values_max_;
  std::size_t count_ = 0;
};

std::string quoted_character(unsigned char c) {
  if (c == '\'') return R"('\'')";
  if (c == '\n') return R"('\n')";
  if (c >= 0x20 && c < 0x7f) return std::string("'") + static_cast<char>(c) + "'";
  const std::array<unsigned char, 1> byte{c};
  return R"('\x)" + hex_of(byte) + "'";
}

Error fault_of(const bj::error_code& ec, std::string_view text, std::size_t offset, JsonLimits limits) {
  if (ec == bj::error::incomplete) {
    const bool empty = trimmed(text).empty();
    return {ErrorCode::kInvalidArgument, empty ? "EOF" : "unexpected EOF", {}};
  }
  if (ec == bj::error::too_deep) {
    return {
        ErrorCode::kLimitExceeded, "JSON is nested deeper than " + std::to_string(limits.depth_max) + " levels", {}};
  }
  if (ec == bj::error::array_too_large) {
    return {ErrorCode::kLimitExceeded, "JSON holds more than " + std::to_string(limits.values_max) + " values", {}};
  }
  if (offset >= text.size()) return {ErrorCode::kInvalidArgument, "unexpected EOF", ec.message()};
  const auto c = static_cast<unsigned char>(text[offset]);
  return {ErrorCode::kInvalidArgument, "invalid character " + quoted_character(c) + ": " + ec.message(), {}};
}

void append_value(std::string& out, const Json& value, std::optional<std::size_t> level);

// White space between values at `level` of a pretty text; nothing in a compact one.
void append_break(std::string& out, std::optional<std::size_t> level) {
  if (!level) return;
  out += '\n';
  out.append(*level * 2, ' ');
}

void append_list(std::string& out, const Json& value, std::optional<std::size_t> level) {
  const bool is_array = value.kind == Json::Kind::kArray;
  const std::size_t size = is_array ? value.items.size() : value.members.size();
  const auto inner = level ? std::optional(*level + 1) : std::nullopt;
  out += is_array ? '[' : '{';
  for (std::size_t i = 0; i < size; ++i) {
    if (i != 0) out += ',';
    append_break(out, inner);
    if (!is_array) {
      append_json_string(out, value.members[i].key);
      out += level ? ": " : ":";
    }
    append_value(out, is_array ? value.items[i] : value.members[i].value, inner);
  }
  if (size != 0) append_break(out, level);
  out += is_array ? ']' : '}';
}

// Recursion is bounded: parse_json admits no more than kJsonDepthMax levels.
void append_value(std::string& out, const Json& value, std::optional<std::size_t> level) {
  switch (value.kind) {
    case Json::Kind::kNull:
      out += "null";
      return;
    case Json::Kind::kBool:
      out += value.truth ? "true" : "false";
      return;
    case Json::Kind::kNumber:
      out += value.text;
      return;
    case Json::Kind::kString:
      append_json_string(out, value.text);
      return;
    case Json::Kind::kArray:
    case Json::Kind::kObject:
      append_list(out, value, level);
      return;
  }
}

}  // namespace

Json Json::string(std::string text) {
  Json value;
  value.kind = Kind::kString;
  value.text = std::move(text);
  return value;
}

const Json* Json::find(std::string_view key) const {
  for (auto it = members.rbegin(); it != members.rend(); ++it) {
    if (it->key == key) return &it->value;
  }
  return nullptr;
}

std::string_view Json::text_of(std::string_view key) const {
  const Json* value = find(key);
  return value && value->kind == Kind::kString ? std::string_view(value->text) : std::string_view();
}

bool operator==(const Json& a, const Json& b) {
  return a.kind == b.kind && a.truth == b.truth && a.text == b.text && a.items == b.items && a.members == b.members;
}

std::string_view kind_name(Json::Kind kind) {
  switch (kind) {
    case Json::Kind::kNull:
      return "null";
    case Json::Kind::kBool:
      return "bool";
    case Json::Kind::kNumber:
      return "number";
    case Json::Kind::kString:
      return "string";
    case Json::Kind::kArray:
      return "array";
    case Json::Kind::kObject:
      break;
  }
  return "object";
}

Result<Json> parse_json(std::string_view text, Trailing trailing, std::size_t* fault_offset, JsonLimits limits) {
  bj::parse_options options;
  options.max_depth = limits.depth_max;
  bj::basic_parser<TreeBuilder> parser(options, limits.values_max);
  bj::error_code ec;
  std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && trailing == Trailing::kRefuse && used < text.size()) ec = bj::error::extra_data;
  if (ec) {
    if (fault_offset) *fault_offset = used;
    return fault_of(ec, text, used, limits);
  }
  return parser.handler().take();
}

Result<Json> parse_array(std::string_view text) {
  auto value = parse_json(text, Trailing::kIgnore);
  if (!value || value->kind == Json::Kind::kArray) return value;
  if (!value->is_null()) {
    const std::string kind(kind_name(value->kind));
    return Error{ErrorCode::kInvalidArgument, "json: cannot unmarshal " + kind + " into Go value of type []", {}};
  }
  value->kind = Json::Kind::kArray;
  return value;
}

std::string compact(const Json& value) {
  std::string out;
  append_value(out, value, std::nullopt);
  return out;
}

std::string pretty(const Json& value) {
  std::string out;
  append_value(out, value, 0);
  return out;
}

}  // namespace jungle::admin_api
