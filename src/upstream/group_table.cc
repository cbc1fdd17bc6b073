#include "upstream/group_table.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "upstream/limits.h"
#include "upstream/pipe.h"

namespace jungle::upstream {
namespace {

constexpr pid_t kFree = 0;
constexpr pid_t kReserved = -1;

// MFD_NOEXEC_SEAL: systems with vm.memfd_noexec=2 insist on it, kernels before 6.3 refuse it.
constexpr unsigned kNoExecSeal = 8;

FileDescriptor make_file() {
  constexpr const char* kName = "mcpjungle process groups";
  int fd = ::memfd_create(kName, MFD_CLOEXEC | kNoExecSeal);
  if (fd < 0 && errno == EINVAL) fd = ::memfd_create(kName, MFD_CLOEXEC);
  return above_child_fds(FileDescriptor(fd));
}

off_t offset_of(std::size_t place) { return static_cast<off_t>(place * sizeof(pid_t)); }

}  // namespace

GroupTable::GroupTable() : file_(make_file()), leaders_(std::vector<pid_t>(kChildGroupsMax, kFree)) {}

std::optional<std::size_t> GroupTable::reserve() {
  return leaders_.with([](std::vector<pid_t>& leaders) -> std::optional<std::size_t> {
    const auto free = std::find(leaders.begin(), leaders.end(), kFree);
    if (free == leaders.end()) return std::nullopt;
    *free = kReserved;
    return static_cast<std::size_t>(free - leaders.begin());
  });
}

PidNote GroupTable::note_at(std::size_t place) const { return PidNote{file_.get(), offset_of(place)}; }

void GroupTable::settle(std::size_t place, pid_t leader) {
  leaders_.with([&](std::vector<pid_t>& leaders) {
    JUNGLE_CHECK(leaders.at(place) == kReserved);
    if (leader == kFree) write(place, kFree);
    leaders[place] = leader;
  });
}

void GroupTable::remove(pid_t leader) {
  leaders_.with([&](std::vector<pid_t>& leaders) {
    const auto found = std::find(leaders.begin(), leaders.end(), leader);
    JUNGLE_CHECK(leader > 0 && found != leaders.end());
    write(static_cast<std::size_t>(found - leaders.begin()), kFree);
    *found = kFree;
  });
}

bool GroupTable::contains(pid_t leader) const {
  return leaders_.with([&](const std::vector<pid_t>& leaders) {
    return leader > 0 && std::find(leaders.begin(), leaders.end(), leader) != leaders.end();
  });
}

// Cannot fail where it matters: the child wrote to the same place.
void GroupTable::write(std::size_t place, pid_t leader) const {
  if (!file_.valid()) return;
  JUNGLE_CHECK(::pwrite(file_.get(), &leader, sizeof(leader), offset_of(place)) == sizeof(leader));
}

std::vector<pid_t> read_groups(int file) {
  std::vector<pid_t> groups;
  std::array<pid_t, 256> chunk{};
  for (std::size_t place = 0; place < kChildGroupsMax; place += chunk.size()) {
    const ssize_t size = ::pread(file, chunk.data(), sizeof(chunk), offset_of(place));
    if (size <= 0) break;
    const std::size_t count = static_cast<std::size_t>(size) / sizeof(pid_t);
    // kill() takes 0 and -1 for whole sets of processes, and 1 is init.
    std::copy_if(chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(count), std::back_inserter(groups),
                 [](pid_t leader) { return leader > 1; });
  }
  return groups;
}

}  // namespace jungle::upstream
