// Requests that may have to wait for a person: the plain attempt, the browser, the completion.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "cli/admin_client.h"
#include "cli/command.h"
#include "cli/oauth/approval.h"

namespace jungle::cli {

struct World;

inline constexpr Seconds kApprovalTime{600};  // As long as the gateway keeps a pending session.
inline constexpr Seconds kApprovalTimeMax{24 * 3600};

struct ApprovalOptions {
  BrowserUse browser = BrowserUse::kOpen;
  Seconds limit = kApprovalTime;
};

// --no-browser and --oauth-timeout, on every command that may need a person.
std::vector<Flag> approval_flags();
// Errors: kInvalidArgument `invalid argument "x" for "--oauth-timeout" flag: ...`.
Result<ApprovalOptions> approval_options(const Invocation& invocation);

// Sends a request, with a redirect URI or an empty text for none. Its errors are ready to print.
using OAuthRequest = std::function<Result<OAuthAnswer>(const std::string& redirect_uri)>;

// Sends `request` as it is, with the redirect URI that its own settings name, if any. If the gateway says that the
// server wants OAuth, sends it again with a redirect URI of ours; if a person has to approve, sees to that and
// completes. Returns the body of the answer that ended it.
// Errors: ready to print. kUnauthenticated with the URL if nobody here can hear the answer: the redirect URI is not on
// loopback, and nothing may be pasted.
Result<std::string> send_with_approval(World& world, const ApprovalOptions& options, const std::string& server,
                                       const std::string& own_redirect_uri, const OAuthRequest& request);

}  // namespace jungle::cli
