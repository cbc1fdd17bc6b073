// What went wrong with a server, in the words its users know.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "catalog/server_spec.h"

namespace jungle::upstream {

// Every message names the server, what failed, and what to do. The fragments are those of contract section 2.2:
// scripts and people look for them.

// kDeadlineExceeded. "initialization request to MCP server timed out after N seconds ...".
Error init_timeout_error(const catalog::ServerSpec& spec, Seconds limit);
// kDeadlineExceeded. `method` is what was called.
Error call_timeout_error(const catalog::ServerSpec& spec, std::string_view method, Seconds limit);
// kDeadlineExceeded, for a call that progress kept alive up to the cap.
Error call_cap_error(const catalog::ServerSpec& spec, std::string_view method);
// "failed to initialize connection with MCP server: <why>".
Error init_error(const catalog::ServerSpec& spec, ErrorCode code, std::string_view why);
// An error of the HTTP client, with the server's name; a refused connection with a hint about containers.
Error connect_error(const catalog::ServerSpec& spec, Error error, bool host_is_loopback);
// kUnavailable: a child's command could not be started.
Error start_error(const catalog::ServerSpec& spec, const Error& error);
// kUnavailable: the process ended while it was asked. `why` is ChannelListener::on_end's.
Error ended_error(const catalog::ServerSpec& spec, std::string_view why);
// kUnavailable: the event stream on which the answer was to come ended. `why` is for people.
Error stream_error(const catalog::ServerSpec& spec, std::string_view why);
// An error that kept the stream of HTTP+SSE from opening, in these words.
Error sse_start_error(const catalog::ServerSpec& spec, Error error);
// kCancelled.
Error cancelled_error(const catalog::ServerSpec& spec);
// kUnavailable: deregistered, or the gateway stops.
Error gone_error(const catalog::ServerSpec& spec);
// kInvalidArgument: a transport that we do not speak, or a URL that is none.
Error unusable_error(const catalog::ServerSpec& spec);
// kInvalidArgument: its URL leads where nothing may be fetched. `why` is the egress guard's.
Error forbidden_error(const catalog::ServerSpec& spec, const Error& why);
// kInvalidArgument: its ca_file cannot be used. `why` is the HTTP client's.
Error unusable_ca_file_error(const catalog::ServerSpec& spec, const Error& why);
// kUnauthenticated: HTTP 401 to what the registration gives, or to nothing. `words` are the server's.
Error credential_refused_error(const catalog::ServerSpec& spec, std::string_view words);
// kUnauthenticated: HTTP 401 to an access token that its authorization server stands by.
Error token_refused_error(const catalog::ServerSpec& spec, std::string_view words);
// kPermissionDenied: HTTP 403 to a request that needs more scopes than were granted; `scopes` may be empty.
Error scope_missing_error(const catalog::ServerSpec& spec, const std::vector<std::string>& scopes,
                          std::string_view words);
// Whether the error of a server that was greeted or listed may come of what it was told that its client can do: some
// servers refuse members of `capabilities` that they do not know.
bool may_be_for_capabilities(const Error& error);
// kInvalidArgument: a request of a server outside the stream of a call, while `calls` are in flight.
Error ambiguous_error(std::size_t calls);
// kNotFound: a subscription to a server that is disabled.
Error untold_error(const catalog::ServerSpec& spec);
// kUpstreamRejected: a modern server acknowledged a subscription without this resource.
Error not_taken_error(const catalog::ServerSpec& spec, const std::string& uri);
// kUpstreamRejected: it answered with something that is no MCP.
Error nonsense_error(const catalog::ServerSpec& spec, std::string_view what);

}  // namespace jungle::upstream
