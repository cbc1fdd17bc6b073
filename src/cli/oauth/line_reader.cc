#include "cli/oauth/line_reader.h"

#include <array>
#include <cerrno>
#include <cstdint>

#include <boost/asio/post.hpp>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/check.h"

namespace jungle::cli {

LineReader::LineReader(int descriptor, Executor executor, OnLine on_line)
    : descriptor_(descriptor),
      executor_(executor),
      on_line_(std::move(on_line)),
      stop_event_(::eventfd(0, EFD_CLOEXEC)) {
  JUNGLE_CHECK(stop_event_ >= 0);
  thread_ = std::thread([this] { run(); });
}

LineReader::~LineReader() {
  const std::uint64_t one = 1;
  const auto written = ::write(stop_event_, &one, sizeof one);
  JUNGLE_CHECK(written == sizeof one);
  thread_.join();
  ::close(stop_event_);
}

void LineReader::deliver(std::optional<std::string> line) {
  asio::post(executor_, [on_line = on_line_, line = std::move(line)] { on_line(line); });
}

bool LineReader::wait_for_input() {
  std::array<pollfd, 2> wanted{{{descriptor_, POLLIN, 0}, {stop_event_, POLLIN, 0}}};
  while (::poll(wanted.data(), wanted.size(), -1) < 0) {
    if (errno != EINTR) return false;
  }
  return wanted[1].revents == 0;
}

void LineReader::run() {
  std::string buffer;
  std::array<char, 4096> chunk{};
  while (wait_for_input()) {
    const auto got = ::read(descriptor_, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    buffer.append(chunk.data(), static_cast<std::size_t>(got));
    for (std::size_t end; (end = buffer.find('\n')) != std::string::npos; buffer.erase(0, end + 1))
      deliver(buffer.substr(0, end));
    if (buffer.size() > kLineBytesMax) break;
  }
  if (!buffer.empty() && buffer.size() <= kLineBytesMax) deliver(std::move(buffer));
  deliver(std::nullopt);
}

}  // namespace jungle::cli
