// Asking an authorization server, or a resource for its metadata.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "http/url.h"

namespace jungle::oauth {

// One request. Secrets may be in `headers` and `body`; it is never logged.
struct FetchRequest {
  http::Url url;
  std::string
      server_url;  // The upstream server that led here: `url` may lead no deeper into our networks than it does.
  std::string ca_file = {};  // Of that server's registration: trusted besides the system's authorities.
  std::string_view method = "GET";
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};

// An answer, whatever its status.
struct FetchAnswer {
  int status = 0;
  std::string content_type = {};
  std::string cache_control = {};
  std::string location = {};
  std::string body = {};
};

// Sends a request and reads its whole answer, within kFetchTime and kFetchBodyBytesMax. Follows no redirect. A fake in
// tests. Errors are those of the network: kUnavailable, kDeadlineExceeded, kLimitExceeded, kCancelled,
// kPermissionDenied (the egress guard), kUpstreamRejected (not HTTP).
class Fetcher {
 public:
  virtual ~Fetcher() = default;
  virtual Task<Result<FetchAnswer>> fetch(FetchRequest request) = 0;
};

}  // namespace jungle::oauth
