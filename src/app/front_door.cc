#include "app/front_door.h"

#include <optional>
#include <string>
#include <string_view>

#include "mcp/json_text.h"

namespace jungle::app {
namespace {

constexpr std::string_view kMcpPath = "/mcp";

Result<void> check(const http::HostPolicy& policy, const http::Exchange& exchange) {
  const auto host = exchange.header("host");
  if (auto allowed = http::check_host(policy, host); !allowed) return allowed;
  return http::check_origin(policy, exchange.header("origin"), *host);
}

// The scope of an MCP path: "" for /mcp, the server's name for /mcp/{server}; nothing for other paths.
std::optional<std::string_view> scope_of(std::string_view path) {
  if (!path.starts_with(kMcpPath)) return std::nullopt;
  path.remove_prefix(kMcpPath.size());
  if (path.empty()) return path;
  if (path.front() != '/') return std::nullopt;
  path.remove_prefix(1);
  if (path.find('/') != std::string_view::npos) return std::nullopt;
  return path;
}

}  // namespace

Task<void> FrontDoor::handle(http::Exchange& exchange) {
  if (const auto allowed = check(policy_, exchange); !allowed) {
    const std::string body = "{\"error\":" + mcp::json_string(allowed.error().message) + "}";
    const auto written = co_await exchange.respond(403, "application/json; charset=utf-8", body);
    (void)written;  // Nothing is left to do for a client that is gone.
    co_return;
  }
  if (const auto scope = scope_of(exchange.path())) co_return co_await endpoint_.handle(exchange, *scope);
  co_return co_await admin_.handle(exchange);
}

}  // namespace jungle::app
