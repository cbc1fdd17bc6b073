// Resources that a test may watch.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "mcp/resource_feed.h"

namespace jungle::mcp::testing {

// Every URI is a resource `own:<uri>` of the server "s", but those that the test says are not. Outlives its watches.
class FakeResourceFeed final : public ResourceFeed {
 public:
  Task<Result<ResourceWatchPtr>> watch(std::string uri, const CallContext&) override {
    if (refusal) return answer(*refusal);
    asked.push_back(uri);
    const std::string own = "own:" + uri;
    watched.insert(own);
    const auto release = [this](const ResourceWatch& gone) { watched.erase(watched.find(gone.own_uri())); };
    return answer(std::make_shared<const ResourceWatch>("s", own, release));
  }
  Task<Result<ResourceWatchPtr>> watch_task(std::string id, const CallContext& call) override {
    return watch("task:" + std::move(id), call);
  }
  bool leads_to(const std::string& uri, const std::string&, const ResourceWatch&) override {
    return !hidden.contains(uri);
  }

  std::vector<std::string> asked;
  std::multiset<std::string> watched;  // Own URIs, at this moment.
  std::set<std::string> hidden;        // Watched, but not to be seen any more.
  std::optional<Error> refusal;

 private:
  static Task<Result<ResourceWatchPtr>> answer(Result<ResourceWatchPtr> known) { co_return known; }
};

}  // namespace jungle::mcp::testing
