// How a server says no.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jungle::upstream {

// What a server said when it refused us for who we are: an answer of HTTP 401 or 403. A value.
struct Refusal {
  int status = 0;
  std::vector<std::string> challenges;  // Its WWW-Authenticate fields, as they came.
  std::string words;  // For people: what else it said, on one line, without what we sent it in secret.
  // Set if the request needs scopes that the token lacks (RFC 6750 §3.1 insufficient_scope); empty: it names none.
  std::optional<std::vector<std::string>> missing_scopes;
};

// What `refusal` says about scopes, whoever repeats what in it.
std::optional<std::vector<std::string>> missing_scopes_of(const Refusal& refusal);

// `text` of a peer as part of one of our messages: one line of at most kQuotedBytesMax.
std::string quotable_words(std::string_view text);

}  // namespace jungle::upstream
