// Every command, one function and one file each.
#pragma once

#include "cli/command.h"

namespace jungle::cli {

Command start_command();
Command register_command();
Command authorize_command();
Command refresh_command();
Command deregister_command();
Command list_command();
Command usage_command();
Command invoke_command();
Command get_command();
Command enable_command();
Command disable_command();
Command rotate_key_command();
Command unseal_command();
Command version_command();
Command completion_command();

}  // namespace jungle::cli
