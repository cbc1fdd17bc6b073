#include "oauth/peer_words.h"

#include "base/text.h"
#include "oauth/limits.h"

namespace jungle::oauth {

std::string quotable(std::string_view words, const std::vector<Secret>& secrets) {
  std::string text(words);
  for (const Secret& secret : secrets) {
    if (secret.empty()) continue;
    for (auto at = text.find(secret.reveal()); at != std::string::npos; at = text.find(secret.reveal(), at))
      text.replace(at, secret.reveal().size(), "***");
  }
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return is_utf8(text) ? shortened(trimmed(text), kServerWordsBytesMax) : std::string();
}

}  // namespace jungle::oauth
