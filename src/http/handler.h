// What answers requests.
#pragma once

#include "base/task.h"
#include "http/exchange.h"

namespace jungle::http {

// Answers the requests of a Server, on its worker, many at a time. Outlives the server.
class Handler {
 public:
  virtual ~Handler() = default;
  // Returns when the answer is written. Returning without an answer is answered with 500; so is an exception, which is
  // a bug and is logged. Being cancelled means returning soon: see Exchange.
  virtual Task<void> handle(Exchange& exchange) = 0;
};

}  // namespace jungle::http
