#include "store/key_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_descriptor.h"
#include "crypto/key_ring.h"

namespace jungle::store {
namespace {

constexpr std::string_view kHeading =
    "# The key that seals the secrets in the database of mcpjungle. Whoever has both can read them: keep a copy, but\n"
    "# not in the place where copies of the database are kept. `mcpjungle rotate-key` makes a new one.\n";
constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

// Invalid, with a reason in errno, if it fails.
FileDescriptor open_file(const std::string& path, int flags) {
  return FileDescriptor(::open(path.c_str(), flags | O_CLOEXEC, kOwnerOnly));
}

Error cannot(const char* verb, const std::string& path) {
  return Error{ErrorCode::kUnavailable,
               std::string("cannot ") + verb + " the key file " + path + ": " + std::strerror(errno),
               {}};
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// Only root can give a file away, and only root has to.
void take_owner_of(int fd, const std::string& beside) {
  struct stat status {};
  if (::geteuid() == 0 && ::stat(beside.c_str(), &status) == 0 && ::fchown(fd, status.st_uid, status.st_gid) != 0)
    return;  // A file system without owners: there is nobody to give it to.
}

// A rename is on the disk once its folder is; some file systems have no such step.
bool sync_folder_of(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const FileDescriptor folder = open_file(parent.empty() ? "." : parent.string(), O_RDONLY | O_DIRECTORY);
  return folder.valid() && (::fsync(folder.get()) == 0 || errno == EINVAL);
}

std::string text_of(const std::vector<Secret>& keys) {
  std::string text(kHeading);
  for (const Secret& key : keys)
    text.append(crypto::master_key_text(key).reveal()).append("\n");
  return text;
}

}  // namespace

Result<std::optional<Secret>> read_key_file(const std::string& path) {
  const FileDescriptor file = open_file(path, O_RDONLY);
  if (!file.valid() && errno == ENOENT) return std::optional<Secret>();
  if (!file.valid()) return cannot("open", path);
  std::string text(kKeyFileBytesMax + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t n = ::read(file.get(), text.data() + size, text.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot("read", path);
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
  }
  if (size > kKeyFileBytesMax)
    return Error{ErrorCode::kLimitExceeded, "the key file " + path + " is too large to be one of keys", {}};
  text.resize(size);
  return std::optional(Secret(std::move(text)));
}

Result<void> write_key_file(const std::string& path, const std::vector<Secret>& keys, const std::string& beside) {
  const std::string draft = path + ".new";
  ::unlink(draft.c_str());  // What a crash left, perhaps with other rights.
  {
    const FileDescriptor file = open_file(draft, O_WRONLY | O_CREAT | O_EXCL);
    if (!file.valid()) return cannot("create", draft);
    take_owner_of(file.get(), beside);
    if (!write_all(file.get(), text_of(keys)) || ::fsync(file.get()) != 0) {
      Error error = cannot("write", draft);
      ::unlink(draft.c_str());
      return error;
    }
  }
  if (std::rename(draft.c_str(), path.c_str()) != 0) return cannot("replace", path);
  if (!sync_folder_of(path)) return cannot("sync the folder of", path);
  return {};
}

bool make_key_file_private(const std::string& path) {
  constexpr mode_t kOthers = S_IRWXG | S_IRWXO;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || (status.st_mode & kOthers) == 0) return false;
  ::chmod(path.c_str(), kOwnerOnly);
  return true;
}

}  // namespace jungle::store
