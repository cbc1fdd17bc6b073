#include "base/json_string.h"

#include <algorithm>

#include "base/text.h"

namespace jungle {
namespace {

// DEL too, which JSON does not require: terminals act on it.
constexpr bool needs_escape(char c) {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

void append_escape(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      out += "\\u00";
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15];
  }
}

// REQUIRES: `text` is UTF-8.
void append_valid(std::string& out, std::string_view text) {
  for (;;) {
    const auto special = std::find_if(text.begin(), text.end(), needs_escape);
    out.append(text.begin(), special);
    if (special == text.end()) return;
    append_escape(out, *special);
    text.remove_prefix(static_cast<std::size_t>(special - text.begin()) + 1);
  }
}

}  // namespace

void append_json_escaped(std::string& out, std::string_view text) {
  for (;;) {
    const std::size_t valid = utf8_prefix(text);
    append_valid(out, text.substr(0, valid));
    if (valid == text.size()) return;
    out += "\xef\xbf\xbd";
    text.remove_prefix(valid + 1);
  }
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  append_json_escaped(out, text);
  out += '"';
}

std::string json_string(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_json_string(out, text);
  return out;
}

}  // namespace jungle
