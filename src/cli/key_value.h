// key=value pairs on the command line.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace jungle::cli {

// Adds the pairs of one flag value: `a=1,b=2` is two, `a=1,2` is one (with a single equals sign the comma belongs to
// the value); with more, fields may be quoted: `"a=1,2",b=3`.
// Errors: kInvalidArgument `a must be formatted as key=value`; nothing is added then.
Result<void> add_key_values(std::string_view text, std::map<std::string, std::string>& pairs);

}  // namespace jungle::cli
