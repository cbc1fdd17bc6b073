// Small pure functions on text.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jungle {

// Without leading and trailing ASCII white space.
std::string_view trimmed(std::string_view text);
std::string ascii_lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);  // ASCII only.
// Where `word` begins in `text`, not before `from`, or npos. For words that begin with what a text is full of, such as
// a quote in JSON: string_view::find stops at each of those.
std::size_t find_text(std::string_view text, std::string_view word, std::size_t from = 0);
std::vector<std::string> split(std::string_view text, char separator);

std::string hex_of(std::span<const unsigned char> bytes);

// RFC 4648 §4, the standard alphabet. decode accepts text with or without padding, nothing else.
enum class Padding : unsigned char { kWith, kWithout };
std::string base64_encode(std::string_view bytes, Padding padding);
std::optional<std::string> base64_decode(std::string_view text);
// RFC 4648 §5, the URL-safe alphabet, without padding.
std::string base64url_encode(std::string_view bytes);
std::optional<std::string> base64url_decode(std::string_view text);

// How many bytes at the start of `text` are valid UTF-8, and whether all of them are.
std::size_t utf8_prefix(std::string_view text);
bool is_utf8(std::string_view text);
// At most `bytes_max` bytes of `text`, cut at a character boundary and ended with "..." if cut.
std::string shortened(std::string_view text, std::size_t bytes_max);
// `text` of somebody else as part of a message: control characters are spaces, then trimmed and shortened. Empty if it
// is not UTF-8.
std::string one_line(std::string_view text, std::size_t bytes_max);

// The candidate nearest to `word` by edit distance, if near enough to be a typing mistake. The first of equals wins.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);
// "; did you mean 'x'?" or an empty string.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace jungle
