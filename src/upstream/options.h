// What the operator may set about upstream servers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "upstream/limits.h"

namespace jungle::upstream {

// Which registered servers are listed anew at the start. A stdio server is started for it, and ended again.
enum class ListAtStart : std::uint8_t { kNone, kHttp, kAll };

// A value, constant after start. Servers may override both timeouts (`init_timeout_sec`, `call_timeout_sec`).
struct UpstreamOptions {
  Seconds init_timeout = kInitTimeout;  // MCP_SERVER_INIT_REQ_TIMEOUT_SEC.
  Seconds call_timeout = kCallTimeout;  // MCP_CALL_TIMEOUT_SEC; each progress notification starts it anew.
  // SESSION_IDLE_TIMEOUT_SEC: how long a stateful session is kept without calls. 0 or less: for ever.
  Seconds session_idle = kSessionIdle;
  // A server that is listened to for the first time is listed: it may have changed since it was listed last.
  bool list_when_heard = true;
  std::string version = "dev";  // Ours: `clientInfo.version`.
  // Our own environment, "NAME=value" each. What children inherit of it: see child_environment.h.
  std::vector<std::string> environment;
  // The file of a program that, started under the name kGuardianName, calls guardian_main(): ours. Empty: no guardian.
  std::string guardian;
};

}  // namespace jungle::upstream
