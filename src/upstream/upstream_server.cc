#include "upstream/upstream_server.h"

#include <utility>

#include "upstream/channel_upstream.h"
#include "upstream/http_upstream.h"
#include "upstream/server_errors.h"

namespace jungle::upstream {
namespace {

// A server that cannot be spoken to: every call says why.
class UnreachableUpstream final : public UpstreamServer {
 public:
  UnreachableUpstream(std::shared_ptr<ServerState> state, Error why) : state_(std::move(state)), why_(std::move(why)) {}

  const std::shared_ptr<ServerState>& state() const override { return state_; }
  void close() override {}
  Task<Result<mcp::Response>> handle(mcp::Request, const mcp::CallContext&, mcp::EventSink&) override {
    co_return why_;
  }

 private:
  const std::shared_ptr<ServerState> state_;
  const Error why_;
};

}  // namespace

std::shared_ptr<UpstreamServer> make_upstream_server(Worker& worker, std::shared_ptr<ServerState> state) {
  if (state->channels) return std::make_shared<ChannelUpstream>(worker, std::move(state));
  if (state->http) return std::make_shared<HttpUpstream>(worker, std::move(state));
  Error why = unusable_error(state->facts->spec);
  return std::make_shared<UnreachableUpstream>(std::move(state), std::move(why));
}

}  // namespace jungle::upstream
