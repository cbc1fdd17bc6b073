#include "cli/spinner.h"

#include <array>
#include <chrono>
#include <ostream>

namespace jungle::cli {
namespace {

constexpr Millis kQuietTime{400};  // What ends sooner needs no sign.
constexpr Millis kFrameTime{100};
constexpr std::string_view kClearLine = "\r\x1b[K";  // ECMA-48 EL.

}  // namespace

std::string spinner_frame(std::size_t n, std::string_view label, Seconds elapsed) {
  constexpr std::array<std::string_view, 10> kFrames{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
  std::string frame(kFrames[n % kFrames.size()]);
  frame += " " + std::string(label);
  if (elapsed.count() > 0) frame += " (" + std::to_string(elapsed.count()) + " s)";
  return frame;
}

Spinner::Spinner(Console& console, std::string label) : console_(console), label_(std::move(label)) {
  if (console.err_is_terminal()) thread_ = std::thread([this] { run(); });
}

Spinner::~Spinner() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  stopped_.notify_one();
  thread_.join();
}

void Spinner::run() {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  std::unique_lock lock(mutex_);
  if (stopped_.wait_for(lock, kQuietTime, [this] { return is_stopped_; })) return;
  for (std::size_t n = 0; !is_stopped_; ++n) {
    const auto elapsed = std::chrono::duration_cast<Seconds>(Clock::now() - start);
    console_.err() << kClearLine << spinner_frame(n, terminal_safe(label_), elapsed) << std::flush;
    stopped_.wait_for(lock, kFrameTime, [this] { return is_stopped_; });
  }
  console_.err() << kClearLine << std::flush;
}

}  // namespace jungle::cli
