#include "downstream/response_writer.h"

#include <array>
#include <utility>

#include "downstream/limits.h"
#include "downstream/mcp_endpoint.h"
#include "mcp/projection.h"

namespace jungle::downstream {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kEventStream = "text/event-stream";

// What the pieces of a message are, in order: the envelope and, between its parts, the payload with the members that a
// modern client needs in front.
struct Envelope {
  std::string_view head = R"({"jsonrpc":"2.0","id":)";
  std::string_view id;
  std::string_view key;   // `,"result":` or `,"error":`
  std::string_view open;  // `{`, if members go in
  std::string members;
  std::string_view payload;
  std::string_view tail = "}\n";
};

// The response in the words of the client's era. May replace `response`.
Envelope envelope_of(std::string_view id, mcp::Method method, mcp::Response& response, mcp::Revision revision,
                     std::string_view server_info) {
  Envelope envelope;
  envelope.id = id.empty() ? std::string_view("null") : id;
  if (response.is_error()) {
    response = mcp::error_for(std::move(response), revision);
    envelope.key = ",\"error\":";
    envelope.payload = response.payload();
    return envelope;
  }
  envelope.key = ",\"result\":";
  const bool modern = mcp::is_modern(revision);
  if (response.form() == mcp::ResultForm::kModern) {
    response =
        modern ? mcp::with_own_server_info(std::move(response), server_info) : mcp::to_legacy(std::move(response));
  }
  envelope.payload = response.payload();
  if (modern && response.form() == mcp::ResultForm::kLegacy) {
    envelope.open = "{";
    envelope.members = mcp::modern_members(method, envelope.payload, server_info);
    envelope.payload.remove_prefix(1);
  }
  return envelope;
}

std::array<std::string_view, 7> pieces_of(const Envelope& envelope) {
  return {envelope.head, envelope.id, envelope.key, envelope.open, envelope.members, envelope.payload, envelope.tail};
}

std::string joined(const Envelope& envelope) {
  std::string text;
  std::size_t size = 0;
  const auto pieces = pieces_of(envelope);
  for (const std::string_view piece : pieces)
    size += piece.size();
  text.reserve(size);
  for (const std::string_view piece : pieces)
    text += piece;
  return text;
}

}  // namespace

ResponseWriter::ResponseWriter(http::Exchange& exchange, TaskGroup& background, Executor executor, std::string_view id,
                               mcp::Method method, const ClientForm& client)
    : exchange_(exchange),
      background_(background),
      id_(id),
      method_(method),
      client_(client),
      asked_(client.questions, client.session),
      executor_(executor),
      quiet_([this] { when_quiet(); }) {
  if (client_.accepts_stream) exchange_.deadlines().arm(quiet_, exchange_.deadlines().coarse_now() + kQuietTime);
}

bool ResponseWriter::try_acquire() { return !std::exchange(busy_, true); }

Task<void> ResponseWriter::acquire() {
  while (busy_) {
    if (!released_) released_.emplace(executor_);
    const bool woken = co_await released_->wait();
    if (!woken && !busy_) break;
    if (!woken) co_await exchange_.reset_cancellation();
  }
  busy_ = true;
}

void ResponseWriter::release() {
  busy_ = false;
  if (released_) released_->notify_all();
}

// REQUIRES: acquired.
Task<Result<void>> ResponseWriter::start_stream() {
  if (exchange_.streaming() || broken_) co_return Result<void>();
  // An intermediary must not hold events back (MCP 2026-07-28 basic/transports/streamable-http).
  std::array<http::Header, 3> headers{http::Header{"Cache-Control", "no-cache"},
                                      http::Header{"X-Accel-Buffering", "no"},
                                      http::Header{"Mcp-Session-Id", client_.session_id}};
  const std::span<const http::Header> sent(headers.data(), client_.session_id.empty() ? 2 : 3);
  const http::ResponseHead head{200, kEventStream, sent};
  auto started = co_await exchange_.start_stream(head);
  if (!started) co_return started.error();
  if (client_.session != nullptr && !replay_)
    replay_ = client_.session->replay.open(exchange_.deadlines().coarse_now());
  if (!replay_ || client_.revision < mcp::Revision::k2025_11_25) co_return Result<void>();
  // The priming event: an id to resume from before there is a message (MCP 2025-11-25 basic/transports). Older clients
  // take an event without data for a broken message.
  const std::string primer = "id: " + replay_->event_id(0) + "\ndata:\n\n";
  const std::array<std::string_view, 1> pieces{primer};
  co_return co_await exchange_.write(pieces);
}

// REQUIRES: acquired. Keeps the event for a client that may resume, then writes it.
Task<Result<void>> ResponseWriter::write_event(std::string_view message) {
  auto written = co_await start_stream();
  std::string id;
  keep(message, id);
  if (broken_) co_return Error{ErrorCode::kUnavailable, "the client is gone", {}};
  if (written) {
    const auto pieces = sse_.event("message", message, id);
    written = co_await exchange_.write(pieces);
  }
  if (!written) broken_ = true;
  co_return written;
}

void ResponseWriter::keep(std::string_view message, std::string& event_id) {
  if (!replay_) return;
  event_id = replay_->event_id(replay_->append(std::string(message)));
  if (!replay_->followed) return;
  client_.peers->tell_all([stream = replay_](McpEndpoint& peer) { peer.stream_grew(*stream); });
}

void ResponseWriter::end_replay() {
  if (!replay_) return;
  replay_->end(exchange_.deadlines().coarse_now());
  if (!replay_->followed) return;
  client_.peers->tell_all([stream = replay_](McpEndpoint& peer) { peer.stream_grew(*stream); });
}

Task<Result<void>> ResponseWriter::send(mcp::Notification event) {
  if (!client_.accepts_stream) co_return Error{ErrorCode::kUnavailable, "the client takes no stream", {}};
  const std::string message =
      R"({"jsonrpc":"2.0","method":)" + mcp::json_string(event.method) + ",\"params\":" + event.params + "}";
  co_await acquire();
  auto written = co_await write_event(message);
  exchange_.deadlines().arm(quiet_, exchange_.deadlines().coarse_now() + kKeepAliveTime);
  release();
  co_return written;
}

Task<Result<void>> ResponseWriter::ask(mcp::InputRequest question, OnAnswer on_answer) {
  if (!can_ask()) co_return Error{ErrorCode::kUnavailable, "the client takes no stream", {}};
  if (asked_.size() >= kQuestionsMax) {
    co_return Error{ErrorCode::kLimitExceeded, "too many requests of the server wait for the client", {}};
  }
  const std::uint64_t id = client_.session->next_question.fetch_add(1);
  std::string asker_id = std::move(question.asker_id);
  const std::string message = question_text(id, std::move(question));
  asked_.add(id, std::move(asker_id), exchange_.deadlines(), std::move(on_answer));
  co_await acquire();
  auto written = co_await write_event(message);
  exchange_.deadlines().arm(quiet_, exchange_.deadlines().coarse_now() + kKeepAliveTime);
  release();
  if (written || replay_) co_return Result<void>();  // A client that is gone finds the question when it resumes.
  asked_.remove(id);
  co_return written;
}

Task<void> ResponseWriter::withdraw(std::string asker_id) {
  const auto id = asked_.size() == 0 ? std::nullopt : asked_.take(asker_id);
  if (!id) co_return;
  const std::string message = withdrawal_text(*id, "the server cancelled its request");
  co_await acquire();
  const auto written = co_await write_event(message);
  (void)written.has_value();  // As with the question, a client that is gone may resume.
  release();
}

// The call ends before the client has answered: it need not any more. REQUIRES: acquired.
Task<void> ResponseWriter::withdraw_questions() {
  for (const std::uint64_t id : asked_.take_open()) {
    const std::string message = withdrawal_text(id, "the call has ended");
    const auto written = co_await write_event(message);
    if (!written) co_return;
  }
}

Task<void> ResponseWriter::finish(mcp::Response response, int status) {
  if (!try_acquire()) co_await acquire();
  quiet_.disarm();
  if (asked_.size() != 0) co_await withdraw_questions();
  finished_ = true;
  if (exchange_.streaming() || broken_) {
    const std::string text = response_text(id_, method_, std::move(response), client_.revision, client_.server_info);
    const auto written = co_await write_event(std::string_view(text).substr(0, text.size() - 1));
    end_replay();
    if (written) {
      const auto ended = co_await exchange_.finish();
      broken_ = !ended.has_value();
    }
  } else {
    const Envelope envelope = envelope_of(id_, method_, response, client_.revision, client_.server_info);
    const auto pieces = pieces_of(envelope);
    const http::Header session{"Mcp-Session-Id", client_.session_id};
    const std::span<const http::Header> headers(&session, client_.session_id.empty() ? 0 : 1);
    const http::ResponseHead head{status, kJson, headers};
    auto written = exchange_.respond_now(head, pieces);
    if (!written) written = co_await exchange_.flush_answer();
    broken_ = !written->has_value();
  }
  release();
}

Task<void> ResponseWriter::abandon() {
  co_await acquire();
  quiet_.disarm();
  if (asked_.size() != 0) co_await withdraw_questions();
  finished_ = true;
  end_replay();
  if (exchange_.streaming()) {
    const auto ended = co_await exchange_.finish();
    broken_ = !ended.has_value();
  } else if (!exchange_.answered()) {
    const auto written = co_await exchange_.respond(202, std::string_view(), std::string_view());
    broken_ = !written.has_value();
  }
  release();
}

void ResponseWriter::when_quiet() {
  if (busy_ || finished_ || broken_) return;  // A write is under way: the stream is not quiet, or its reader is slow.
  busy_ = true;
  background_.spawn(run_keep_alive(Turn(*this)));
}

// Runs in `background_`. The call waits for it in acquire() before it ends, so `this` lives.
Task<void> ResponseWriter::run_keep_alive([[maybe_unused]] Turn turn) {
  auto written = co_await start_stream();
  if (written) {
    const std::array<std::string_view, 1> pieces{http::SseWriter::keep_alive()};
    written = co_await exchange_.write(pieces);
  }
  if (!written) broken_ = true;
  if (!broken_) exchange_.deadlines().arm(quiet_, exchange_.deadlines().coarse_now() + kKeepAliveTime);
}

std::string response_text(std::string_view id, mcp::Method method, mcp::Response response, mcp::Revision revision,
                          std::string_view server_info) {
  return joined(envelope_of(id, method, response, revision, server_info));
}

}  // namespace jungle::downstream
