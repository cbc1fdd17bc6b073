#include "cli/user_config.h"

#include "base/text.h"
#include "cli/config_file.h"

namespace jungle::cli {

UserConfig parse_user_config(std::string_view text) {
  const auto file = parse_config(text, ConfigSyntax::kYaml);
  if (!file) return {};
  return {std::string(trimmed(file->text_of("registry_url"))),
          Secret(std::string(trimmed(file->text_of("access_token"))))};
}

std::string registry_url(std::string_view flag, const UserConfig& config) {
  if (!flag.empty()) return std::string(flag);
  return config.registry_url.empty() ? std::string(kDefaultRegistry) : config.registry_url;
}

}  // namespace jungle::cli
