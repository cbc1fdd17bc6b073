#include "admin/rest_request.h"

#include <cstddef>
#include <utility>

#include "base/percent_encoding.h"
#include "base/text.h"

namespace jungle::admin {

QueryParams::QueryParams(std::string_view query) {
  for (const std::string& pair : split(query, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const bool has_value = equals != std::string::npos;
    auto key = percent_decoded(std::string_view(pair).substr(0, equals), PlusSign::kIsSpace);
    auto value = percent_decoded(has_value ? std::string_view(pair).substr(equals + 1) : "", PlusSign::kIsSpace);
    if (key && value) pairs_.emplace_back(std::move(*key), std::move(*value));
  }
}

const std::string* QueryParams::find(std::string_view key) const {
  for (const auto& [name, value] : pairs_) {
    if (name == key) return &value;
  }
  return nullptr;
}

std::string QueryParams::value(std::string_view key) const {
  const std::string* found = find(key);
  return found != nullptr ? *found : std::string();
}

}  // namespace jungle::admin
