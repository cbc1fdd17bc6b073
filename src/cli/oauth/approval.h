// The person's part of an authorization.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "cli/oauth/authorization_response.h"
#include "http/url.h"

namespace jungle::cli {

enum class BrowserUse : std::uint8_t {
  kOpen,   // Start one.
  kPaste,  // Start none; take the answer from standard input, too.
};

// Shows a person where to approve and hears what became of it. Used once. Blocks; single thread.
class Approval {
 public:
  virtual ~Approval() = default;

  // Where the browser has to be sent with the answer.
  virtual const std::string& redirect_uri() const = 0;
  // Prints `url`, starts the browser if that is wanted, waits for the answer with `state`. A code that was pasted alone
  // gets that state.
  // Errors: kDeadlineExceeded `failed waiting for OAuth callback: ...`; kCancelled if standard input ended without one.
  virtual Result<AuthorizationResponse> ask(const http::Url& url, const std::string& state, Seconds limit) = 0;
  // Shows in the browser that brought the answer, if one did, what became of it.
  virtual void conclude(std::string_view server, const Result<void>& outcome) = 0;
};

// Makes an Approval whose redirect URI is `redirect_uri` or, if that is empty, one of its own on loopback. One that is
// not on loopback is fine with BrowserUse::kPaste only.
// Errors: kInvalidArgument, kConflict (the port is taken), kPermissionDenied.
using OpenApproval =
    std::function<Result<std::unique_ptr<Approval>>(const std::string& redirect_uri, BrowserUse browser)>;

}  // namespace jungle::cli
