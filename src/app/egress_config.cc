#include "app/egress_config.h"

#include <string>

namespace jungle::app {
namespace {

std::string value_of(const Environment& environment, const std::string& name) {
  const auto it = environment.find(name);
  return it == environment.end() ? std::string() : it->second;
}

}  // namespace

Result<http::EgressGuard> egress_from(const Environment& environment) {
  const std::string name = "MCPJUNGLE_EGRESS_ALLOW";
  auto guard = http::EgressGuard::create(value_of(environment, name));
  if (!guard) return with_context(guard.error(), "invalid value for " + name);
  return guard;
}

}  // namespace jungle::app
