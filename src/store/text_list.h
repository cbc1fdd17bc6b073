// Lists of texts in a column of JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace jungle::store {

std::string json_of(const std::vector<std::string>& texts);
// What cannot be read is an empty list: these are words for people, and scopes, which a server checks itself.
std::vector<std::string> texts_of(std::string_view json);

}  // namespace jungle::store
