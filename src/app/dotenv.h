// .env files.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace jungle::app {

// Variables by name; the process's own environment, or a file's.
using Environment = std::map<std::string, std::string>;

// The variables of a .env file: `KEY=value` or `KEY: value` lines, `export` allowed in front, `#` comments, values in
// single quotes (literal) or double quotes (\n, \r, \t and \" are escapes; may span lines), $NAME and ${NAME} in bare
// and double-quoted values, from the lines above or from `outer`, empty if unknown; \$ is a dollar sign.
// Errors: kInvalidArgument `line N: what`; nothing of the file counts then.
Result<Environment> parse_dotenv(std::string_view text, const Environment& outer);

}  // namespace jungle::app
