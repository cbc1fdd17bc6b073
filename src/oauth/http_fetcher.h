// The Fetcher that connects.
#pragma once

#include "base/time.h"
#include "http/client.h"
#include "oauth/fetcher.h"

namespace jungle::oauth {

// Fetches over an http::Client. Lives on the client's executor; both outlive it.
class HttpFetcher final : public Fetcher {
 public:
  HttpFetcher(http::Client& client, Time& time) : client_(client), time_(time) {}

  Task<Result<FetchAnswer>> fetch(FetchRequest request) override;

 private:
  http::Client& client_;
  Time& time_;
};

}  // namespace jungle::oauth
