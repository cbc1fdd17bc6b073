#include "http/headers.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "base/text.h"

namespace jungle::http {
namespace {

constexpr std::array<bool, 256> make_token_table() {
  std::array<bool, 256> table{};
  for (unsigned char c :
       std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    table[c] = true;
  return table;
}
constexpr auto kTokenTable = make_token_table();

constexpr bool is_value_byte(unsigned char c) { return (c >= 0x20 && c != 0x7f) || c == '\t'; }

// Whether one of eight bytes is a control character, a tab included. May say yes for a byte over 127 that follows one.
bool may_have_control(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
  const std::uint64_t below_blank = (bytes - kOnes * 0x20) & ~bytes;
  const std::uint64_t without_delete = bytes ^ kOnes * 0x7f;
  const std::uint64_t is_delete = (without_delete - kOnes) & ~without_delete;
  return ((below_blank | is_delete) & kHighs) != 0;
}

}  // namespace

std::optional<std::string_view> find_header(std::span<const Header> headers, std::string_view name) {
  for (const Header& header : headers) {
    if (header.name.size() == name.size() && equals_ignoring_case(header.name, name)) return header.value;
  }
  return std::nullopt;
}

bool list_contains(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    std::string_view item = list.substr(0, comma);
    item = trimmed(item.substr(0, item.find(';')));
    if (item.size() == token.size() && equals_ignoring_case(item, token)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
  return false;
}

std::size_t token_bytes(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && kTokenTable[static_cast<unsigned char>(text[count])])
    ++count;
  return count;
}

bool is_token(std::string_view text) { return !text.empty() && token_bytes(text) == text.size(); }

bool is_field_value(std::string_view text) {
  // Eight bytes at a time; where one of them looks suspicious, and at the end, byte by byte.
  while (text.size() >= sizeof(std::uint64_t)) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data(), sizeof bytes);
    if (may_have_control(bytes)) break;
    text.remove_prefix(sizeof bytes);
  }
  for (const char c : text) {
    if (!is_value_byte(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

bool is_valid(const Header& header) { return is_token(header.name) && is_field_value(header.value); }

}  // namespace jungle::http
