// The token that a server's calls present.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"

namespace jungle::oauth {

// What proves to one server that we may use it, at one moment, beside the headers of its registration. Immutable;
// shared by all workers.
struct AccessToken {
  Secret token;                             // Empty: there is none, and calls go without.
  Secret header_line;                       // Of that token, rendered: "Authorization: Bearer x\r\n".
  SteadyTime usable_until = kNever;         // Then it is to be renewed before it is used.
  std::optional<Error> problem;             // Calls fail with it at once: a person has to authorize again.
  std::int64_t generation = 0;              // Of the grant that it is from.
  std::vector<std::string> missing_scopes;  // Calls were refused that need them; for who lists servers.

  bool is_usable(SteadyTime now) const { return !problem && now < usable_until; }
};
using AccessTokenPtr = std::shared_ptr<const AccessToken>;

// A token that is used until it is refused. An empty one is none.
AccessTokenPtr access_token_of(Secret token);

}  // namespace jungle::oauth
