// What a child process knows of our environment.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.h"

namespace jungle::upstream {

// Whether children inherit the variable `name` of ours. An allow-list, so that a secret of ours (DATABASE_URL,
// POSTGRES_*, MCPJUNGLE_*, OTEL_*, ...) cannot leak into a server's process because nobody thought of it:
// who one is and where things lie (HOME, PATH, XDG_*, TMPDIR, ...), language and time zone, proxies and certificate
// authorities, displays, and the settings of node, npm, Python, uv, Java, Deno, Go, Docker and their kin. Names that
// look like secrets (TOKEN, PASSWORD, ...) stay out, whatever family they belong to: `env` of the server hands them on.
bool is_inherited(std::string_view name);

// The environment of a child, "NAME=value" each: what it inherits of `ours`, then `extra` on top, the later one wins.
std::vector<std::string> child_environment(std::span<const std::string> ours,
                                           std::span<const std::pair<std::string, Secret>> extra);

// What is secret of an environment whose names are not: users and passwords in URLs (of proxies and package indexes).
std::vector<Secret> secrets_in_urls(std::span<const std::string> environment);

// The value of `name` in an environment.
std::optional<std::string_view> find_variable(std::span<const std::string> environment, std::string_view name);

}  // namespace jungle::upstream
