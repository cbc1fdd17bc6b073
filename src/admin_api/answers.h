// The small answers of the REST API.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace jungle::admin_api {

// What a failed request answers: {"error":"...","code":"..."}, `code` only when there is one.
struct ErrorBody {
  std::string error;
  std::string code;  // "upstream_oauth_required" is the only one MCPJungle's clients know.

  friend bool operator==(const ErrorBody&, const ErrorBody&) = default;
};
std::string render(const ErrorBody& body);
// kInvalidArgument if `json` is no object with an `error` text.
Result<ErrorBody> parse_error_body(std::string_view json);

// POST /api/v0/servers/:name/enable and /disable. The lists are [] when nothing changed.
struct ServerStateChange {
  std::string name;
  std::vector<std::string> tools_affected;
  std::vector<std::string> prompts_affected;

  friend bool operator==(const ServerStateChange&, const ServerStateChange&) = default;
};
std::string render(const ServerStateChange& change);
Result<ServerStateChange> parse_server_state_change(std::string_view json);

// POST /api/v0/tools|prompts/enable|disable: the names that changed, [] when none.
std::string render_names(const std::vector<std::string>& names);
Result<std::vector<std::string>> parse_names(std::string_view json);

// GET /health and GET /metadata.
std::string render_health();
std::string render_metadata(std::string_view version);
Result<std::string> parse_metadata(std::string_view json);

// POST /init. `mode` is "development", "enterprise", or "production", the old word for enterprise.
// Errors: kInvalidArgument `Invalid request body: ...`.
Result<std::string> parse_init_mode(std::string_view json);

}  // namespace jungle::admin_api
