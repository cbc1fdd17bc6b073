// JSON as a tree that keeps spellings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json_string.h"
#include "base/result.h"

namespace jungle::admin_api {

inline constexpr std::size_t kJsonDepthMax = 128;       // Tool arguments seen in the wild stay under 20.
inline constexpr std::size_t kJsonValuesMax = 1 << 20;  // About 100 MB of tree: a body of brackets costs no more.

// A JSON value. Unlike boost::json::value it keeps the spelling of numbers, so 1.0, 1e3 and integers beyond 2^64 pass
// through unchanged, and the order of members. Plain data: copyable, comparable, usable on any thread.
struct Json {
  enum class Kind : std::uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };
  struct Member;

  Kind kind = Kind::kNull;
  bool truth = false;           // kBool.
  std::string text;             // kString: the decoded characters. kNumber: its spelling.
  std::vector<Json> items;      // kArray.
  std::vector<Member> members;  // kObject, in the order of the document; a key may repeat.

  static Json string(std::string text);
  bool is_null() const { return kind == Kind::kNull; }
  // The value of `key`, spelled exactly so; the last one if it repeats, as most decoders choose. Null if there is none.
  const Json* find(std::string_view key) const;
  // The string under `key`, or empty text if there is none or it is something else.
  std::string_view text_of(std::string_view key) const;

  friend bool operator==(const Json& a, const Json& b);
};

struct Json::Member {
  std::string key;
  Json value;
  friend bool operator==(const Member&, const Member&) = default;
};

// "null", "bool", "number", "string", "array" or "object".
std::string_view kind_name(Json::Kind kind);

// What may follow the value.
enum class Trailing : std::uint8_t { kIgnore, kRefuse };

struct JsonLimits {
  std::size_t depth_max = kJsonDepthMax;
  std::size_t values_max = kJsonValuesMax;
};

// The first value of `text`. `fault_offset`, if given, learns how many bytes came before the fault.
// Errors: kInvalidArgument with the words scripts look for: "EOF" for an empty text, "unexpected EOF" for a cut one;
// kLimitExceeded beyond `limits`.
Result<Json> parse_json(std::string_view text, Trailing trailing, std::size_t* fault_offset = nullptr,
                        JsonLimits limits = {});

// The JSON array in `text`; null reads as an empty one, as Go's clients read it.
Result<Json> parse_array(std::string_view text);

// Without white space; and with two spaces a level, as Go's json.MarshalIndent prints.
std::string compact(const Json& value);
std::string pretty(const Json& value);

using jungle::append_json_string;
using jungle::json_string;

}  // namespace jungle::admin_api
