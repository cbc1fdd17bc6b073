#include "admin/rest_request.h"

#include <boost/url/pct_string_view.hpp>

#include "base/text.h"

namespace jungle::admin {

std::optional<std::string> percent_decoded(std::string_view text, PlusSign plus) {
  const auto encoded = boost::urls::make_pct_string_view(boost::core::string_view(text.data(), text.size()));
  if (!encoded) return std::nullopt;
  boost::urls::encoding_opts options;
  options.space_as_plus = plus == PlusSign::kIsSpace;
  std::string decoded = encoded->decode(options);
  if (decoded.find('\0') != std::string::npos) return std::nullopt;
  return decoded;
}

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
