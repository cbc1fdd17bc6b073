// Where every request comes in.
#pragma once

#include "admin/admin_api.h"
#include "downstream/mcp_endpoint.h"
#include "http/handler.h"
#include "http/host_check.h"

namespace jungle::app {

// Checks Host and Origin of every request, then hands it to the MCP endpoint (`/mcp`, `/mcp/{server}`, `/sse`,
// `/message`) or the REST API (all else). One per worker, used on its executor.
class FrontDoor final : public http::Handler {
 public:
  FrontDoor(const http::HostPolicy& policy, downstream::McpEndpoint& endpoint, admin::AdminApi& admin)
      : policy_(policy), endpoint_(endpoint), admin_(admin) {}

  Task<void> handle(http::Exchange& exchange) override;

 private:
  Result<void> check(const http::Exchange& exchange);

  const http::HostPolicy& policy_;
  std::string allowed_host_;  // The Host that passed last: clients send the same one again and again.
  downstream::McpEndpoint& endpoint_;
  admin::AdminApi& admin_;
};

}  // namespace jungle::app
