// How long a call may take.
#pragma once

#include <algorithm>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "mcp/call_context.h"
#include "upstream/limits.h"
#include "upstream/server_errors.h"

namespace jungle::upstream {

// The limits of one call: the server's call timeout, which progress starts anew, within a cap that nothing extends: the
// front door's deadline or kCallHardCap, whichever comes first. Pure.
class CallClock {
 public:
  CallClock(SteadyTime start, Seconds timeout, const mcp::CallContext& call)
      : timeout_(timeout), cap_(std::min(call.deadline, start + kCallHardCap)) {}

  // When a call ends that showed its last sign of life at `now`.
  SteadyTime deadline_from(SteadyTime now) const { return std::min(now + timeout_, cap_); }
  // What to say about a call that ended at `deadline`.
  Error error(const catalog::ServerSpec& spec, std::string_view method, SteadyTime deadline) const {
    return deadline >= cap_ ? call_cap_error(spec, method) : call_timeout_error(spec, method, timeout_);
  }

 private:
  Seconds timeout_;
  SteadyTime cap_;
};

}  // namespace jungle::upstream
