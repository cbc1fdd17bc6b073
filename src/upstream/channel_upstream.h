// A server that is reached over channels, as one worker reaches it.
#pragma once

#include <memory>

#include "upstream/upstream_server.h"

namespace jungle::upstream {

// A stdio server, or one of HTTP+SSE. Renders calls, sends them to the server's home (two posts, none if this worker is
// the home), relays what comes back, and keeps their time.
class ChannelUpstream final : public UpstreamServer {
 public:
  ChannelUpstream(Worker& worker, std::shared_ptr<ServerState> state);

  const std::shared_ptr<ServerState>& state() const override { return state_; }
  void close() override {}
  Task<Result<mcp::Response>> handle(mcp::Request request, const mcp::CallContext& call,
                                     mcp::EventSink& events) override;

 private:
  // `sight` is what the call knew of the server's health when it began.
  Task<Result<Era>> era_of_server(ServerHealth::Sight sight);
  Task<Result<mcp::Response>> call_once(Era era, ServerHealth::Sight sight, const mcp::Request& request,
                                        const mcp::CallContext& call, mcp::EventSink& events);

  std::shared_ptr<ChannelMaker> own_maker_of(const mcp::CallContext& call) const;
  ChannelHome& home_of(Era era, const mcp::CallContext& call, const mcp::EventSink& events) const;

  Worker& worker_;
  const std::shared_ptr<ServerState> state_;
};

}  // namespace jungle::upstream
