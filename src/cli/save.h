// Contents on their way to the working directory and the terminal.
#pragma once

#include "base/result.h"
#include "cli/content_output.h"

namespace jungle::cli {

struct World;

// Writes the report's files into the working directory, then prints its text. Never overwrites a file.
// Errors: kInternal `failed to save image_1.png: File exists`.
Result<void> save_and_print(World& world, const ContentReport& report);

}  // namespace jungle::cli
