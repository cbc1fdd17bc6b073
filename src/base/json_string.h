// Strings of JSON (RFC 8259 section 7). Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace jungle {

// Appends what stands between the quotes. A byte that belongs to no UTF-8 sequence becomes U+FFFD. Takes time in
// proportion to the text, whatever that is.
void append_json_escaped(std::string& out, std::string_view text);
// The same with the quotes.
void append_json_string(std::string& out, std::string_view text);
std::string json_string(std::string_view text);

}  // namespace jungle
