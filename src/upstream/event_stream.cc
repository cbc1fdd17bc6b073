#include "upstream/event_stream.h"

#include <array>
#include <utility>
#include <variant>

#include "base/cancelled.h"
#include "base/text.h"
#include "http/sse_reader.h"
#include "upstream/http_post.h"
#include "upstream/limits.h"

namespace jungle::upstream {
namespace {

StreamEnd refusal_of(int status, bool has_session) {
  if (status == 401 || status == 403) return StreamEnd::kRefused;
  // 409: SDKs that take one stream per session have not noticed yet that the last one ended.
  if (status == 408 || status == 409 || status == 429 || status >= 500) return StreamEnd::kUnavailable;
  if (has_session && (status == 404 || status == 400)) return StreamEnd::kSessionGone;
  return StreamEnd::kNone;
}

void take_event(Worker& worker, const LinkUse& use, std::string text, StreamListener& listener) {
  auto read = mcp::read_message(std::move(text), mcp::ResultForm::kLegacy);
  if (auto* bad = std::get_if<mcp::BadMessage>(&read)) {
    worker.log.warn("a server sent a malformed event", {{"url", use.endpoint->url().origin()}, {"why", bad->message}});
    return;
  }
  listener.on_message(std::move(std::get<mcp::Message>(read)));
}

}  // namespace

Task<StreamEnd> read_event_stream(Worker& worker, LinkUse use, StreamPlace& place, StreamListener& listener) {
  const bool resumes = !place.last_event_id.empty();
  const std::array<http::Header, 1> resumed{http::Header{"Last-Event-ID", place.last_event_id}};
  const http::ClientRequest get{
      .url = use.endpoint->url(),
      .method = "GET",
      .fixed_headers = use.link->headers,
      .credential_lines = lines_of(use.token.get()),
      .headers = resumes ? std::span<const http::Header>(resumed) : std::span<const http::Header>(),
      .body_pieces = {},
      .ca_file = use.endpoint->ca_file()};
  auto stream = co_await worker.client.send(get);
  if (!stream) co_return StreamEnd::kUnavailable;
  if (stream->status() != 200) co_return refusal_of(stream->status(), !use.link->session_id.empty());
  if (!is_media_type(stream->content_type(), "text/event-stream")) co_return StreamEnd::kNone;
  listener.on_open(resumes);
  http::SseReader reader(kAnswerBytesMax, place.last_event_id);
  for (;;) {
    auto bytes = co_await stream->read_some();
    if (!bytes || bytes->empty()) co_return StreamEnd::kOver;
    reader.feed(*bytes);
    for (;;) {
      auto event = reader.next();
      if (!event) co_return StreamEnd::kOver;
      if (!*event) break;
      if ((*event)->data.empty()) continue;  // A priming event (MCP 2025-11-25).
      take_event(worker, use, std::string((*event)->data), listener);
    }
    if (const auto retry = reader.retry()) place.retry = *retry;
    const std::string_view id = reader.last_event_id();
    if (id != place.last_event_id) place.last_event_id = is_header_id(id) ? id : std::string_view();
    const bool stop = co_await is_cancelled();
    if (stop) co_return StreamEnd::kOver;
  }
}

}  // namespace jungle::upstream
