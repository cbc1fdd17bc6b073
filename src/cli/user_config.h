// ~/.mcpjungle.conf
#pragma once

#include <string>
#include <string_view>

#include "base/secret.h"

namespace jungle::cli {

inline constexpr std::string_view kDefaultRegistry = "http://127.0.0.1:8080";
inline constexpr std::string_view kUserConfigName = ".mcpjungle.conf";

// What the person's own file says; both may be empty.
struct UserConfig {
  std::string registry_url;
  Secret access_token;
};

// YAML with `registry_url` and `access_token`. A malformed text counts as an empty one.
UserConfig parse_user_config(std::string_view text);

// Which gateway is meant: the flag, else the file, else the default.
std::string registry_url(std::string_view flag, const UserConfig& config);

}  // namespace jungle::cli
