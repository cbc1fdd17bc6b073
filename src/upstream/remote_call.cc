#include "upstream/remote_call.h"

#include <string>

#include "upstream/limits.h"

namespace jungle::upstream {
namespace {

std::size_t bytes_of(const mcp::Notification& event) {
  return sizeof(event) + event.method.size() + event.params.size();
}

}  // namespace

void RemoteCall::tell(const std::shared_ptr<RemoteCall>& call, mcp::Notification event) {
  asio::dispatch(call->caller_, [call, event = std::move(event)]() mutable {
    if (!call->admit(bytes_of(event))) return;
    call->events_.push_back(std::move(event));
    call->arrived_.notify_all();
  });
}

std::optional<mcp::Notification> RemoteCall::next_event() {
  if (events_.empty()) return std::nullopt;
  mcp::Notification event = std::move(events_.front());
  events_.pop_front();
  taken(bytes_of(event));
  return event;
}

bool RemoteCall::admit(std::size_t bytes) {
  if (is_overrun_) return false;
  unread_bytes_ += bytes;
  if (unread_bytes_ <= kUnreadBytesMax) return true;
  is_overrun_ = true;
  events_.clear();
  arrived_.notify_all();
  if (on_overrun_) on_overrun_();
  return false;
}

void RemoteCall::taken(std::size_t bytes) {
  const bool was_full = unread_bytes_ > kUnreadBytesMax / 2;
  unread_bytes_ -= bytes;
  if (was_full && unread_bytes_ <= kUnreadBytesMax / 2) arrived_.notify_all();
}

Task<void> RemoteCall::room() {
  while (!is_overrun_ && unread_bytes_ > kUnreadBytesMax / 2) {
    const bool woken = co_await arrived_.wait();
    if (!woken) co_return;
  }
}

Error overrun_error() {
  return Error{ErrorCode::kLimitExceeded,
               "the client reads too slowly: more than " + std::to_string(kUnreadBytesMax / (1024 * 1024)) +
                   " MiB of what the server said during this call waited for it",
               {}};
}

}  // namespace jungle::upstream
