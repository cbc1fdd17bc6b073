// What an authorization server answers through a person's browser.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace jungle::cli {

inline constexpr std::size_t kAuthorizationResponseBytesMax = 16 * 1024;  // Codes of real servers stay below 3 KiB.

// An authorization response (RFC 6749 §4.1.2, RFC 9207 §2): a code, or an error. Members are empty if they were absent.
struct AuthorizationResponse {
  Secret code;
  std::string state;
  std::string iss;
  std::string error;  // "access_denied" and the like.
  std::string error_description;

  friend bool operator==(const AuthorizationResponse&, const AuthorizationResponse&) = default;
};

// Reads the query of a callback. Unknown parameters are ignored, those without a value count as absent (RFC 6749 §3.1).
// Errors: kInvalidArgument for a parameter that stands there twice, a broken encoding, control characters, text that is
// not UTF-8, and `OAuth callback did not include both code and state`; kLimitExceeded.
Result<AuthorizationResponse> parse_authorization_response(std::string_view query);

// Reads what a person copied from the browser: the URL that it ended on, the part of it from its query on, or the code
// alone, which has no state then. White space and quotes around it are dropped. A code alone is decoded as if it came
// out of a URL, which is where it is copied from.
// Errors: as above, and kInvalidArgument for what cannot be any of these.
Result<AuthorizationResponse> parse_pasted_answer(std::string_view text);

// The value of a parameter of an authorization request; nothing if it is not there exactly once, well encoded.
std::optional<std::string> query_parameter(std::string_view query, std::string_view name);

}  // namespace jungle::cli
