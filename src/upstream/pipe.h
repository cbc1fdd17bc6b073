// Pipes to processes that we start.
#pragma once

#include "base/file_descriptor.h"
#include "base/result.h"

namespace jungle::upstream {

// What a started process may get: its descriptors 0 to 3. What we hand it lies above them here, so that moving one into
// place cannot hit another.
inline constexpr int kChildFdsMax = 4;

struct Pipe {
  FileDescriptor read, write;
};

// Both ends close-on-exec and above kChildFdsMax. kUnavailable: "pipe: too many open files".
Result<Pipe> make_pipe();

// `fd`, or what replaces it above kChildFdsMax; invalid where that fails. Close-on-exec.
FileDescriptor above_child_fds(FileDescriptor fd);

// "no such file or directory": errno in the words that MCPJungle's users know.
std::string reason_of(int error);

}  // namespace jungle::upstream
