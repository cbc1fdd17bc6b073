// One request and its answer.
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"

namespace jungle::cli {

struct HttpCall {
  std::string method;
  std::string url;
  std::string body;    // JSON; empty for none.
  Secret token;        // Sent as a bearer token; empty for none.
  Seconds time_limit;  // For the whole exchange.
};

struct HttpAnswer {
  int status = 0;
  std::string body;
};

// How the command line talks HTTP; a fake in tests. Blocks until the answer is there.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;
  // Any answer is a success, whatever its status. Errors: kUnavailable, kDeadlineExceeded, kInvalidArgument (the URL),
  // kLimitExceeded; the message says what happened, without the URL.
  virtual Result<HttpAnswer> send(const HttpCall& call) = 0;
};

}  // namespace jungle::cli
