// Config files: JSON or YAML, as one tree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "admin_api/json.h"
#include "base/result.h"

namespace jungle::cli {

inline constexpr std::size_t kConfigFileBytesMax = 1 << 20;  // A server's description fits into a thousandth of it.
inline constexpr std::size_t kConfigDepthMax = 32;
inline constexpr std::size_t kConfigValuesMax = 20'000;  // Bounds what YAML aliases can expand to.

enum class ConfigSyntax : std::uint8_t { kJson, kYaml };

// By the extension (.json, .yaml, .yml, in any case); otherwise by content: JSON begins with a bracket.
ConfigSyntax config_syntax(const std::filesystem::path& path, std::string_view text);

// The file as a tree; empty YAML reads as null. In YAML every scalar but null is text as far as it can be: `8080` and
// `true` are strings, since nearly every field is one; what is_number_field() names keeps its number.
// Errors: kInvalidArgument with the fault, its line and its column; kLimitExceeded.
Result<admin_api::Json> parse_config(std::string_view text, ConfigSyntax syntax);

// The content of the file, at most kConfigFileBytesMax bytes.
// Errors: kNotFound and others, `open X: no such file or directory`; kLimitExceeded.
Result<std::string> read_config_file(const std::filesystem::path& path);

}  // namespace jungle::cli
