// An HTTP server that is listened to outside of calls.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalog/snapshot.h"
#include "upstream/limits.h"
#include "upstream/testing/http_upstream_fixture.h"

namespace jungle::upstream::testing {

// An event of a stream: a notification.
inline std::string event(const std::string& method, const std::string& params = "{}") {
  return R"(data: {"jsonrpc":"2.0","method":"notifications/)" + method + R"(","params":)" + params + "}\n\n";
}

// A server that is registered, and what is heard of it.
class HttpWatchTest : public HttpUpstreamTest {
 protected:
  // Publishes the server with these capabilities.
  void register_server(const std::string& capabilities) {
    server_.capabilities = capabilities;
    upstreams_->use([this](catalog::ServerName) {
      ++listings_;
      return nothing();
    });
    upstreams_->resource_watches().on_update(
        [this](const catalog::ServerName&, const std::string& uri) { updates_.push_back(uri); });
    upstreams_->health().on_hearing([this](const catalog::ServerName&, Hearing hearing) { hearing_ = hearing; });
    publish();
  }
  void enable(bool enabled) {
    server_.enabled = enabled;
    publish();
  }
  // Whether everything is heard, once the server is listened to.
  Task<bool> hears_all() {
    std::function<bool()> known = [this] { return hearing_.has_value(); };
    co_await until(std::move(known));
    co_return hearing_ == Hearing::kYes;
  }
  void publish() {
    auto entry = std::make_shared<const catalog::ServerEntry>(server_);
    upstreams_->apply(catalog::Snapshot(++generation_, {entry}));
  }
  void deregister() { upstreams_->apply(catalog::Snapshot(++generation_, {})); }
  static Task<Result<std::shared_ptr<const catalog::ServerEntry>>> nothing() {
    co_return Error{ErrorCode::kNotFound, "gone", {}};
  }
  Task<std::string> subscribe(std::string uri) {
    auto subscribed = co_await upstreams_->resource_watches().subscribe(server_.spec.name, std::move(uri));
    co_return subscribed ? "yes" : subscribed.error().message;
  }
  Task<void> subscribe_into(std::string uri, std::string* out) { *out = co_await subscribe(std::move(uri)); }
  void unsubscribe(const std::string& uri) { upstreams_->resource_watches().unsubscribe(server_.spec.name, uri); }
  // The first one comes of itself, as soon as the server is listened to.
  Task<void> until_listings(int wanted) {
    std::function<bool()> enough = [this, wanted] { return listings_ >= wanted; };
    co_await until(std::move(enough));
  }
  Task<void> until_updates(std::size_t wanted) {
    std::function<bool()> enough = [this, wanted] { return updates_.size() >= wanted; };
    co_await until(std::move(enough));
  }
  // The streams that are open now are cut.
  void end_streams() { imposter_.release(); }

  catalog::ServerEntry server_ = http_server(imposter_.url());
  std::uint64_t generation_ = 0;
  int listings_ = 0;
  std::vector<std::string> updates_;
  std::optional<Hearing> hearing_;
};

inline const std::string kLists = R"({"tools":{"listChanged":true},"resources":{}})";
inline const std::string kUpdates = R"({"tools":{},"resources":{"subscribe":true}})";

}  // namespace jungle::upstream::testing
