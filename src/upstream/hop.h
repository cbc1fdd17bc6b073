// Messages on our hop to an upstream server.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "mcp/call_context.h"
#include "mcp/event_sink.h"
#include "mcp/request.h"
#include "mcp/response.h"
#include "upstream/era.h"

namespace jungle::upstream {

// On each hop the gateway is a client in its own right: own id, own progress token, own identity. These functions make
// what we send out of what a client sent, and the other way round. All pure.

// `clientInfo`, raw JSON.
std::string client_info(std::string_view version);
// The params of `initialize`. `capabilities` are those of the clients that the session is for.
std::string initialize_params(std::string_view client_info, mcp::ClientCapabilities capabilities);
// The params of a request of our own (server/discover, tools/list): `members` is raw JSON ("" or `"cursor":"x"`).
// `capabilities` are what a modern server is told.
std::string own_params(Era era, std::string_view members, std::string_view client_info,
                       std::string_view capabilities = "{}");
// What a modern server is told that a client can do, raw JSON.
std::string declared_capabilities(mcp::ClientCapabilities capabilities, bool takes_tasks);
// The params of a client's request. `own_token` replaces its progress token, if it sent one. `client_info` is ours.
std::string hop_params(Era era, const mcp::Request& request, const mcp::CallContext& call, std::string_view own_token,
                       std::string_view client_info);

// A whole message. `id` is a number of ours.
std::string request_text(std::uint64_t id, std::string_view method, std::string_view params);
std::string notification_text(std::string_view method, std::string_view params);
// `{"uri":…}`, the params of `resources/subscribe` and `resources/unsubscribe`.
std::string uri_params(std::string_view uri);
// The params of `logging/setLevel`.
std::string level_params(mcp::LogLevel level);
// Why, where it was the client's wish.
inline constexpr std::string_view kGivenUp = "the client cancelled the request";
// Asks a server to stop working on request `id`.
std::string cancelled_text(std::uint64_t id, std::string_view reason);

// Requests of legacy servers. One as it is put to the client: without what belongs to our hop, or asks for a task.
mcp::InputRequest question_of(const mcp::Request& request);
// Puts it to the client of the call that it belongs to, if that may be asked: `answer` gets the message that answers
// it, when the client has. Returns the message to send at once where nobody is asked.
Task<std::optional<std::string>> relay_to_client(mcp::Request request, const mcp::CallContext& call,
                                                 mcp::EventSink& events, std::function<void(std::string)> answer);
// The id, raw JSON, of the request that a server withdraws with this; nothing if it is another notification.
std::optional<std::string> withdrawn_request(const mcp::Notification& from_server);
// The message that answers request `id`, raw JSON, with what the client said.
std::string response_text(std::string_view id, const mcp::Response& response);
// The message that says that the client could not be asked.
std::string refusal_text(std::string_view id, const Error& error);
// What we answer to a request that is not relayed: `{}` to a ping, else an error that says so.
std::string answer_to_server(const mcp::Request& request);

// The same where a client can be asked while a call is in flight, and none is.
std::string answer_without_client(const mcp::Request& request);

// The raw progress token of a client's request, if it has one.
std::optional<std::string_view> progress_token_of(const mcp::Request& request);
// The number in a `progressToken` of ours; nothing if it is none.
std::optional<std::uint64_t> own_token_of(const mcp::Notification& progress);

// Whether a notification of a server belongs to a call, and what the client gets to see of it: `progress` with the
// client's own token put back, `message` if the client may have it, `elicitation/complete` for legacy
// clients. Nothing: it is dropped.
std::optional<mcp::Notification> event_for_client(const mcp::Notification& from_server,
                                                  std::optional<std::string_view> client_token,
                                                  std::string_view own_token, const mcp::CallContext& call);

// Errors of a modern hop describe our hop, not the client's: they never travel on bare, except for a capability that
// the client could have declared and we would have passed on. A result that asks for input passes to clients that may
// be asked, the handle of a task to those that take tasks. A result without a `resultType` is in the legacy form,
// whatever its server is taken for. Everything else stays as it is.
mcp::Response without_hop_matters(mcp::Response response, mcp::Method method, const mcp::CallContext& call,
                                  std::string_view server);

}  // namespace jungle::upstream
