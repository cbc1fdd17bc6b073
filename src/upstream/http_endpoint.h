// The address of one HTTP server.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/redactor.h"
#include "base/result.h"
#include "base/secret.h"
#include "catalog/server_spec.h"
#include "http/url.h"
#include "mcp/revision.h"

namespace jungle::upstream {

// Where an HTTP server's requests go and what they have in common: header lines that are rendered once, "Name: value",
// not per call. Holds secrets; never logged. A value, constant after construction.
//
// Nothing of a downstream client gets in here, but by with(). Headers of the spec that would break the transport (Host,
// Content-Length, Mcp-*, ...) are left out; an Authorization header of the spec, in any case, beats its bearer token.
class HttpEndpoint {
 public:
  // Names and values that can be sent as they are.
  using Fields = std::vector<std::pair<std::string, Secret>>;

  // kInvalidArgument: the URL is none.
  static Result<HttpEndpoint> create(const catalog::ServerSpec& spec);

  // The same for one call, with fields of its client (forwarded_headers.h): each takes the place of those of its name.
  HttpEndpoint with(const Fields& forwarded) const;

  // The same for another URL of its origin, to which a server sends us.
  HttpEndpoint at(http::Url url) const { return HttpEndpoint(std::move(url), ca_file_, fields_, redactor_); }

  const http::Url& url() const { return url_; }
  const std::string& ca_file() const { return ca_file_; }
  // For `initialize`.
  const std::string& base_headers() const { return base_headers_; }
  // For the GET that opens the event stream of HTTP+SSE.
  std::string stream_headers() const;
  // For everything after a legacy handshake. `session_id` may be empty.
  std::string session_headers(mcp::Revision revision, std::string_view session_id) const;
  // For modern requests; Mcp-Method and its kin come on top of each.
  const std::string& modern_headers() const { return modern_headers_; }
  bool sends_authorization() const;  // Then a request presents no token beside it.
  // Hides what of those, and of the URL, nobody else may see.
  const Redactor& redactor() const { return redactor_; }

 private:
  HttpEndpoint(http::Url url, std::string ca_file, Fields fields, Redactor redactor);

  http::Url url_;
  std::string ca_file_;
  Fields fields_;
  std::string base_headers_;
  std::string modern_headers_;
  Redactor redactor_;
};

// Whether an id of a server, of a session or an event, may be sent back as a header (MCP 2025-11-25 "Session
// Management": visible ASCII).
bool is_header_id(std::string_view text);

}  // namespace jungle::upstream
