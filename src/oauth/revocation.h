// Giving a grant back.
#pragma once

#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "oauth/fetcher.h"
#include "oauth/grant.h"

namespace jungle::oauth {

// Tells the authorization server that the grant is not needed any more (RFC 7009): its refresh token, with which the
// server ends the access tokens too, or, without one, its access token. One request, within kFetchTime. Does nothing
// for a grant without a revocation endpoint or tokens.
// Errors: those of Fetcher; kUpstreamRejected, an answer other than 200.
Task<Result<void>> revoke(Fetcher& fetcher, Time& time, Random& random, const Grant& grant);

}  // namespace jungle::oauth
