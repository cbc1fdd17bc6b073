// What GET /api/v0/servers and a successful registration show of a server.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "admin_api/field_reader.h"
#include "base/result.h"

namespace jungle::admin_api {

inline constexpr std::string_view kNeedsAuthorization = "needs_authorization";
inline constexpr std::string_view kNeedsScopes = "needs_scopes";

// One registered upstream server as clients of the REST API see it. Bearer tokens and headers are not part of it. The
// values of `env` and of the URL's query are masked, unless the request asked for secrets.
struct ServerView {
  std::string name;
  std::string transport;  // "streamable_http", "stdio" or "sse".
  bool enabled = true;
  std::string description;
  std::string url;                // Empty for stdio.
  std::string command;            // Empty unless stdio.
  std::vector<std::string> args;  // Rendered as null when empty.
  SecretMap env;                  // Rendered as null when empty.
  std::string session_mode = "stateless";
  std::map<std::string, std::string> forward_headers;  // As in RegisterInput. Left out when empty.
  std::string ca_file;                                 // As in RegisterInput. Left out when empty.
  // "needs_authorization": calls fail until a person has approved (`mcpjungle authorize`). "needs_scopes": some do,
  // since they need the missing scopes. Both left out when empty.
  std::string authorization;
  std::vector<std::string> missing_scopes;
  // Set while the server is of no use: what it offered last is still listed. Times as RFC 3339; `next_attempt_at` is
  // left out if a person has to do something first. All left out when empty.
  std::string unavailable_reason;
  std::string unavailable_since;
  std::string next_attempt_at;

  friend bool operator==(const ServerView&, const ServerView&) = default;
};

// {"name":...,"transport":...} with every key present but the last seven, in the order of the fields above.
std::string render(const ServerView& server);
std::string render(const std::vector<ServerView>& servers);
// {"server":ServerView}, the answer to a registration; with a list of `warnings` if something was set aside.
std::string render_registered(const ServerView& server, const std::vector<std::string>& warnings);

// Errors: kInvalidArgument when the text is not what a server answers.
Result<std::vector<ServerView>> parse_server_views(std::string_view json);
Result<ServerView> parse_registered(std::string_view json);
// The warnings of the same answer; none if it has none.
Result<std::vector<std::string>> parse_registered_warnings(std::string_view json);

}  // namespace jungle::admin_api
