#include "oauth/authorization_response.h"

#include "crypto/constant_time.h"
#include "oauth/peer_words.h"

namespace jungle::oauth {
namespace {

// The endings are those that MCPJungle's scripts know.
Error refused(const std::string& why) {
  return {ErrorCode::kInvalidArgument, "upstream OAuth " + why + ": invalid user input", {}};
}

}  // namespace

Result<void> check_response(const PendingSession& session, const AuthorizationResponse& response, SystemTime now) {
  if (now >= session.expires_at) return refused("session expired");
  if (!crypto::constant_time_equal(session.state.reveal(), response.state)) return refused("session state mismatch");
  const std::string& issuer = session.issuer.str();
  if (response.iss.empty() && session.issuer_always_named) {
    return refused("response has no iss, but the authorization server '" + issuer +
                   "' names itself in every response: it may come from another server (RFC 9207)");
  }
  if (!response.iss.empty() && response.iss != issuer) {
    return refused("response comes from the issuer '" + quotable(response.iss) + "', not from '" + issuer +
                   "', which was asked (RFC 9207)");
  }
  return {};
}

}  // namespace jungle::oauth
