#include "upstream/pipe.h"

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace jungle::upstream {
namespace {

Error pipe_error(int error) { return Error{ErrorCode::kUnavailable, "pipe: " + reason_of(error), {}}; }

}  // namespace

Result<Pipe> make_pipe() {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0) return pipe_error(errno);
  Pipe pipe{above_child_fds(FileDescriptor(fds[0])), above_child_fds(FileDescriptor(fds[1]))};
  if (!pipe.read.valid() || !pipe.write.valid()) return pipe_error(errno);
  return pipe;
}

FileDescriptor above_child_fds(FileDescriptor fd) {
  if (!fd.valid() || fd.get() >= kChildFdsMax) return fd;
  return FileDescriptor(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kChildFdsMax));
}

std::string reason_of(int error) {
  if (error == ENOENT) return "no such file or directory";
  if (error == EACCES) return "permission denied";
  std::string text = std::generic_category().message(error);
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return text;
}

}  // namespace jungle::upstream
