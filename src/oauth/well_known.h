// Where metadata is published.
#pragma once

#include <string>
#include <vector>

#include "http/url.h"

namespace jungle::oauth {

// The path of `url` without final slashes: empty for "/".
std::string path_without_slash(const http::Url& url);
// Scheme and authority as they were written: an issuer is compared byte by byte.
std::string written_origin(const http::Url& url);

// Protected resource metadata of `server`, in the order of asking: by path, then at the root (RFC 9728 §3.1; MCP
// 2026-07-28 basic/authorization "Protected Resource Metadata Discovery"). The query of the server is left out: its
// metadata does not depend on it, and it may hold secrets.
std::vector<std::string> protected_resource_urls(const http::Url& server);

// Metadata of an authorization server, in the order of asking (MCP 2026-07-28 "Authorization Server Metadata
// Discovery"): RFC 8414 §3.1 and OpenID Connect Discovery 1.0 §4, the latter in both path forms.
std::vector<std::string> authorization_server_urls(const http::Url& issuer);

// Where MCP 2025-03-26 looked: at the origin of the MCP server itself. The form with the path is not in that
// specification, but MCPJungle and others ask for it.
std::vector<std::string> legacy_authorization_server_urls(const http::Url& server);

}  // namespace jungle::oauth
