#include "mcp/json_text.h"

#include <algorithm>
#include <cstdint>

namespace jungle::mcp {
namespace {

unsigned hex_value(std::string_view four) {
  unsigned value = 0;
  for (const char c : four) {
    const unsigned digit = c <= '9' ? static_cast<unsigned>(c - '0') : static_cast<unsigned>((c | 0x20) - 'a' + 10);
    value = value << 4 | digit;
  }
  return value;
}

void append_utf8(std::string& out, unsigned code_point) {
  const auto byte = [&](unsigned value) { out += static_cast<char>(value); };
  if (code_point < 0x80) {
    byte(code_point);
  } else if (code_point < 0x800) {
    byte(0xc0 | code_point >> 6);
    byte(0x80 | (code_point & 0x3f));
  } else if (code_point < 0x10000) {
    byte(0xe0 | code_point >> 12);
    byte(0x80 | (code_point >> 6 & 0x3f));
    byte(0x80 | (code_point & 0x3f));
  } else {
    byte(0xf0 | code_point >> 18);
    byte(0x80 | (code_point >> 12 & 0x3f));
    byte(0x80 | (code_point >> 6 & 0x3f));
    byte(0x80 | (code_point & 0x3f));
  }
}

// Reads the \u escape whose four digits start at `at`, with its low surrogate if there is one. Lone surrogates become
// U+FFFD: they have no UTF-8 form.
unsigned unicode_escape(std::string_view text, std::size_t& at) {
  const unsigned unit = hex_value(text.substr(at, 4));
  at += 4;
  if (unit < 0xd800 || unit > 0xdfff) return unit;
  const bool pair = unit < 0xdc00 && text.substr(at, 2) == "\\u" && text.size() - at >= 6;
  if (!pair) return 0xfffd;
  const unsigned low = hex_value(text.substr(at + 2, 4));
  if (low < 0xdc00 || low > 0xdfff) return 0xfffd;
  at += 6;
  return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

}  // namespace

std::string Splice::apply(std::string_view text, Range range) {
  // Insertions come before a cut that starts at the same place.
  const auto before = [](const Edit& a, const Edit& b) {
    return std::pair(a.range.begin, a.range.end) < std::pair(b.range.begin, b.range.end);
  };
  // An insertion sort: stable as the result must be, and there are few edits.
  for (auto edit = edits_.begin(); edit != edits_.end(); ++edit)
    std::rotate(std::upper_bound(edits_.begin(), edit, *edit, before), edit, edit + 1);
  std::string out;
  std::size_t size = range.size();
  for (const Edit& edit : edits_)
    size += edit.replacement.size();
  out.reserve(size);
  std::size_t at = range.begin;
  for (const Edit& edit : edits_) {
    if (edit.range.begin < at || edit.range.end > range.end) continue;
    out.append(text, at, edit.range.begin - at).append(edit.replacement);
    at = edit.range.end;
  }
  out.append(text, at, range.end - at);
  return out;
}

std::optional<std::string> Members::find_string(std::string_view text, std::string_view key) const {
  const Member* member = find(text, key);
  if (member == nullptr || text[member->value.begin] != '"') return std::nullopt;
  return json_string_value(member->value.of(text));
}

std::string json_string_value(std::string_view literal) {
  if (literal.size() < 2) return {};
  const std::string_view inside = literal.substr(1, literal.size() - 2);
  if (inside.find('\\') == std::string_view::npos) return std::string(inside);
  std::string out;
  out.reserve(inside.size());
  for (std::size_t i = 0; i < inside.size();) {
    if (inside[i] != '\\') {
      out += inside[i++];
      continue;
    }
    const char escaped = inside[i + 1];
    i += 2;
    switch (escaped) {
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'u':
        append_utf8(out, unicode_escape(inside, i));
        break;
      default:
        out += escaped;
    }
  }
  return out;
}

}  // namespace jungle::mcp
