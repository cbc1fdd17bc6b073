#include "cli/save.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "cli/world.h"

namespace jungle::cli {
namespace {

Result<void> save(const std::filesystem::path& path, const std::string& bytes) {
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  errno = 0;
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "wbx"));  // x: fails if it exists.
  const bool is_written =
      file && std::fwrite(bytes.data(), 1, bytes.size(), file.get()) == bytes.size() && std::fflush(file.get()) == 0;
  if (is_written) return {};
  const std::string reason = std::generic_category().message(errno == 0 ? EIO : errno);
  return Error{ErrorCode::kInternal, "failed to save " + path.filename().string() + ": " + reason, {}};
}

}  // namespace

Result<void> save_and_print(World& world, const ContentReport& report) {
  for (const SavedFile& file : report.files) {
    if (auto saved = save(world.directory / file.name, file.bytes); !saved) return saved;
  }
  world.console.print(report.text);
  return {};
}

}  // namespace jungle::cli
