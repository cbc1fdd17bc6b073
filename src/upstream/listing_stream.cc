#include "upstream/listing_stream.h"

#include <variant>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "base/with_deadline.h"
#include "base/without_throwing.h"
#include "upstream/limits.h"

namespace jungle::upstream {

Task<void> ListingStream::open() {
  worker_.parked.spawn(run());
  auto settling = changed_.until([this] { return is_settled_; });
  const SteadyTime patience = worker_.time.steady_now() + kStreamOpenTime;
  const auto settled = co_await with_deadline(worker_.time, patience, std::move(settling));
  (void)settled;  // Some servers send the head of a stream with its first event only.
}

void ListingStream::close() {
  is_closed_ = true;
  changed_.notify_all();
}

// A server that ends it is not asked for another one: listing is short.
Task<void> ListingStream::run() {
  using namespace asio::experimental::awaitable_operators;
  const auto keep = shared_from_this();
  auto reading = without_throwing(read_event_stream(worker_, use_, place_, *this));
  auto closing = without_throwing(changed_.until([this] { return is_closed_; }));
  co_await (std::move(reading) || std::move(closing));
  is_settled_ = true;
  changed_.notify_all();
}

void ListingStream::on_open(bool) {
  is_settled_ = true;
  changed_.notify_all();
}

void ListingStream::on_message(mcp::Message message) {
  if (is_closed_) return;
  if (const auto* request = std::get_if<mcp::Request>(&message)) words_.take(*request);
  if (const auto* notification = std::get_if<mcp::Notification>(&message)) words_.take(*notification);
}

}  // namespace jungle::upstream
