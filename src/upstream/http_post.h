// One JSON-RPC request over one HTTP exchange.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "http/client.h"
#include "mcp/request.h"
#include "mcp/response.h"
#include "oauth/access_token.h"
#include "upstream/http_endpoint.h"
#include "upstream/refusal.h"
#include "upstream/worker.h"

namespace jungle::upstream {

// Whether a stream that breaks off may be resumed: a legacy server that names its events can go on with it.
enum class Resuming : std::uint8_t { kNever, kIfOffered };

// A request to be posted. Borrows everything until post() has returned.
struct HttpPost {
  const HttpEndpoint& endpoint;
  const oauth::AccessToken* token;  // Presented beside the headers; null: none.
  std::string_view fixed_headers;
  std::span<const http::Header> headers;
  std::uint64_t id = 0;
  std::string_view method;
  std::string_view params;
  mcp::ResultForm form = mcp::ResultForm::kLegacy;
  Resuming resuming = Resuming::kNever;
  SteadyTime deadline = kNever;
};

// Hears what a server sends before its answer, in order.
class PostListener {
 public:
  virtual ~PostListener() = default;
  // `answer` is the exchange, for moving its deadline.
  virtual Task<void> on_notification(mcp::Notification notification, http::ClientResponse& answer) = 0;
  virtual Task<void> on_request(mcp::Request request, http::ClientResponse& answer) = 0;
  // When the exchange ends, where the others may have moved it; `first` is where it was.
  virtual SteadyTime deadline_or(SteadyTime first) const { return first; }
};

// Hears nothing: for requests of our own.
class NoListener final : public PostListener {
 public:
  Task<void> on_notification(mcp::Notification, http::ClientResponse&) override { co_return; }
  Task<void> on_request(mcp::Request, http::ClientResponse&) override { co_return; }
};

// What came back.
struct HttpAnswer {
  int status = 0;
  std::string session_id;                 // Of the answer's Mcp-Session-Id, if it may be one.
  std::optional<mcp::Response> response;  // The JSON-RPC answer to our id, or an error that names no id.
  bool names_our_id = false;
  std::string instead;             // Without a response: what came, for people.
  std::optional<Refusal> refusal;  // With status 401 and 403; `response` may be there too.

  bool succeeded() const { return status >= 200 && status < 300; }
  // Who we are, or what we may do, is not enough: a response that may be there is none to our request.
  bool is_refused() const { return status == 401 || (refusal && refusal->missing_scopes); }
};

// Posts the request and reads its answer, JSON or an event stream (MCP 2025-11-25 and 2026-07-28
// basic/transports "Sending Messages to the Server"). The answer's text is handed on, not copied. An Error is the HTTP
// client's: there was no answer, or it broke off and could not be resumed. Cancelling closes the exchange.
Task<Result<HttpAnswer>> post(Worker& worker, const HttpPost& request, PostListener& listener);

// What a server answered where something else was expected, for answer_error(): reads the rest of it. `token` is what
// the request presented; it may be null.
Task<HttpAnswer> read_instead(Worker& worker, const HttpEndpoint& endpoint, const oauth::AccessToken* token,
                              http::ClientResponse& response);

// Posts a notification or a response; returns the status. `token` may be null.
Task<Result<int>> post_message(Worker& worker, const HttpEndpoint& endpoint, const oauth::AccessToken* token,
                               std::string_view fixed_headers, std::string_view text, SteadyTime deadline);

// Whether a media type, parameters aside, is `type`.
bool is_media_type(std::string_view content_type, std::string_view type);

// The lines that present a token; empty for null.
std::string_view lines_of(const oauth::AccessToken* token);

}  // namespace jungle::upstream
