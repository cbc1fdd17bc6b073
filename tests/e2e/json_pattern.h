// JSON as a transcript writes it: what is expected, and what is sent.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "base/result.h"

namespace jungle::e2e {

namespace json = boost::json;

// The values behind "$name" in a transcript.
using Variables = std::map<std::string, json::value>;

// Reads JSON in which an object may end in `…`, and a string may. kInvalidArgument says what is wrong.
Result<json::value> read_pattern(std::string_view text);

// Why `actual` is not what `pattern` says, with the path to where; nothing if it is. Everything has to be equal, but
// where an object of the pattern ends in `…` there may be more members, and where a string does, more text. A string
// "$name" is the value of that variable; an unset one takes the value that stands there.
std::optional<std::string> mismatch(const json::value& pattern, const json::value& actual, Variables& variables);

// `pattern` with the variables' values in place of their names. kInvalidArgument: one is unset, or there is a `…`.
Result<json::value> filled(const json::value& pattern, const Variables& variables);

}  // namespace jungle::e2e
