// application/x-www-form-urlencoded, as OAuth uses it (RFC 6749 appendix B).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jungle::oauth {

// Names with their values, in order.
using FormFields = std::vector<std::pair<std::string, std::string>>;

// One name or value: letters, digits and "-._~" stay, a space becomes "+", the rest %XX.
std::string form_encoded(std::string_view text);
// `name=value&name=value`.
std::string form_encoded(const FormFields& fields);

}  // namespace jungle::oauth
