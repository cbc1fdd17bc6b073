#include "oauth/peer_words.h"

#include <cstddef>

#include "base/redactor.h"
#include "base/text.h"
#include "oauth/limits.h"

namespace jungle::oauth {
namespace {

// How many asterisks a secret takes is nobody's business, and there is little room for them.
std::string with_short_masks(std::string_view text) {
  constexpr std::size_t kMaskBytes = 3;
  std::string out;
  std::size_t asterisks = 0;
  for (const char c : text) {
    asterisks = c == '*' ? asterisks + 1 : 0;
    if (asterisks <= kMaskBytes) out += c;
  }
  return out;
}

}  // namespace

std::string quotable(std::string_view words, const std::vector<Secret>& secrets) {
  // However short: a client secret of six characters is one.
  const Redactor redactor(secrets, 1);
  return one_line(with_short_masks(redactor.redacted(std::string(words))), kServerWordsBytesMax);
}

}  // namespace jungle::oauth
