// How an authorization server says no.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"
#include "oauth/peer_json.h"

namespace jungle::oauth {

// An error response (RFC 6749 §5.2, RFC 7591 §3.2.2), fit for our messages. A value.
struct ErrorAnswer {
  std::string error;  // The code; "unknown" if it is not a text.
  std::string words;  // For people: "OAuth error: invalid_grant - why".
};

// Nothing if `body` has no `error`. `sent` are secrets that must not be quoted.
std::optional<ErrorAnswer> read_error_answer(PeerJson& body, const std::vector<Secret>& sent = {});

}  // namespace jungle::oauth
