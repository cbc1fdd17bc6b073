// The WWW-Authenticate fields of a refusal.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jungle::oauth {

// One challenge (RFC 9110 §11.6.1). Parameter names are in lower case; of one that repeats the first counts.
struct Challenge {
  std::string scheme;  // In lower case.
  std::string token68;
  std::vector<std::pair<std::string, std::string>> parameters;

  const std::string* find(std::string_view name) const;
};

// The challenges of one field value, in order. What is malformed ends the reading; what came before it counts. Pure.
std::vector<Challenge> parse_challenges(std::string_view field_value);

// What a bearer challenge says (RFC 6750 §3, RFC 9728 §5.1), unchecked: the peer's words.
struct BearerChallenge {
  std::string resource_metadata;
  std::vector<std::string> scopes;
  std::string error;  // "invalid_token", "insufficient_scope" or empty.
  std::string error_description;

  friend bool operator==(const BearerChallenge&, const BearerChallenge&) = default;
};

// Of all WWW-Authenticate fields of an answer: the first bearer challenge that names resource metadata, else the first
// one. Nothing if there is none.
std::optional<BearerChallenge> bearer_challenge_of(std::span<const std::string> field_values);

// A space-separated list of scopes (RFC 6749 §3.3), without repetitions. Tokens with characters that no scope has are
// left out, and so is what is past kScopesMax.
std::vector<std::string> parse_scopes(std::string_view text);
std::string joined_scopes(std::span<const std::string> scopes);
// `scopes` with those of `more` that are not among them.
std::vector<std::string> scope_union(std::vector<std::string> scopes, std::span<const std::string> more);

}  // namespace jungle::oauth
