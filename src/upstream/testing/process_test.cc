#include "upstream/testing/process_test.h"

#include <csignal>
#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace jungle::upstream::testing {
namespace {

// State letter and parent from /proc/PID/stat, whose second field is in parentheses and may hold anything.
struct Stat {
  char state = '?';
  int parent = 0;
};
Stat stat_of(const std::filesystem::path& folder) {
  std::ifstream file(folder / "stat");
  std::string text;
  std::getline(file, text);
  const auto end = text.rfind(')');
  if (end == std::string::npos || end + 2 >= text.size()) return {};
  return Stat{text[end + 2], std::atoi(text.c_str() + end + 4)};
}

}  // namespace

Children children_of_this_process() {
  Children out;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const Stat stat = stat_of(entry.path());
    if (stat.parent != ::getpid()) continue;
    (stat.state == 'Z' ? out.zombies : out.living).insert(std::stoi(name));
  }
  return out;
}

bool is_alive(int pid) {
  const Stat stat = stat_of("/proc/" + std::to_string(pid));
  return stat.state != '?' && stat.state != 'Z' && stat.state != 'X';
}

GuardianProgram ProcessTest::guardian_program() { return GuardianProgram{JUNGLE_GUARDIAN_FIXTURE, {}}; }

SpawnRequest ProcessTest::fixture(std::vector<std::string> mode) {
  return SpawnRequest{JUNGLE_STDIO_FIXTURE, std::move(mode), {"PATH=/usr/bin:/bin"}, {}};
}

}  // namespace jungle::upstream::testing
