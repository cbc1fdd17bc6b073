#include "upstream/server_facts.h"

#include <utility>

#include "catalog/server_secrets.h"
#include "upstream/child_environment.h"
#include "upstream/hop.h"

namespace jungle::upstream {

ServerFacts::ServerFacts(catalog::ServerSpec server, const UpstreamOptions& options)
    : spec(std::move(server)),
      init_timeout(spec.init_timeout_sec ? Seconds(*spec.init_timeout_sec) : options.init_timeout),
      call_timeout(spec.call_timeout_sec ? Seconds(*spec.call_timeout_sec) : options.call_timeout),
      session_idle(options.session_idle),
      client_info(upstream::client_info(options.version)),
      redactor(catalog::redactor_of(spec)) {
  if (spec.transport != catalog::Transport::kStdio) return;
  environment = child_environment(options.environment, spec.env);
  redactor = redactor.with(secrets_in_urls(environment));
}

}  // namespace jungle::upstream
