// Which process groups are ours.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include <sys/types.h>

#include "base/file_descriptor.h"
#include "base/guarded.h"
#include "upstream/child_start.h"

namespace jungle::upstream {

// The process groups of our children, each from before its leader runs until no process is left in it: in our memory,
// and in a file in memory, which the guardian can still read when we are gone.
//
// Owned by the Spawner. reserve() and settle() on the spawning thread, the rest on any.
class GroupTable {
 public:
  GroupTable();
  GroupTable(const GroupTable&) = delete;
  GroupTable& operator=(const GroupTable&) = delete;

  // A place for a child that is about to start; nothing if kChildGroupsMax are taken. settle() must follow.
  std::optional<std::size_t> reserve();
  // Where that child notes its number itself, so that no process of ours ever runs without standing in the file.
  PidNote note_at(std::size_t place) const;
  // The child that has noted itself there; 0: none was started, the place is free again.
  void settle(std::size_t place, pid_t leader);

  // The group that `leader` led has ended.
  void remove(pid_t leader);
  bool contains(pid_t leader) const;

  // -1: the system offers no files in memory.
  int file() const { return file_.get(); }

 private:
  void write(std::size_t place, pid_t leader) const;

  const FileDescriptor file_;
  Guarded<std::vector<pid_t>> leaders_;  // By place; kFree or kReserved where there is no leader.
};

// The groups that stand in the file of a table. Numbers that no group of ours can have are left out.
std::vector<pid_t> read_groups(int file);

}  // namespace jungle::upstream
