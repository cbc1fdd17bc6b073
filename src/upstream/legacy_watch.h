// Listening to a legacy HTTP server.
#pragma once

#include <string>

#include "upstream/event_stream.h"
#include "upstream/subscribed_uris.h"
#include "upstream/watch_place.h"

namespace jungle::upstream {

// A session of its own, for news alone: its standalone stream (MCP 2025-11-25 basic/transports) and, beside that, the
// subscriptions that the server was told of (server/resources "Subscriptions"). Owned by an HttpWatch.
class LegacyWatch final : private StreamListener {
 public:
  LegacyWatch(WatchPlace& place, HttpLinkPtr link) : place_(place), link_(std::move(link)) {}

  // Opens the stream, or goes on with it, and keeps the subscriptions up to date until it ends.
  Task<WatchEnd> run(oauth::AccessTokenPtr token);
  bool is_open() const { return is_open_; }
  // When the server wants to be asked again; 0: it did not say.
  Millis retry() const { return stream_.retry; }
  // Nothing is missed between this stream and the next: some servers end streams on purpose (SEP-1699).
  bool can_go_on() const { return !stream_.last_event_id.empty(); }
  // Ends the session, in the background.
  void close(oauth::AccessTokenPtr token);

 private:
  void on_open(bool resumed) override;
  void on_message(mcp::Message message) override;
  Task<WatchEnd> read_stream();
  Task<void> until_answered();
  Task<WatchEnd> keep_subscriptions();
  Task<Result<void>> until_open();
  Task<Result<mcp::Response>> ask(std::string method, std::string uri);
  Task<void> subscribe(std::string uri);
  void report_updates();
  LinkUse use() const { return LinkUse{place_.endpoint, link_, token_}; }

  WatchPlace& place_;
  const HttpLinkPtr link_;
  oauth::AccessTokenPtr token_;
  StreamPlace stream_;
  bool was_open_ = false;
  bool is_open_ = false;
  bool is_asking_ = false;  // A request of ours waits for its answer.
  bool is_gone_ = false;    // The server does not know the session any more.
  SubscribedUris subscribed_;
};

}  // namespace jungle::upstream
