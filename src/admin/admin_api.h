// The REST API.
#pragma once

#include <string>

#include "admin/control_plane.h"
#include "admin/rest_request.h"
#include "base/published.h"
#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "catalog/snapshot.h"
#include "http/handler.h"
#include "mcp/service.h"
#include "telemetry/log.h"

namespace jungle::admin {

// The hard cap of one REST request. The limits of servers and calls end requests long before; this one ends what they
// do not cover.
inline constexpr Seconds kRequestTimeMax{24 * 3600};

struct AdminOptions {
  std::string version;  // "0.1.0" or empty; what /metadata shows.
  Seconds request_time_max = kRequestTimeMax;
  std::string client_metadata = {};  // What /oauth/client-metadata.json answers; empty: there is none.
};

// Answers every path but the MCP endpoints: /health, /metadata, /init and /api/v0. One private function per route, in
// the file of its resource; admin_api.cc has the table of routes.
//
// One per worker, used on its executor. Reads the catalog through snapshots; what changes it goes through ControlPlane.
// Tool calls take the road of /mcp, through `gateway`. Development mode only: asks nobody who they are. Host and Origin
// have been checked when handle() is called.
class AdminApi final : public http::Handler {
 public:
  AdminApi(ControlPlane& control, mcp::Service& gateway, Time& time, Random& random, telemetry::Log& log,
           AdminOptions options);
  AdminApi(const AdminApi&) = delete;
  AdminApi& operator=(const AdminApi&) = delete;

  Task<void> handle(http::Exchange& exchange) override;
  // The same without a connection. Ends early, with a 499, when the caller is cancelled.
  Task<RestAnswer> answer(RestRequest request);

 private:
  struct Route;
  static const Route kRoutes[];

  // system.cc
  Task<RestAnswer> health(const RestRequest& request);
  Task<RestAnswer> ready(const RestRequest& request);
  Task<RestAnswer> metadata(const RestRequest& request);
  Task<RestAnswer> init(const RestRequest& request);
  Task<RestAnswer> enterprise_only(const RestRequest& request);
  // servers.cc
  Task<RestAnswer> list_servers(const RestRequest& request);
  Task<RestAnswer> list_server_configs(const RestRequest& request);
  Task<RestAnswer> register_server(const RestRequest& request);
  Task<RestAnswer> remove_server(const RestRequest& request);
  Task<RestAnswer> refresh_server(const RestRequest& request);
  Task<RestAnswer> enable_server(const RestRequest& request);
  Task<RestAnswer> disable_server(const RestRequest& request);
  Task<RestAnswer> set_server_enabled(const RestRequest& request, bool enabled);
  // upstream_oauth.cc
  Task<RestAnswer> authorize_server(const RestRequest& request);
  Task<RestAnswer> complete_authorization(const RestRequest& request);
  Task<RestAnswer> client_metadata(const RestRequest& request);
  RestAnswer registered(const Registered& registered);
  // tools.cc
  Task<RestAnswer> list_tools(const RestRequest& request);
  Task<RestAnswer> get_tool(const RestRequest& request);
  Task<RestAnswer> invoke_tool(const RestRequest& request);
  Task<RestAnswer> enable_tools(const RestRequest& request);
  Task<RestAnswer> disable_tools(const RestRequest& request);
  Task<RestAnswer> set_tools_enabled(const RestRequest& request, bool enabled);
  // prompts.cc
  Task<RestAnswer> list_prompts(const RestRequest& request);
  Task<RestAnswer> get_prompt(const RestRequest& request);
  Task<RestAnswer> render_prompt(const RestRequest& request);
  Task<RestAnswer> enable_prompts(const RestRequest& request);
  Task<RestAnswer> disable_prompts(const RestRequest& request);
  Task<RestAnswer> set_prompts_enabled(const RestRequest& request, bool enabled);
  // resources.cc
  Task<RestAnswer> list_resources(const RestRequest& request);
  Task<RestAnswer> get_resource(const RestRequest& request);
  Task<RestAnswer> read_resource(const RestRequest& request);

  // Asks the gateway as a client of /mcp would. `failure` goes before the text of an error that the server answered;
  // `bad_params` is what JSON-RPC's "invalid params" means for this method. Returns the result's JSON.
  Task<Result<std::string>> call_gateway(const RestRequest& request, mcp::Method method, std::string params,
                                         std::string failure, ErrorCode bad_params);
  RestAnswer ended_early(http::CancelReason reason) const;
  // The error of `request`, logged if it is ours.
  RestAnswer failed(const RestRequest& request, const Error& error);
  RestAnswer failed(const RestRequest& request, const Error& error, const std::string& context);

  ControlPlane& control_;
  Published<catalog::Snapshot>::Reader catalog_;
  mcp::Service& gateway_;
  Time& time_;
  Random& random_;
  telemetry::Log& log_;
  AdminOptions options_;
};

}  // namespace jungle::admin
