#include "upstream/http_post.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <variant>

#include "base/cancelled.h"
#include "base/text.h"
#include "http/sse_reader.h"
#include "mcp/json_reader.h"
#include "upstream/greeting.h"
#include "upstream/limits.h"

namespace jungle::upstream {
namespace {

// Reads the rest of an exchange whose answer is known already, so that its connection can be used again.
Task<void> run_drain(http::ClientResponse answer) {
  for (;;) {
    auto bytes = co_await answer.read_some();
    if (!bytes || bytes->empty()) co_return;
    const bool stop = co_await is_cancelled();
    if (stop) co_return;
  }
}

void drain(Worker& worker, http::ClientResponse response) {
  if (worker.background.size() >= kGoodbyesMax) return;
  response.set_deadline(worker.deadlines.coarse_now() + kDrainTime);
  worker.background.spawn(run_drain(std::move(response)));
}

class Exchange {
 public:
  Exchange(Worker& worker, const HttpPost& request, PostListener& listener)
      : worker_(worker), request_(request), listener_(listener) {
    const auto [end, ec] = std::to_chars(id_.data(), id_.data() + id_.size(), request.id);
    (void)ec;  // 20 digits hold every number.
    id_text_ = std::string_view(id_.data(), static_cast<std::size_t>(end - id_.data()));
  }

  std::array<std::string_view, 7> message() const {
    return {R"({"jsonrpc":"2.0","id":)",
            id_text_,
            R"(,"method":")",
            request_.method,
            R"(","params":)",
            request_.params,
            "}"};
  }

  void take_head(const http::ClientResponse& response) {
    answer_.status = response.status();
    if (const auto id = response.header("mcp-session-id"); id && is_header_id(*id)) answer_.session_id = *id;
    type_ = response.content_type();
    is_json_ = is_media_type(type_, "application/json");
    if (answer_.status == 401 || answer_.status == 403) answer_.refusal = refusal_of(response);
  }

  bool is_stream() const { return answer_.succeeded() && is_media_type(type_, "text/event-stream"); }
  std::size_t body_bytes_max() const { return is_json_ ? kAnswerBytesMax : kErrorBodyBytesMax; }

  // The whole of an answer that is no stream.
  Result<void> take_body(Result<std::string> body) {
    if (!body) {
      if (body.error().code != ErrorCode::kLimitExceeded || is_json_) return body.error();
      answer_.instead = describe({});  // A long page that is no MCP.
      return {};
    }
    if (is_json_ || trimmed(*body).starts_with('{')) {
      std::string start = body->substr(0, answer_.succeeded() ? kQuotedBytesMax : kQuotedFromBytesMax);
      take_answer(std::move(*body));
      if (!answer_.response && answer_.instead.empty()) answer_.instead = describe(start);
    } else {
      answer_.instead = describe(*body);
    }
    return {};
  }

  // Reads until the answer, or to the end of the stream.
  Task<Result<void>> read_events(http::ClientResponse& response) {
    http::SseReader reader(kAnswerBytesMax, last_event_id_);
    while (!answer_.response) {
      auto bytes = co_await response.read_some();
      if (!bytes) co_return bytes.error();
      if (bytes->empty()) {
        answer_.instead = "it closed the stream before it answered";
        break;
      }
      reader.feed(*bytes);
      while (!answer_.response) {
        auto event = reader.next();
        if (!event) co_return event.error();
        if (!*event) break;
        if ((*event)->data.empty()) continue;  // A priming event (MCP 2025-11-25).
        std::string text((*event)->data);
        co_await take_event(std::move(text), response);
      }
      note_place(reader);
    }
    co_return Result<void>();
  }

  // Whether the stream ended without the answer at a place that its server can go on from.
  bool may_resume(const Result<void>& read) const {
    return !has_response() && !last_event_id_.empty() && (read || read.error().code == ErrorCode::kUnavailable);
  }

  // MCP 2025-11-25 basic/transports "Resumability and Redelivery": a GET that names the last event goes on with the
  // stream of the POST, whose request is not repeated. The server may close that too, any number of times (polling).
  // Only the call's deadline, and attempts that lead to no stream, end this. `ended` is how the stream ended.
  Task<Result<void>> resume(Result<void> ended) {
    for (std::size_t failures = 0; failures < kResumeFailuresMax;) {
      const SteadyTime now = worker_.time.steady_now();
      const SteadyTime deadline = listener_.deadline_or(request_.deadline);
      co_await worker_.time.sleep_until(std::min(now + resume_delay_, deadline));
      const bool stop = co_await is_cancelled();
      if (stop) co_return Error{ErrorCode::kCancelled, "the call was cancelled", {}};
      auto stream = co_await reopen(deadline);
      if (!stream && stream.error().code != ErrorCode::kUnavailable) co_return stream.error();
      if (!stream || stream->status() == 429 || stream->status() >= 500) {
        ++failures;
        continue;
      }
      // Anything but a stream: it cannot, or does not know the place.
      if (stream->status() != 200 || !is_media_type(stream->content_type(), "text/event-stream")) break;
      failures = 0;
      ended = co_await read_events(*stream);
      if (ended && has_response()) drain(worker_, std::move(*stream));
      if (!may_resume(ended)) break;
    }
    co_return ended;
  }

  bool has_response() const { return answer_.response.has_value(); }
  HttpAnswer take_result() {
    if (answer_.refusal) {
      const bool is_error = answer_.response && answer_.response->is_error();
      answer_.refusal->words = is_error ? without_secrets(error_message_of(*answer_.response)) : answer_.instead;
      answer_.refusal->missing_scopes = missing_scopes();
    }
    return std::move(answer_);
  }

 private:
  static Refusal refusal_of(const http::ClientResponse& response) {
    Refusal refusal;
    refusal.status = response.status();
    for (const http::Header& header : response.headers()) {
      if (refusal.challenges.size() < kChallengesMax && equals_ignoring_case(header.name, "www-authenticate"))
        refusal.challenges.emplace_back(header.value);
    }
    return refusal;
  }

  // Those go to people and to the authorization server: none that repeats what we sent in secret.
  std::optional<std::vector<std::string>> missing_scopes() const {
    auto scopes = missing_scopes_of(*answer_.refusal);
    if (scopes) std::erase_if(*scopes, [this](const std::string& scope) { return redacted(scope) != scope; });
    return scopes;
  }

  // What came instead of an answer, for people.
  std::string describe(std::string_view body) const {
    std::string text = "it answered HTTP " + std::to_string(answer_.status);
    if (!type_.empty()) text.append(" with ").append(shortened(type_, kQuotedBytesMax));
    const std::string words = without_secrets(body);
    if (!words.empty()) text.append(": ").append(words);
    return text;
  }

  // A successful answer may be cut already, in the middle of a secret.
  std::string without_secrets(std::string_view text) const {
    std::string out = request_.endpoint.redactor().redacted_piece(std::string(text));
    if (request_.token) out = redactor_of_token().redacted_piece(std::move(out));
    return quotable_words(out);
  }

  std::string redacted(std::string text) const {
    text = request_.endpoint.redactor().redacted(std::move(text));
    return request_.token ? redactor_of_token().redacted(std::move(text)) : text;
  }

  Redactor redactor_of_token() const { return Redactor(std::span(&request_.token->token, 1)); }

  // An error is for people, and some servers repeat the credential that they refuse.
  void redact(mcp::Response& response) const {
    response.redact(request_.endpoint.redactor());
    if (request_.token) response.redact(redactor_of_token());
  }

  // The only message of a JSON answer.
  void take_answer(std::string text) {
    auto read = mcp::read_message(std::move(text), request_.form);
    if (auto* bad = std::get_if<mcp::BadMessage>(&read)) {
      if (answer_.succeeded()) answer_.instead = "its answer is malformed: " + bad->message;
      return;
    }
    if (auto* response = std::get_if<mcp::IncomingResponse>(&std::get<mcp::Message>(read))) take_response(*response);
  }

  void take_response(mcp::IncomingResponse& response) {
    answer_.names_our_id = response.id == id_text_;
    if (answer_.names_our_id || response.id.empty()) {
      answer_.response = std::move(response.response);
      if (answer_.response->is_error()) redact(*answer_.response);
    } else {
      answer_.instead = "it answered another request: id " + shortened(response.id, kQuotedBytesMax);
    }
  }

  // Where to go on if the stream ends now, and how soon. An id that no header can carry is no place.
  void note_place(const http::SseReader& reader) {
    if (request_.resuming == Resuming::kNever) return;
    if (const auto retry = reader.retry()) resume_delay_ = std::clamp(*retry, kResumeDelayMin, kResumeDelayMax);
    const std::string_view id = reader.last_event_id();
    if (id != last_event_id_) last_event_id_ = is_header_id(id) ? id : std::string_view();
  }

  Task<Result<http::ClientResponse>> reopen(SteadyTime deadline) {
    const std::array<http::Header, 1> place{http::Header{"Last-Event-ID", last_event_id_}};
    const http::ClientRequest get{.url = request_.endpoint.url(),
                                  .method = "GET",
                                  .fixed_headers = request_.fixed_headers,
                                  .credential_lines = lines_of(request_.token),
                                  .headers = place,
                                  .body_pieces = {},
                                  .deadline = deadline,
                                  .ca_file = request_.endpoint.ca_file()};
    co_return co_await worker_.client.send(get);
  }

  Task<void> take_event(std::string text, http::ClientResponse& response) {
    auto read = mcp::read_message(std::move(text), request_.form);
    if (auto* bad = std::get_if<mcp::BadMessage>(&read)) {
      worker_.log.warn("a server sent a malformed event",
                       {{"url", request_.endpoint.url().origin()}, {"why", bad->message}});
      co_return;
    }
    auto& message = std::get<mcp::Message>(read);
    if (auto* incoming = std::get_if<mcp::IncomingResponse>(&message)) {
      take_response(*incoming);
    } else if (auto* notification = std::get_if<mcp::Notification>(&message)) {
      co_await listener_.on_notification(std::move(*notification), response);
    } else {
      co_await listener_.on_request(std::move(std::get<mcp::Request>(message)), response);
    }
  }

  Worker& worker_;
  const HttpPost& request_;
  PostListener& listener_;
  std::array<char, 20> id_{};
  std::string_view id_text_;
  std::string_view type_;  // The answer's media type.
  bool is_json_ = false;
  HttpAnswer answer_;
  std::string last_event_id_;  // Of the stream; empty if it has no place to resume from.
  Millis resume_delay_ = kResumeDelay;
};

}  // namespace

Task<Result<HttpAnswer>> post(Worker& worker, const HttpPost& request, PostListener& listener) {
  Exchange exchange(worker, request, listener);
  const auto message = exchange.message();
  const http::ClientRequest head{.url = request.endpoint.url(),
                                 .fixed_headers = request.fixed_headers,
                                 .credential_lines = lines_of(request.token),
                                 .headers = request.headers,
                                 .body_pieces = message,
                                 .deadline = request.deadline,
                                 .ca_file = request.endpoint.ca_file()};
  auto sent = co_await worker.client.send(head);
  if (!sent) co_return sent.error();
  exchange.take_head(*sent);
  Result<void> read;
  if (exchange.is_stream()) {
    read = co_await exchange.read_events(*sent);
    if (read && exchange.has_response()) drain(worker, std::move(*sent));
    if (exchange.may_resume(read)) read = co_await exchange.resume(std::move(read));
  } else {
    auto body = sent->take_body(exchange.body_bytes_max());
    if (!body) body = co_await sent->read_body(exchange.body_bytes_max());
    read = exchange.take_body(std::move(*body));
  }
  if (!read) co_return read.error();
  co_return exchange.take_result();
}

Task<HttpAnswer> read_instead(Worker& worker, const HttpEndpoint& endpoint, const oauth::AccessToken* token,
                              http::ClientResponse& response) {
  const HttpPost request{
      .endpoint = endpoint, .token = token, .fixed_headers = {}, .headers = {}, .method = {}, .params = {}};
  NoListener nobody;
  Exchange exchange(worker, request, nobody);
  exchange.take_head(response);
  auto body = co_await response.read_body(kErrorBodyBytesMax);
  auto read = exchange.take_body(std::move(body));
  (void)read.has_value();  // The status alone says what there is to say.
  HttpAnswer answer = exchange.take_result();
  if (answer.instead.empty() && answer.response && answer.response->is_error()) {
    answer.instead =
        "it answered HTTP " + std::to_string(answer.status) + ": " + quotable_words(error_message_of(*answer.response));
  }
  co_return answer;
}

Task<Result<int>> post_message(Worker& worker, const HttpEndpoint& endpoint, const oauth::AccessToken* token,
                               std::string_view fixed_headers, std::string_view text, SteadyTime deadline) {
  const std::array<std::string_view, 1> pieces{text};
  const http::ClientRequest request{.url = endpoint.url(),
                                    .fixed_headers = fixed_headers,
                                    .credential_lines = lines_of(token),
                                    .headers = {},
                                    .body_pieces = pieces,
                                    .deadline = deadline,
                                    .ca_file = endpoint.ca_file()};
  auto sent = co_await worker.client.send(request);
  if (!sent) co_return sent.error();
  const int status = sent->status();
  auto body = co_await sent->read_body(kErrorBodyBytesMax);  // Read to its end, so the connection can be kept.
  (void)body.has_value();
  co_return status;
}

bool is_media_type(std::string_view content_type, std::string_view type) {
  return equals_ignoring_case(trimmed(content_type.substr(0, content_type.find(';'))), type);
}

std::string_view lines_of(const oauth::AccessToken* token) {
  return token ? std::string_view(token->header_line.reveal()) : std::string_view();
}

}  // namespace jungle::upstream
