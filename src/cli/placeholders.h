// ${VARIABLE} in config files.
#pragma once

#include <string>

#include "admin_api/json.h"
#include "app/dotenv.h"
#include "base/result.h"

namespace jungle::cli {

// Replaces every ${NAME} in the string values of `value`, at any depth, keys excepted, by the variable, which may be
// empty. $NAME stays as it is; $${ stands for a literal ${. What a variable holds is not expanded again.
// Errors: kInvalidArgument `environment variable NOPE is not set (at env.API_KEY)` and
// `invalid environment variable placeholder in "${NOPE" (at args[1])`: unclosed, empty, or another ${ inside.
Result<void> expand_placeholders(admin_api::Json& value, const app::Environment& environment);

// One string, without the place in its errors.
Result<std::string> expanded(const std::string& text, const app::Environment& environment);

}  // namespace jungle::cli
