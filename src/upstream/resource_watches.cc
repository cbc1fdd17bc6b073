#include "upstream/resource_watches.h"

namespace jungle::upstream {

Task<Result<void>> ResourceWatches::subscribe(catalog::ServerName server, std::string own_uri) {
  co_return Error{
      ErrorCode::kUnavailable,
      "server '" + server.str() + "': the gateway cannot subscribe to '" + own_uri + "': this is not implemented yet",
      {}};
}

void ResourceWatches::unsubscribe(const catalog::ServerName& server, const std::string& own_uri) {
  (void)server;
  (void)own_uri;
}

}  // namespace jungle::upstream
