#include "app/front_door.h"

#include <optional>
#include <string>
#include <string_view>

#include "mcp/json_text.h"

namespace jungle::app {
namespace {

constexpr std::string_view kMcpPath = "/mcp";

Task<void> refuse(http::Exchange& exchange, Error why) {
  const std::string body = "{\"error\":" + mcp::json_string(why.message) + "}";
  const auto written = co_await exchange.respond(403, "application/json; charset=utf-8", body);
  (void)written;  // Nothing is left to do for a client that is gone.
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
  if (const auto allowed = check(exchange); !allowed) return refuse(exchange, allowed.error());
  if (const auto scope = scope_of(exchange.path())) return endpoint_.handle(exchange, *scope);
  if (exchange.path() == "/sse") return endpoint_.handle_sse(exchange);
  if (exchange.path() == "/message") return endpoint_.handle_message(exchange);
  return admin_.handle(exchange);
}

Result<void> FrontDoor::check(const http::Exchange& exchange) {
  const auto host = exchange.header("host");
  if (!host || *host != allowed_host_) {
    if (auto allowed = http::check_host(policy_, host); !allowed) return allowed;
    allowed_host_ = host.value_or(std::string_view());
  }
  return http::check_origin(policy_, exchange.header("origin"), allowed_host_);
}

}  // namespace jungle::app
