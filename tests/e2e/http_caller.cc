#include "e2e/http_caller.h"

#include <span>
#include <string_view>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <gtest/gtest.h>

namespace jungle::e2e {
namespace {

constexpr std::size_t kBodyBytesMax = 1024 * 1024;

Piece failure(const Error& error) {
  Piece piece;
  piece.text = error.message;
  return piece;
}

Piece head_of(const http::ClientResponse& response) {
  Piece piece;
  piece.status = response.status();
  piece.content_type = response.content_type();
  piece.session = response.header("mcp-session-id").value_or("");
  return piece;
}

}  // namespace

HttpCaller::HttpCaller(World& world, OnPiece on_piece)
    : world_(world),
      on_piece_(std::move(on_piece)),
      client_(world.executor(), world.deadlines, world.peers_log, world.blocking, world.tls, http::ClientOptions()) {}

HttpCaller::~HttpCaller() {
  while (!open_.empty())
    hang_up(open_.begin()->first);
  world_.finish(client_.stop());
  EXPECT_EQ(0u, running_);
}

std::uint64_t HttpCaller::start(Call call) {
  const std::uint64_t number = ++calls_;
  auto& stop = open_[number] = std::make_unique<asio::cancellation_signal>();
  ++running_;
  asio::co_spawn(world_.context, run(number, std::move(call)),
                 asio::bind_cancellation_slot(stop->slot(), [this](std::exception_ptr error) {
                   --running_;
                   EXPECT_FALSE(error);
                 }));
  return number;
}

void HttpCaller::hang_up(std::uint64_t number) {
  auto call = open_.extract(number);
  if (call.empty()) return;
  left_.push_back(std::move(call.mapped()));
  asio::post(world_.context, [&stop = *left_.back()] { stop.emit(asio::cancellation_type::terminal); });
  world_.settle();
}

void HttpCaller::tell(std::uint64_t number, const Piece& piece) {
  if (open_.contains(number)) on_piece_(number, piece);
}

Task<void> HttpCaller::run(std::uint64_t number, Call call) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto url = http::Url::parse(call.url);
  std::vector<http::Header> headers;
  for (const auto& [name, value] : call.headers)
    headers.push_back(http::Header{name, value});
  const std::string_view body = call.body;
  const std::span<const std::string_view> pieces(&body, body.empty() ? 0 : 1);
  const http::ClientRequest request{.url = *url, .method = call.method, .headers = headers, .body_pieces = pieces};
  auto response = co_await client_.send(request);
  Piece last;
  if (response) {
    last = co_await read(number, std::move(*response));
  } else {
    last = failure(response.error());
  }
  tell(number, last);
  // The signal lives until this coroutine has ended.
  if (auto done = open_.extract(number); !done.empty()) left_.push_back(std::move(done.mapped()));
}

// The last piece.
Task<Piece> HttpCaller::read(std::uint64_t number, http::ClientResponse response) {
  Piece piece = head_of(response);
  if (!piece.content_type.starts_with("text/event-stream")) {
    auto body = co_await response.read_body(kBodyBytesMax);
    if (!body) co_return failure(body.error());
    piece.kind = Piece::Kind::kWhole;
    piece.text = std::move(*body);
    co_return piece;
  }
  http::SseReader reader;
  for (;;) {
    const auto bytes = co_await response.read_some();
    if (!bytes) co_return failure(bytes.error());
    if (bytes->empty()) break;
    reader.feed(*bytes);
    for (;;) {
      const auto event = reader.next();
      if (!event) co_return failure(event.error());
      if (!*event) break;
      piece.kind = Piece::Kind::kEvent;
      piece.text = (*event)->data;
      piece.event_id = (*event)->id;
      tell(number, piece);
    }
  }
  piece.kind = Piece::Kind::kEnd;
  piece.text.clear();
  co_return piece;
}

}  // namespace jungle::e2e
