// Opening a page in the person's browser.
#pragma once

#include <string>
#include <vector>

#include "app/dotenv.h"
#include "base/result.h"
#include "http/url.h"

namespace jungle::cli {

// One program with its arguments. Never a line for a shell.
using ProgramWords = std::vector<std::string>;

// What to start for `url`, in order of preference. BROWSER, as its other users have it: programs separated by colons,
// their words by spaces, `%s` where the URL goes, `%%` for a percent sign; without `%s` the URL comes last. Without
// BROWSER: xdg-open, then open.
//
// The URL is one word, or a part of one, and begins with http:// or https://, so that no program takes it for an
// option.
std::vector<ProgramWords> browser_programs(const http::Url& url, const app::Environment& environment);

// Starts the first of `programs` that can be started, in a session of its own (Ctrl-C does not reach it) and without
// our streams and descriptors; does not wait for it.
// Errors: kUnavailable, naming what was tried.
Result<void> start_first(const std::vector<ProgramWords>& programs, const app::Environment& environment);

}  // namespace jungle::cli
