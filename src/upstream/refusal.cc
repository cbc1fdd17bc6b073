#include "upstream/refusal.h"

#include "base/text.h"
#include "upstream/limits.h"

namespace jungle::upstream {

std::string quotable_words(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return is_utf8(out) ? shortened(trimmed(out), kQuotedBytesMax) : std::string();
}

}  // namespace jungle::upstream
