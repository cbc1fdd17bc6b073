// The parked calls of one server.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/guarded.h"
#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "mcp/service.h"
#include "upstream/parked_call.h"
#include "upstream/worker.h"

namespace jungle::upstream {

// Lets modern clients give input to a legacy server: a ParkedCall for each call, and the way back to it, from any
// worker, by the `requestState` that the client echoes. A state is 192 random bits that work once, for the principal
// and the request that they were made for; what they stand for never leaves the process.
//
// One per server, owned by its ServerState. Callable from any thread.
class ParkedCalls {
 public:
  explicit ParkedCalls(Random& random) : random_(random) {}

  // Whether a request must come here rather than go to its (legacy) server: its client could be asked, but only so.
  static bool concerns(const mcp::Request& request, const mcp::CallContext& call, const mcp::EventSink& events);

  // Answers it over `server`, the service that can ask. On the worker's executor.
  Task<Result<mcp::Response>> handle(Worker& worker, std::shared_ptr<mcp::Service> server, mcp::Request request,
                                     const mcp::CallContext& call, mcp::EventSink& events);

  // Takes note of a call that waits for its client; the state for that. Empty: too many wait, or this is closed.
  std::string add(std::shared_ptr<ParkedCall> call);
  // The call has ended while it waited.
  void remove(const std::string& state);
  // Ends all that wait.
  void close();

 private:
  struct Waiting {
    std::map<std::string, std::shared_ptr<ParkedCall>, std::less<>> calls;  // By state.
    bool closed = false;
  };
  std::shared_ptr<ParkedCall> take(const std::string& state, const mcp::Request& request, const mcp::CallContext& call);

  Random& random_;
  Guarded<Waiting> waiting_;
};

}  // namespace jungle::upstream
