#include "oauth/bearer_challenge.h"

#include <algorithm>

#include "base/text.h"
#include "http/headers.h"
#include "oauth/limits.h"

namespace jungle::oauth {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t'; }

// RFC 9110 §11.2: token68, with its padding.
bool is_token68(std::string_view text) {
  const auto body = text.substr(0, text.find_last_not_of('=') + 1);
  return !body.empty() && std::all_of(body.begin(), body.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~+/").find(c) != std::string_view::npos;
  });
}

// Reads challenges from the front of a field value.
class ChallengeReader {
 public:
  explicit ChallengeReader(std::string_view text) : rest_(text.substr(0, kChallengeBytesMax)) {}

  std::vector<Challenge> read() {
    std::vector<Challenge> challenges;
    skip_commas();
    while (!rest_.empty() && challenges.size() < kChallengesMax) {
      Challenge challenge;
      const bool complete = read_challenge(challenge);
      if (challenge.scheme.empty()) break;
      challenges.push_back(std::move(challenge));
      if (!complete) break;
      skip_commas();
    }
    return challenges;
  }

 private:
  // False if what follows cannot be read.
  bool read_challenge(Challenge& challenge) {
    challenge.scheme = ascii_lower(take_token());
    if (challenge.scheme.empty()) return false;
    if (rest_.empty() || rest_.front() == ',') return true;
    if (!is_space(rest_.front())) return false;
    skip_spaces();
    const std::string_view word = rest_.substr(0, rest_.find_first_of(", \t"));
    if (is_token68(word) && !looks_like_parameter()) {
      challenge.token68 = word;
      rest_.remove_prefix(word.size());
      skip_spaces();
      return rest_.empty() || rest_.front() == ',';
    }
    return read_parameters(challenge);
  }

  // Until the end, or a comma that is followed by the next scheme.
  bool read_parameters(Challenge& challenge) {
    for (;;) {
      skip_commas();
      if (rest_.empty() || !looks_like_parameter()) return true;
      std::string name = ascii_lower(take_token());
      skip_spaces();
      rest_.remove_prefix(1);  // The equals sign that looks_like_parameter() saw.
      skip_spaces();
      std::string value;
      if (!take_value(value)) return false;
      if (challenge.find(name) == nullptr) challenge.parameters.emplace_back(std::move(name), std::move(value));
      skip_spaces();
      if (!rest_.empty() && rest_.front() != ',') return false;
    }
  }

  // token BWS "=" BWS ( token / quoted-string ): an equals sign that ends a token68 is followed by nothing of that.
  bool looks_like_parameter() const {
    const std::size_t name = http::token_bytes(rest_);
    if (name == 0) return false;
    const auto sign = rest_.find_first_not_of(" \t", name);
    if (sign == std::string_view::npos || rest_[sign] != '=') return false;
    const auto value = rest_.find_first_not_of(" \t", sign + 1);
    return value != std::string_view::npos && (rest_[value] == '"' || http::token_bytes(rest_.substr(value)) > 0);
  }

  std::string_view take_token() {
    const std::string_view token = rest_.substr(0, http::token_bytes(rest_));
    rest_.remove_prefix(token.size());
    return token;
  }

  bool take_value(std::string& value) {
    if (!rest_.empty() && rest_.front() == '"') return take_quoted(value);
    // Some servers forget the quotes around a URL.
    const std::string_view bare = rest_.substr(0, rest_.find_first_of(", \t\""));
    value = bare;
    rest_.remove_prefix(bare.size());
    return !bare.empty();
  }

  // RFC 9110 §5.6.4.
  bool take_quoted(std::string& value) {
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return true;
      }
      if (rest_[i] == '\\' && ++i == rest_.size()) return false;
      value += rest_[i];
    }
    return false;
  }

  void skip_spaces() {
    while (!rest_.empty() && is_space(rest_.front()))
      rest_.remove_prefix(1);
  }
  void skip_commas() {
    while (!rest_.empty() && (is_space(rest_.front()) || rest_.front() == ','))
      rest_.remove_prefix(1);
  }

  std::string_view rest_;
};

std::string value_of(const Challenge& challenge, std::string_view name) {
  const std::string* value = challenge.find(name);
  return value == nullptr ? std::string() : *value;
}

// RFC 6749 §3.3: scope-token.
bool is_scope(std::string_view text) {
  return !text.empty() && text.size() <= kScopeBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x21 && c <= 0x7e && c != '"' && c != '\\'; });
}

}  // namespace

const std::string* Challenge::find(std::string_view name) const {
  const auto found =
      std::find_if(parameters.begin(), parameters.end(), [&](const auto& each) { return each.first == name; });
  return found == parameters.end() ? nullptr : &found->second;
}

std::vector<Challenge> parse_challenges(std::string_view field_value) { return ChallengeReader(field_value).read(); }

std::optional<BearerChallenge> bearer_challenge_of(std::span<const std::string> field_values) {
  std::optional<BearerChallenge> chosen;
  for (const std::string& field_value : field_values) {
    for (const Challenge& challenge : parse_challenges(field_value)) {
      if (challenge.scheme != "bearer") continue;
      const bool names_metadata = challenge.find("resource_metadata") != nullptr;
      if (chosen && (!names_metadata || !chosen->resource_metadata.empty())) continue;
      chosen = BearerChallenge{value_of(challenge, "resource_metadata"), parse_scopes(value_of(challenge, "scope")),
                               value_of(challenge, "error"), value_of(challenge, "error_description")};
    }
  }
  return chosen;
}

std::vector<std::string> parse_scopes(std::string_view text) {
  std::vector<std::string> scopes;
  for (const std::string& scope : split(text, ' ')) {
    if (scopes.size() == kScopesMax) break;
    if (is_scope(scope) && std::find(scopes.begin(), scopes.end(), scope) == scopes.end()) scopes.push_back(scope);
  }
  return scopes;
}

std::string joined_scopes(std::span<const std::string> scopes) {
  std::string text;
  for (const std::string& scope : scopes)
    text += (text.empty() ? "" : " ") + scope;
  return text;
}

std::vector<std::string> scope_union(std::vector<std::string> scopes, std::span<const std::string> more) {
  for (const std::string& scope : more) {
    if (std::find(scopes.begin(), scopes.end(), scope) == scopes.end()) scopes.push_back(scope);
  }
  return scopes;
}

}  // namespace jungle::oauth
