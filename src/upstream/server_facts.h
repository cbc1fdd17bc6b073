// What does not change about a registered server.
#pragma once

#include <string>
#include <vector>

#include "base/redactor.h"
#include "base/time.h"
#include "catalog/server_spec.h"
#include "upstream/options.h"

namespace jungle::upstream {

// A server's spec with the gateway's settings worked in. A value, constant after construction.
struct ServerFacts {
  ServerFacts(catalog::ServerSpec server, const UpstreamOptions& options);

  catalog::ServerSpec spec;
  Seconds init_timeout;
  Seconds call_timeout;
  Seconds session_idle;                  // 0 or less: never.
  std::string client_info;               // Ours, raw JSON.
  std::vector<std::string> environment;  // Of its processes, complete.
  Redactor redactor;                     // Hides the credentials of the spec and of that environment.
};

}  // namespace jungle::upstream
