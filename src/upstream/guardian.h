// The guardian, as a program: what runs in the helper process.
#pragma once

#include <string_view>

namespace jungle::upstream {

// Its name, in argv[0] and for `ps`. Not ours: `pkill -9 mcpjungle` must not end both.
inline constexpr char kGuardianName[] = "jungle-guardian";

// The descriptors it gets.
inline constexpr int kGuardianLifeFd = 0;    // The read end of a pipe whose other end only the gateway holds.
inline constexpr int kGuardianGroupsFd = 3;  // The file of the GroupTable. 1 and 2 are /dev/null.

// Waits until nobody holds the other end of `life`, then ends every process group that stands in the table `groups`:
// SIGTERM and, for those that are still there after kGroupTermTime, SIGKILL. Blocks.
void guard_groups(int life, int groups);

// Whether a program that was started under this name is meant to be the guardian.
bool is_guardian(std::string_view program_name);

// The program. Ignores whatever signal can be ignored: it lives as long as the gateway, and that is told by the pipe.
// Ends the process.
[[noreturn]] void guardian_main();

}  // namespace jungle::upstream
