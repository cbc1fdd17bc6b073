// HTTP+SSE as a channel of messages.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/signal.h"
#include "base/task.h"
#include "base/task_group.h"
#include "http/client.h"
#include "http/sse_reader.h"
#include "oauth/token_source.h"
#include "upstream/http_endpoint.h"
#include "upstream/message_channel.h"
#include "upstream/refusal.h"
#include "upstream/server_facts.h"
#include "upstream/worker.h"

namespace jungle::upstream {

// What the channels to one server have in common.
struct SsePlace {
  Worker& worker;
  std::shared_ptr<const ServerFacts> facts;
  std::shared_ptr<const HttpEndpoint> endpoint;
  std::shared_ptr<oauth::TokenSource> tokens = nullptr;       // Null: there are none.
  oauth::AccessTokenPtr token = nullptr;                      // Presented without `tokens`; null: none.
  std::shared_ptr<std::optional<Refusal>> refusal = nullptr;  // Set when the server refuses us, if not null.
};

// The transport of MCP 2024-11-05 (basic/transports "HTTP with SSE"): a GET opens the event stream on which the server
// sends its messages; its first event, `endpoint`, names the URL that ours are posted to. What is sent before that
// comes waits for it, up to the server's init timeout.
//
// Messages are posted one after the other, but for requests: some servers answer the POST of one only when they have
// answered the request, and may ask something meanwhile. A stream that ends is the channel's end; nothing in this
// transport could go on with it.
class SseChannel final : public MessageChannel {
 public:
  SseChannel(SsePlace place, ChannelListener& listener);
  SseChannel(const SseChannel&) = delete;
  SseChannel& operator=(const SseChannel&) = delete;

  // kLimitExceeded if the server has not taken kWriteQueueBytesMax or kSsePostsMax messages yet.
  Result<void> send(std::string text, std::uint64_t request_id) override;
  bool ended() const override { return ended_; }
  std::string awaited() const override;
  // What was sent gets kDrainTime to be taken. Then the stream is closed.
  Task<void> end() override;

 private:
  struct Message {
    std::string text;
    std::uint64_t request_id;
  };
  struct Sent {
    http::ClientResponse response;
    oauth::AccessTokenPtr token;  // That it presented; may be null.
  };

  Task<void> run();
  Task<Result<http::ClientResponse>> open();
  Task<Error> read(http::ClientResponse stream);
  Result<void> take(const http::SseEvent& event);
  Result<void> take_endpoint(std::string_view reference);
  Task<void> run_writer();
  Task<void> run_post(Message message);
  Task<Result<void>> post(const Message& message);
  Error timed_out() const;
  Task<Result<Sent>> exchange(http::ClientRequest request);
  Task<Error> refused(Sent sent);
  Task<Result<void>> until_taken();
  void fail(Error why);
  bool is_stopping() const { return ended_ || ending_; }

  const SsePlace place_;
  ChannelListener* listener_;  // Null once it has heard of the end.
  const std::string stream_headers_;
  std::optional<HttpEndpoint> post_endpoint_;  // Unset until the server has named it.
  bool is_open_ = false;
  bool ended_ = false;
  bool ending_ = false;
  bool session_gone_ = false;  // The server does not know it any more.
  std::deque<Message> outgoing_;
  std::size_t untaken_bytes_ = 0;     // Of those, and of what is being posted.
  std::size_t untaken_messages_ = 0;  // Likewise.
  Signal changed_;
  TaskGroup tasks_;
};

// Connects to a server for each channel.
class SseMaker final : public ChannelMaker {
 public:
  explicit SseMaker(SsePlace place) : place_(std::move(place)) {}
  Task<Result<std::unique_ptr<MessageChannel>>> make(ChannelListener& listener) override;

 private:
  const SsePlace place_;
};

}  // namespace jungle::upstream
