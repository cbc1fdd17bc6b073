// Config files of `register -c`: parsing, ${VAR} expansion and reading into fields never crash, and stay bounded. The
// same for ~/.mcpjungle.conf.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "admin_api/register_input.h"
#include "cli/config_file.h"
#include "cli/placeholders.h"
#include "cli/user_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jungle;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const app::Environment environment{{"HOME", "/root"}, {"EMPTY", ""}, {"NESTED", "${HOME}"}};
  for (const auto syntax : {cli::ConfigSyntax::kJson, cli::ConfigSyntax::kYaml}) {
    auto config = cli::parse_config(text, syntax);
    if (!config || !cli::expand_placeholders(*config, environment)) continue;
    const auto input = admin_api::register_input_of(*config);
    if (!input) continue;
    // What was read survives the wire.
    const auto again = admin_api::parse_register_input(render(*input));
    if (!again || again->name != input->name || again->env != input->env) __builtin_trap();
  }
  (void)cli::parse_user_config(text);
  return 0;
}
