#include "upstream/sse_channel.h"

#include <span>
#include <utility>

#include "base/cancelled.h"
#include "base/text.h"
#include "base/with_deadline.h"
#include "upstream/http_link.h"
#include "upstream/http_post.h"
#include "upstream/limits.h"
#include "upstream/server_errors.h"

namespace jungle::upstream {
namespace {

constexpr int kNotFound = 404;

bool is_taken(int status) { return status >= 200 && status < 300; }

}  // namespace

SseChannel::SseChannel(SsePlace place, ChannelListener& listener)
    : place_(std::move(place)),
      listener_(&listener),
      stream_headers_(place_.endpoint->stream_headers()),
      changed_(place_.worker.executor),
      tasks_(place_.worker.executor, [&log = place_.worker.log](std::exception_ptr error) {
        (void)error;
        log.error("an exception left a coroutine of an SSE channel");
      }) {
  tasks_.spawn(run());
  tasks_.spawn(run_writer());
}

std::string SseChannel::awaited() const {
  if (!is_open_) return "its event stream has not opened";
  return post_endpoint_ ? std::string() : "its `endpoint` event has not come";
}

Result<void> SseChannel::send(std::string text, std::uint64_t request_id) {
  const std::string& server = place_.facts->spec.name.str();
  if (is_stopping()) return Error{ErrorCode::kUnavailable, "the event stream of server '" + server + "' has ended", {}};
  if (untaken_messages_ >= kSsePostsMax || untaken_bytes_ + text.size() > kWriteQueueBytesMax)
    return Error{ErrorCode::kLimitExceeded, "server '" + server + "' does not take what is posted to it", {}};
  untaken_bytes_ += text.size();
  ++untaken_messages_;
  outgoing_.push_back(Message{std::move(text), request_id});
  changed_.notify_all();
  return {};
}

Task<void> SseChannel::run() {
  auto opened = co_await open();
  const bool is_late = co_await is_cancelled();
  if (is_late) co_return;
  if (!opened) co_return fail(opened.error());
  is_open_ = true;
  Error why = co_await read(std::move(*opened));
  const bool stop = co_await is_cancelled();
  if (!stop) fail(std::move(why));
}

Task<Result<http::ClientResponse>> SseChannel::open() {
  const catalog::ServerSpec& spec = place_.facts->spec;
  const http::ClientRequest get{.url = place_.endpoint->url(),
                                .method = "GET",
                                .fixed_headers = stream_headers_,
                                .headers = {},
                                .body_pieces = {},
                                .deadline = place_.worker.time.steady_now() + place_.facts->init_timeout,
                                .ca_file = place_.endpoint->ca_file()};
  auto sent = co_await exchange(get);
  if (!sent) {
    if (sent.error().code == ErrorCode::kDeadlineExceeded) co_return timed_out();
    co_return sse_start_error(spec, sent.error());
  }
  const http::ClientResponse& response = sent->response;
  if (response.status() == 200 && is_media_type(response.content_type(), "text/event-stream"))
    co_return std::move(sent->response);
  const Error why = co_await refused(std::move(*sent));
  co_return sse_start_error(spec, why);
}

Error SseChannel::timed_out() const {
  Error error = init_timeout_error(place_.facts->spec, place_.facts->init_timeout);
  error.message += " (" + awaited() + ")";
  return error;
}

// Until it ends; why it did.
Task<Error> SseChannel::read(http::ClientResponse stream) {
  const catalog::ServerSpec& spec = place_.facts->spec;
  http::SseReader reader(kAnswerBytesMax);
  for (;;) {
    auto bytes = co_await stream.read_some();
    if (!bytes && bytes.error().code == ErrorCode::kDeadlineExceeded) co_return timed_out();
    if (!bytes) co_return stream_error(spec, "it broke off: " + bytes.error().message);
    if (bytes->empty()) co_return stream_error(spec, "the server closed it");
    reader.feed(*bytes);
    for (;;) {
      auto event = reader.next();
      if (!event) co_return stream_error(spec, event.error().message);
      if (!*event) break;
      if (auto taken = take(**event); !taken) co_return taken.error();
    }
    if (post_endpoint_) stream.set_deadline(kNever);
    const bool stop = co_await is_cancelled();
    if (stop) co_return cancelled_error(spec);
  }
}

Result<void> SseChannel::take(const http::SseEvent& event) {
  if (event.event == "endpoint") return take_endpoint(trimmed(event.data));
  const bool is_message = event.event.empty() || event.event == "message";
  if (is_message && !event.data.empty() && listener_ != nullptr) listener_->on_message(std::string(event.data));
  return {};
}

Result<void> SseChannel::take_endpoint(std::string_view reference) {
  const catalog::ServerSpec& spec = place_.facts->spec;
  if (post_endpoint_) return {};  // It names one for good.
  const http::Url& url = place_.endpoint->url();
  auto named = url.resolve(reference);
  if (!named) {
    const std::string quoted = place_.endpoint->redactor().redacted(shortened(reference, kQuotedBytesMax));
    return nonsense_error(spec, "its `endpoint` event is no URL to post to: '" + quotable_words(quoted) + "'");
  }
  if (named->origin() != url.origin()) {
    return nonsense_error(spec, "its `endpoint` event leads to another origin, " + named->origin() +
                                    ": messages are only posted to that of its registered URL, " + url.origin());
  }
  post_endpoint_.emplace(place_.endpoint->at(std::move(*named)));
  changed_.notify_all();
  return {};
}

Task<void> SseChannel::run_writer() {
  for (;;) {
    while (outgoing_.empty() || !post_endpoint_) {
      const bool woken = co_await changed_.wait();
      if (!woken) co_return;
    }
    Message message = std::move(outgoing_.front());
    outgoing_.pop_front();
    if (message.request_id != 0) {
      tasks_.spawn(run_post(std::move(message)));
    } else {
      co_await run_post(std::move(message));
    }
    const bool stop = co_await is_cancelled();
    if (stop) co_return;
  }
}

Task<void> SseChannel::run_post(Message message) {
  const auto posted = co_await post(message);
  untaken_bytes_ -= message.text.size();
  --untaken_messages_;
  changed_.notify_all();
  const bool stop = co_await is_cancelled();
  if (posted || stop) co_return;
  place_.worker.log.debug("a server did not take a message",
                          {{"server", place_.facts->spec.name.str()}, {"error", posted.error().message}});
  if (listener_ != nullptr && message.request_id != 0) listener_->on_failed_request(message.request_id, posted.error());
  // Then nothing will come on the stream either.
  if (session_gone_) fail(stream_error(place_.facts->spec, "the server does not know the session any more (HTTP 404)"));
}

// Until the server has taken it. What it answers to that says nothing: answers come on the stream.
Task<Result<void>> SseChannel::post(const Message& message) {
  Worker& worker = place_.worker;
  const HttpEndpoint& endpoint = *post_endpoint_;
  const std::array<std::string_view, 1> pieces{message.text};
  const Seconds patience = message.request_id != 0 ? kCallHardCap : kGoodbyeTimeout;
  const http::ClientRequest request{.url = endpoint.url(),
                                    .fixed_headers = endpoint.base_headers(),
                                    .headers = {},
                                    .body_pieces = pieces,
                                    .deadline = worker.time.steady_now() + patience,
                                    .ca_file = endpoint.ca_file()};
  auto sent = co_await exchange(request);
  if (!sent) co_return sent.error();
  if (is_taken(sent->response.status())) {
    auto body = co_await sent->response.read_body(kErrorBodyBytesMax);  // So that the connection can be kept.
    (void)body.has_value();
    co_return Result<void>();
  }
  if (sent->response.status() == kNotFound) session_gone_ = true;
  co_return co_await refused(std::move(*sent));
}

// Sends a request with the token of the moment, once more with another one if the server refuses that.
Task<Result<SseChannel::Sent>> SseChannel::exchange(http::ClientRequest request) {
  const catalog::ServerSpec& spec = place_.facts->spec;
  const bool is_loopback = place_.endpoint->url().host_is_loopback();
  auto token = place_.token;
  if (place_.tokens) {
    auto usable = co_await usable_token(place_.worker, place_.tokens.get());
    if (!usable) co_return usable.error();
    token = std::move(*usable);
  }
  request.credential_lines = lines_of(token.get());
  auto response = co_await place_.worker.client.send(request);
  if (!response) co_return connect_error(spec, response.error(), is_loopback);
  const bool may_renew = place_.tokens && token && !token->token.empty();
  if (response->status() != 401 || !may_renew) co_return Sent{std::move(*response), std::move(token)};
  auto renewed = co_await place_.tokens->renew(token, place_.worker.executor);
  if (!renewed) co_return renewed.error();
  token = std::move(*renewed);
  request.credential_lines = lines_of(token.get());
  response = co_await place_.worker.client.send(request);
  if (!response) co_return connect_error(spec, response.error(), is_loopback);
  co_return Sent{std::move(*response), std::move(token)};
}

// What an answer that is none of those this transport has means.
Task<Error> SseChannel::refused(Sent sent) {
  const auto answer = co_await read_instead(place_.worker, *place_.endpoint, sent.token.get(), sent.response);
  if (answer.refusal && place_.refusal) *place_.refusal = answer.refusal;
  const bool has_token = place_.tokens && sent.token && !sent.token->token.empty();
  if (has_token && answer.refusal && answer.refusal->missing_scopes)
    place_.tokens->note_missing_scopes(sent.token, *answer.refusal->missing_scopes);
  co_return answer_error(place_.facts->spec, answer, sent.token.get());
}

void SseChannel::fail(Error why) {
  ended_ = true;
  changed_.notify_all();
  if (listener_ != nullptr) std::exchange(listener_, nullptr)->on_end(why);
}

Task<Result<void>> SseChannel::until_taken() {
  while (untaken_messages_ > 0 && post_endpoint_ && !ended_) {
    const bool woken = co_await changed_.wait();
    if (!woken) break;
  }
  co_return Result<void>();
}

Task<void> SseChannel::end() {
  ending_ = true;
  listener_ = nullptr;
  auto taken = until_taken();
  auto done =
      co_await with_deadline(place_.worker.time, place_.worker.time.steady_now() + kDrainTime, std::move(taken));
  (void)done.has_value();
  ended_ = true;
  tasks_.cancel();
  co_await tasks_.join();
}

Task<Result<std::unique_ptr<MessageChannel>>> SseMaker::make(ChannelListener& listener) {
  std::unique_ptr<MessageChannel> channel = std::make_unique<SseChannel>(place_, listener);
  co_return std::move(channel);
}

}  // namespace jungle::upstream
