#include "upstream/server_errors.h"

#include <utility>

#include "base/text.h"
#include "catalog/server_secrets.h"
#include "oauth/bearer_challenge.h"
#include "upstream/limits.h"

namespace jungle::upstream {
namespace {

// Some servers repeat the credential that they refuse.
std::string named(const catalog::ServerSpec& spec, std::string_view text) {
  return "server '" + spec.name.str() + "': " + catalog::redactor_of(spec).redacted(std::string(text));
}

std::string seconds(Seconds limit) {
  return std::to_string(limit.count()) + (limit.count() == 1 ? " second" : " seconds");
}

bool is_stdio(const catalog::ServerSpec& spec) { return spec.transport == catalog::Transport::kStdio; }

}  // namespace

Error init_timeout_error(const catalog::ServerSpec& spec, Seconds limit) {
  std::string text = "initialization request to MCP server timed out after " + seconds(limit);
  if (is_stdio(spec)) text += ", check mcpjungle server logs for any errors from this MCP server";
  text +=
      ". To increase the timeout, use the MCP_SERVER_INIT_REQ_TIMEOUT_SEC environment variable for the mcpjungle "
      "server, "
      "or init_timeout_sec for this server";
  return Error{ErrorCode::kDeadlineExceeded, named(spec, text), {}};
}

Error call_timeout_error(const catalog::ServerSpec& spec, std::string_view method, Seconds limit) {
  std::string text(method);
  text += " was not answered within " + seconds(limit) +
          ". To allow more time, use the MCP_CALL_TIMEOUT_SEC environment variable for the mcpjungle server, or "
          "call_timeout_sec for this server";
  return Error{ErrorCode::kDeadlineExceeded, named(spec, text), {}};
}

Error call_cap_error(const catalog::ServerSpec& spec, std::string_view method) {
  std::string text(method);
  text += " was not answered before the time cap of the whole call, which progress does not extend";
  return Error{ErrorCode::kDeadlineExceeded, named(spec, text), {}};
}

Error init_error(const catalog::ServerSpec& spec, ErrorCode code, std::string_view why) {
  return Error{code, named(spec, "failed to initialize connection with MCP server: " + std::string(why)), {}};
}

Error connect_error(const catalog::ServerSpec& spec, Error error, bool host_is_loopback) {
  if (error.code == ErrorCode::kUnavailable && error.message.find("was refused") != std::string::npos) {
    error.message = "connection to the MCP server " + catalog::masked_url(spec.url) + " was refused";
    if (host_is_loopback) {
      error.message +=
          ". If mcpjungle is running inside Docker, use 'host.docker.internal' as your MCP server's hostname";
    } else {
      error.message += ". Is it running, and is the port right?";
    }
  }
  error.message = named(spec, error.message);
  return error;
}

Error start_error(const catalog::ServerSpec& spec, const Error& error) {
  return Error{error.code, named(spec, "failed to create stdio client for MCP server: " + error.message), error.detail};
}

Error ended_error(const catalog::ServerSpec& spec, std::string_view why) {
  return Error{ErrorCode::kUnavailable,
               named(spec, "transport closed: the process ended before it answered: " + std::string(why)),
               {}};
}

Error stream_error(const catalog::ServerSpec& spec, std::string_view why) {
  return Error{ErrorCode::kUnavailable,
               named(spec, "transport closed: its event stream ended before it answered, so the call may have run: " +
                               std::string(why)),
               {}};
}

Error sse_start_error(const catalog::ServerSpec& spec, Error error) {
  const std::string prefix = "server '" + spec.name.str() + "': ";
  if (error.message.starts_with(prefix)) error.message.erase(0, prefix.size());
  error.message = named(spec, "failed to start SSE transport for MCP server: " + error.message);
  return error;
}

Error cancelled_error(const catalog::ServerSpec& spec) {
  return Error{ErrorCode::kCancelled, named(spec, "the call was cancelled"), {}};
}

Error gone_error(const catalog::ServerSpec& spec) {
  return Error{ErrorCode::kUnavailable, named(spec, "it was deregistered or replaced, or the gateway is stopping"), {}};
}

Error unusable_error(const catalog::ServerSpec& spec) {
  if (spec.transport != catalog::Transport::kStdio) {
    return Error{ErrorCode::kInvalidArgument,
                 named(spec, "invalid url: '" + catalog::masked_url(spec.url) + "' must be a valid http or https url"),
                 {}};
  }
  return Error{
      ErrorCode::kInvalidArgument,
      named(spec, "the gateway does not speak the transport '" + std::string(catalog::text_of(spec.transport)) +
                      "'; register its streamable HTTP URL instead"),
      {}};
}

Error forbidden_error(const catalog::ServerSpec& spec, const Error& why) {
  return Error{ErrorCode::kInvalidArgument, named(spec, "invalid url: " + why.message), {}};
}

Error unusable_ca_file_error(const catalog::ServerSpec& spec, const Error& why) {
  return Error{ErrorCode::kInvalidArgument, named(spec, "invalid " + why.message), {}};
}

Error credential_refused_error(const catalog::ServerSpec& spec, std::string_view words) {
  std::string text = catalog::has_static_credential(spec)
                         ? "the server refused the credential you gave (HTTP 401): check bearer_token and headers"
                         : "the server requires authorization (HTTP 401) and no credential was given: set bearer_token "
                           "or headers";
  if (!spec.forward_headers.empty()) text += ", and what clients send for forward_headers";
  if (!words.empty()) text.append("; ").append(words);
  return Error{ErrorCode::kUnauthenticated, named(spec, text), {}};
}

Error token_refused_error(const catalog::ServerSpec& spec, std::string_view words) {
  std::string text =
      "the server refused the access token of its authorization server (HTTP 401); if it stays so, run "
      "`mcpjungle authorize " +
      spec.name.str() + "`";
  if (!words.empty()) text.append("; ").append(words);
  return Error{ErrorCode::kUnauthenticated, named(spec, text), {}};
}

Error scope_missing_error(const catalog::ServerSpec& spec, const std::vector<std::string>& scopes,
                          std::string_view words) {
  const std::string names = scopes.empty()
                                ? "a scope that the server does not name"
                                : "the scope '" + shortened(oauth::joined_scopes(scopes), kQuotedBytesMax) + "'";
  std::string text = "the request needs " + names + " (HTTP 403, insufficient_scope)";
  text += catalog::has_static_credential(spec) ? ", which the credential you gave lacks: check bearer_token and headers"
                                               : ": run `mcpjungle authorize " + spec.name.str() + "` to grant it";
  if (!words.empty()) text.append("; ").append(words);
  return Error{ErrorCode::kPermissionDenied, named(spec, text), {}};
}

Error untold_error(const catalog::ServerSpec& spec) {
  return Error{ErrorCode::kNotFound,
               "server '" + spec.name.str() + "' is disabled: it cannot tell of changes of its resources",
               {}};
}

Error not_taken_error(const catalog::ServerSpec& spec, const std::string& uri) {
  return Error{
      ErrorCode::kUpstreamRejected, "server '" + spec.name.str() + "' takes no subscription to '" + uri + "'", {}};
}

bool may_be_for_capabilities(const Error& error) { return error.code == ErrorCode::kUpstreamRejected; }

Error ambiguous_error(std::size_t calls) {
  return Error{
      ErrorCode::kInvalidArgument,
      std::to_string(calls) + " calls are in flight, and only with one it is certain which client the request is for",
      {}};
}

Error nonsense_error(const catalog::ServerSpec& spec, std::string_view what) {
  return Error{ErrorCode::kUpstreamRejected, named(spec, what), {}};
}

}  // namespace jungle::upstream
