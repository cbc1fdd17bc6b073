// Asking a server what it offers.
#pragma once

#include <memory>
#include <optional>

#include "base/result.h"
#include "base/secret.h"
#include "base/task.h"
#include "catalog/discovery.h"
#include "catalog/server_spec.h"
#include "oauth/token_source.h"
#include "upstream/refusal.h"

namespace jungle::upstream {

// One question to a server, and what it said if it refused us.
struct Attempt {
  Secret access_token;  // Presented as a bearer token beside what the spec has; empty: none.
  // Where the token comes from instead, as for calls: renewed if need be. Null: from nowhere else.
  std::shared_ptr<oauth::TokenSource> tokens = nullptr;
  std::optional<Refusal> refusal;  // Set when it answered HTTP 401 or 403.
};

// Connects to a server with a throw-away connection and lists what it offers, as registration does. Called on the
// control executor. A fake in tests.
class Discoverer {
 public:
  virtual ~Discoverer() = default;
  // Errors: kDeadlineExceeded (the initialize limit, named in the message), kUnavailable (cannot be reached or ended),
  // kUnauthenticated (HTTP 401), kUpstreamRejected (answered with nonsense or a JSON-RPC error). Messages have the
  // fragments of contract section 2.2.
  virtual Task<Result<catalog::Discovery>> discover(const catalog::ServerSpec& spec, Attempt& attempt) = 0;
};

}  // namespace jungle::upstream
