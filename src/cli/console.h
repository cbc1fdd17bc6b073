// Standard output and standard error, as the commands see them.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>

namespace jungle::cli {

enum class StreamKind : std::uint8_t { kPipe, kTerminal };

// Where a command prints. Results go to standard output, everything else to standard error. What upstream servers
// wrote may contain control characters that a terminal obeys; on a terminal they are replaced, in a pipe they pass.
// Owned by main(), outlives the commands. Single thread.
class Console {
 public:
  Console(std::ostream& out, std::ostream& err, StreamKind out_kind, StreamKind err_kind)
      : out_(out), err_(err), out_kind_(out_kind), err_kind_(err_kind) {}
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  void print(std::string_view text);  // A result: text with its own line ends.
  void note(std::string_view line);   // A message: one line, its end is added.
  bool err_is_terminal() const { return err_kind_ == StreamKind::kTerminal; }
  std::ostream& err() { return err_; }

 private:
  std::ostream& out_;
  std::ostream& err_;
  StreamKind out_kind_;
  StreamKind err_kind_;
};

// `text` with every control character except line end and tab replaced by U+FFFD: C0, DEL and C1.
std::string terminal_safe(std::string_view text);

}  // namespace jungle::cli
