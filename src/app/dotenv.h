// .env files.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace jungle::app {

inline constexpr std::size_t kDotenvBytesMax = 1024 * 1024;  // Of all values: variables in variables multiply.

// Variables by name; the process's own environment, or a file's.
using Environment = std::map<std::string, std::string>;

// The variables of a .env file: `KEY=value` or `KEY: value` lines, `export` allowed in front, `#` comments, values in
// single quotes (literal) or double quotes (\n, \r, \t and \" are escapes; may span lines), $NAME and ${NAME} in bare
// and double-quoted values, from the lines above or from `outer`, empty if unknown; \$ is a dollar sign.
// Errors: `line N: what`, kInvalidArgument, or kLimitExceeded past kDotenvBytesMax; nothing of the file counts then.
// They quote nothing of it: a line that is malformed may be a secret that somebody pasted.
Result<Environment> parse_dotenv(std::string_view text, const Environment& outer);

}  // namespace jungle::app
