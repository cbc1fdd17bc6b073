// Fields of an HTTP answer: whatever is read of WWW-Authenticate can be read again from its own parts, and no
// Cache-Control keeps a document for ever.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "oauth/bearer_challenge.h"
#include "oauth/limits.h"
#include "oauth/metadata_cache.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto challenges = jungle::oauth::parse_challenges(text);
  if (challenges.size() > jungle::oauth::kChallengesMax) std::abort();
  for (const auto& challenge : challenges) {
    if (challenge.scheme.empty()) std::abort();
  }
  const std::vector<std::string> fields{std::string(text)};
  const auto bearer = jungle::oauth::bearer_challenge_of(fields);
  if (bearer) {
    const auto joined = jungle::oauth::joined_scopes(bearer->scopes);
    if (jungle::oauth::parse_scopes(joined) != bearer->scopes) std::abort();
  }
  const auto lifetime = jungle::oauth::lifetime_of(text);
  if (lifetime.count() < 0 || lifetime > jungle::oauth::kMetadataLifetimeMax) std::abort();
  return 0;
}
