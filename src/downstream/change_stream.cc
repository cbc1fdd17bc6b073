#include "downstream/change_stream.h"

#include <algorithm>
#include <array>
#include <utility>

#include "downstream/limits.h"
#include "http/sse_writer.h"
#include "mcp/json_object.h"
#include "mcp/meta_keys.h"

namespace jungle::downstream {
namespace {

// `uri` is empty for changes of lists.
std::string notification(const ChangeStream& stream, std::string_view method, const std::string& uri) {
  mcp::JsonObject params;
  if (!uri.empty()) params.add("uri", mcp::json_string(uri));
  if (!stream.subscription_id.empty()) {
    mcp::JsonObject meta;
    meta.add(mcp::kSubscriptionIdMeta, stream.subscription_id);
    params.add("_meta", meta.text());
  }
  return R"({"jsonrpc":"2.0","method":")" + std::string(method) + R"(","params":)" + params.text() + "}";
}

std::vector<std::string> take_news(ChangeStream& stream) {
  std::vector<std::string> messages;
  const ListChange lists = std::exchange(stream.pending, ListChange{});
  if (lists.tools) messages.push_back(notification(stream, "notifications/tools/list_changed", {}));
  if (lists.prompts) messages.push_back(notification(stream, "notifications/prompts/list_changed", {}));
  if (lists.resources) messages.push_back(notification(stream, "notifications/resources/list_changed", {}));
  for (const std::string& uri : std::exchange(stream.updated, {}))
    messages.push_back(notification(stream, "notifications/resources/updated", uri));
  return messages;
}

}  // namespace

void ChangeStream::add(const ListChange& change) {
  pending.add(change.only(wanted));
  if (pending.any()) news.notify_all();
}

void ChangeStream::add_update(std::string uri) {
  if (std::find(updated.begin(), updated.end(), uri) == updated.end()) updated.push_back(std::move(uri));
  news.notify_all();
}

void ChangeStream::add_task(std::string id) {
  if (std::find(changed_tasks.begin(), changed_tasks.end(), id) == changed_tasks.end())
    changed_tasks.push_back(std::move(id));
  news.notify_all();
}

Task<Result<void>> start_event_stream(http::Exchange& exchange, std::string_view event, std::string_view data) {
  const std::array<http::Header, 2> headers{http::Header{"Cache-Control", "no-cache"},
                                            http::Header{"X-Accel-Buffering", "no"}};
  const http::ResponseHead head{200, "text/event-stream", headers};
  if (data.empty()) co_return co_await exchange.start_stream(head);
  http::SseWriter sse;
  const auto pieces = sse.event(event, data);
  co_return co_await exchange.start_stream(head, pieces);
}

Task<Result<void>> write_message(http::Exchange& exchange, std::string_view message, std::string_view event_id) {
  http::SseWriter sse;
  const auto pieces = sse.event("message", message, event_id);
  co_return co_await exchange.write(pieces);
}

Task<Result<void>> write_news(http::Exchange& exchange, ChangeStream& stream) {
  const std::vector<std::string> messages = take_news(stream);
  for (const std::string& message : messages) {
    auto written = co_await write_message(exchange, message, std::string_view());
    if (!written) co_return written;
  }
  co_return Result<void>();
}

Task<bool> wait_for_news(http::Exchange& exchange, ChangeStream& stream) {
  bool quiet = false;
  DeadlineList::Entry keep_alive([&] {
    quiet = true;
    stream.news.notify_all();
  });
  exchange.deadlines().arm(keep_alive, exchange.deadlines().coarse_now() + kKeepAliveTime);
  const bool woken = co_await stream.news.wait();
  if (!woken) co_return false;
  if (!quiet) co_return true;
  const std::array<std::string_view, 1> comment{http::SseWriter::keep_alive()};
  const auto written = co_await exchange.write(comment);
  co_return written.has_value();
}

Task<void> end_event_stream(http::Exchange& exchange) {
  co_await exchange.reset_cancellation();
  const auto ended = co_await exchange.finish();
  (void)ended;
}

}  // namespace jungle::downstream
