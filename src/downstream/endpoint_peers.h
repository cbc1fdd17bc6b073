// The endpoints of all workers.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <boost/asio/post.hpp>

#include "base/guarded.h"
#include "base/task.h"

namespace jungle::downstream {

class McpEndpoint;

// Which lists changed, for those who listen.
struct ListChange {
  bool tools = false;
  bool prompts = false;
  bool resources = false;
  bool any() const { return tools || prompts || resources; }
  void add(const ListChange& other) {
    tools |= other.tools;
    prompts |= other.prompts;
    resources |= other.resources;
  }
  // Those of them that `wanted` names.
  ListChange only(const ListChange& wanted) const {
    return {tools && wanted.tools, prompts && wanted.prompts, resources && wanted.resources};
  }
};
// By scope: "" is the whole gateway, else a view of the catalog: a server's own endpoint, or one of those kept apart.
using ListChanges = std::map<std::string, ListChange, std::less<>>;

// A resource changed, as its server names it.
struct ResourceUpdate {
  std::string server;
  std::string own_uri;
};

// Reaches what lives on other workers: streams and calls of a session whose request came in here. One per process;
// callable from any thread. Endpoints join before the first request and leave after the workers have stopped.
class EndpointPeers {
 public:
  void join(Executor executor, McpEndpoint& endpoint) {
    members_.with([&](std::vector<Member>& members) { members.push_back(Member{executor, &endpoint}); });
  }
  void leave(McpEndpoint& endpoint) {
    members_.with([&](std::vector<Member>& members) {
      std::erase_if(members, [&](const Member& member) { return member.endpoint == &endpoint; });
    });
  }
  // Runs `what` for every endpoint, on its worker, soon.
  void tell_all(const std::function<void(McpEndpoint&)>& what) const {
    members_.with([&](const std::vector<Member>& members) {
      for (const Member& member : members) {
        asio::post(member.executor, [what, endpoint = member.endpoint] { what(*endpoint); });
      }
    });
  }

 private:
  struct Member {
    Executor executor;
    McpEndpoint* endpoint;
  };
  Guarded<std::vector<Member>> members_;
};

}  // namespace jungle::downstream
