// Percent-encoding (RFC 3986 §2.1).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace jungle {

// Of the digits of an escape. Both mean the same.
enum class HexCase : unsigned char { kUpper, kLower };
// `text` with all but unreserved characters (RFC 3986 §2.3) as %XX.
std::string percent_encoded(std::string_view text, HexCase hex_case);

// What "+" stands for: a space in application/x-www-form-urlencoded, itself everywhere else.
enum class PlusSign : unsigned char { kIsSpace, kIsItself };
// `text` with %XX decoded; nothing if an escape is malformed, or if there is a NUL.
std::optional<std::string> percent_decoded(std::string_view text, PlusSign plus);

}  // namespace jungle
