// The standalone stream of a session in which a server is listed.
#pragma once

#include <memory>

#include "base/signal.h"
#include "base/task.h"
#include "upstream/event_stream.h"
#include "upstream/listed_words.h"

namespace jungle::upstream {

// Legacy servers may ask there what they were told that their client can answer, and some wait for that before they
// list anything; they also say there that their lists changed. Owned by a Listening and by its own coroutine; on the
// executor of `worker`.
class ListingStream final : public std::enable_shared_from_this<ListingStream>, private StreamListener {
 public:
  // `words`, which names the session, outlives the Listening.
  ListingStream(Worker& worker, ListedWords& words)
      : worker_(worker), words_(words), use_(words.use()), changed_(worker.executor) {}

  // Starts it; returns when the server has opened it or has none, or kStreamOpenTime later.
  Task<void> open();
  void close();

 private:
  Task<void> run();
  void on_open(bool resumed) override;
  void on_message(mcp::Message message) override;

  Worker& worker_;
  ListedWords& words_;
  const LinkUse use_;
  StreamPlace place_;
  Signal changed_;
  bool is_settled_ = false;
  bool is_closed_ = false;
};

// Keeps one open while it lives.
class Listening {
 public:
  explicit Listening(std::shared_ptr<ListingStream> stream) : stream_(std::move(stream)) {}
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;
  ~Listening() { stream_->close(); }

 private:
  const std::shared_ptr<ListingStream> stream_;
};

}  // namespace jungle::upstream
