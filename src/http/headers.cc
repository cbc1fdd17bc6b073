#include "http/headers.h"

#include <algorithm>
#include <array>

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

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return kTokenTable[c]; });
}

bool is_field_value(std::string_view text) { return std::all_of(text.begin(), text.end(), is_value_byte); }

bool is_valid(const Header& header) { return is_token(header.name) && is_field_value(header.value); }

}  // namespace jungle::http
