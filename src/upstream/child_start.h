// What happens between clone and exec.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

namespace jungle::upstream {

// What a new process is to us.
enum class Bond : std::uint8_t {
  kChild,     // Leader of a process group of its own; the kernel kills it when the thread that started it ends.
  kGuardian,  // In a session of its own, with no terminal; outlives us.
};

// Where a new process notes its number, as a pid_t. A file of -1: nowhere.
struct PidNote {
  int file = -1;
  off_t offset = 0;
};

// What a new process needs to know, all prepared before it exists, and how it went.
struct ChildStart {
  const char* file = nullptr;
  char* const* argv = nullptr;
  char* const* envp = nullptr;
  const char* cwd = nullptr;  // Null: ours.
  std::span<const int> fds;   // Become its descriptors 0, 1, 2 ...; at most kChildFdsMax, each above that.
  Bond bond = Bond::kChild;
  PidNote note;
  // Written by the new process, in our memory.
  int failed_errno = 0;
  bool failed_in_chdir = false;
};

// Starts a process. It shares our memory until it has called exec (CLONE_VM | CLONE_VFORK), so that starting one costs
// the same however big we are; the calling thread waits for that.
//
// No shell. The process gets `fds` and no other descriptor of ours, the limit of open files that we were given, default
// signal dispositions, and an empty signal mask. It has noted its number before it calls exec.
//
// Returns its number, and its pidfd where the kernel offers that; -1 with errno if there is no process. If
// `failed_errno` is set, the process has ended and is the caller's to reap.
pid_t start_child(ChildStart& start, int& pidfd);

// `texts` as argv or envp; valid as long as they are.
std::vector<char*> pointers_to(std::vector<std::string>& texts);

}  // namespace jungle::upstream
