#include "cli/console.h"

#include <ostream>

namespace jungle::cli {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

std::string shown(std::string_view text, StreamKind kind) {
  return kind == StreamKind::kTerminal ? terminal_safe(text) : std::string(text);
}

}  // namespace

void Console::print(std::string_view text) { out_ << shown(text, out_kind_) << std::flush; }

void Console::note(std::string_view line) { err_ << shown(line, err_kind_) << '\n' << std::flush; }

std::string terminal_safe(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    if (c == 0xc2 && next >= 0x80 && next < 0xa0) {  // U+0080 to U+009F: among them a one-character CSI.
      out += kReplacement;
      ++i;
    } else if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f) {
      out += kReplacement;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace jungle::cli
