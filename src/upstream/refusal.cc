#include "upstream/refusal.h"

#include <utility>

#include "base/text.h"
#include "oauth/bearer_challenge.h"
#include "upstream/limits.h"

namespace jungle::upstream {

std::optional<std::vector<std::string>> missing_scopes_of(const Refusal& refusal) {
  if (refusal.status != 403) return std::nullopt;
  auto challenge = oauth::bearer_challenge_of(refusal.challenges);
  if (!challenge || challenge->error != "insufficient_scope") return std::nullopt;
  return std::move(challenge->scopes);
}

std::string quotable_words(std::string_view text) { return one_line(text, kQuotedBytesMax); }

}  // namespace jungle::upstream
