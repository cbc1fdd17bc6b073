#include "cli/key_value.h"

#include <algorithm>
#include <vector>

namespace jungle::cli {
namespace {

// The fields of one CSV line (RFC 4180): quoted ones may hold commas and doubled quotes.
std::vector<std::string> csv_fields(std::string_view line) {
  std::vector<std::string> fields(1);
  bool is_quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && is_quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += line[++i];
    } else if (c == '"' && (is_quoted || fields.back().empty())) {
      is_quoted = !is_quoted;
    } else if (c == ',' && !is_quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

}  // namespace

Result<void> add_key_values(std::string_view text, std::map<std::string, std::string>& pairs) {
  const auto signs = std::count(text.begin(), text.end(), '=');
  const std::vector<std::string> fields = signs == 1 ? std::vector<std::string>{std::string(text)} : csv_fields(text);
  std::map<std::string, std::string> added;
  for (const std::string& field : fields) {
    const std::size_t sign = field.find('=');
    if (sign == std::string::npos) {
      return Error{ErrorCode::kInvalidArgument, field + " must be formatted as key=value", {}};
    }
    added[field.substr(0, sign)] = field.substr(sign + 1);
  }
  for (auto& [key, value] : added)
    pairs[key] = std::move(value);
  return {};
}

}  // namespace jungle::cli
