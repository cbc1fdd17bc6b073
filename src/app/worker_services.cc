#include "app/worker_services.h"

#include <exception>

#include "mcp/json_object.h"

namespace jungle::app {
namespace {

std::string server_info(std::string_view name, const std::string& version) {
  mcp::JsonObject info;
  info.add("name", mcp::json_string(name));
  info.add("version", mcp::json_string(version));
  return info.text();
}

downstream::EndpointOptions endpoint_options(const Shared& shared) {
  downstream::EndpointOptions options;
  options.server_info = server_info("MCPJungle Proxy MCP Server", shared.version);
  options.sse_server_info = server_info("MCPJungle Proxy MCP Server for SSE transport", shared.version);
  if (shared.endpoints == catalog::Endpoints::kAlike) return options;
  options.scope = catalog::kMcpView;
  options.sse_scope = catalog::kSseView;
  return options;
}

http::ServerOptions server_options(http::AccessLog& access_log) {
  http::ServerOptions options;
  options.access_log = &access_log;
  return options;
}

}  // namespace

WorkerServices::WorkerServices(Executor executor, const Shared& shared)
    : executor_(executor),
      deadlines_(shared.time),
      tasks_(executor, [&log = shared.log](std::exception_ptr) { log.error("a task of a worker failed"); }),
      client_(executor, deadlines_, shared.log, shared.blocking, shared.tls, shared.client_options),
      directory_(shared.upstreams, executor, deadlines_, client_),
      gateway_(executor, shared.control_plane.published(), directory_, shared.resources, shared.task_ids,
               gateway::GatewayOptions{shared.version}),
      endpoint_(executor, shared.log, gateway_, gateway_, shared.sessions, shared.peers, endpoint_options(shared)),
      admin_(shared.control_plane, gateway_, shared.time, shared.random, shared.log,
             admin::AdminOptions{.version = shared.version, .client_metadata = shared.client_metadata}),
      front_door_(shared.host_policy, endpoint_, admin_),
      access_log_(shared.time, deadlines_, shared.access_lines, shared.log_format),
      server_(executor, shared.time, deadlines_, shared.log, front_door_, server_options(access_log_)) {}

WorkerServices::~WorkerServices() = default;

void WorkerServices::start(Serving serving) {
  serving_ = serving;
  tasks_.spawn(deadlines_.run_sweeps());
  if (serving == Serving::kYes) server_.start();
}

Task<void> WorkerServices::stop_serving(SteadyTime force_at) {
  if (serving_ == Serving::kYes) co_await server_.stop(force_at);
  co_await endpoint_.stop();
}

Task<void> WorkerServices::stop() {
  co_await client_.stop();
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace jungle::app
