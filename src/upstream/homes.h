// The homes of one server.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "mcp/client_capabilities.h"

namespace jungle::upstream {

// The homes of one server (HttpHome, ChannelHome), one for each set of client capabilities that calls came with: a
// legacy server is told once per session what its client can do, so clients that can do different things share none.
// Modern servers are told with every request; their calls use the first home.
//
// Owned by its ServerState. The homes themselves are used on their own executor.
template <class Home>
class Homes {
 public:
  using Make = std::function<std::unique_ptr<Home>(mcp::ClientCapabilities)>;

  explicit Homes(Make make) : make_(std::move(make)), first_(make_({})) {}

  // For calls that relay nothing.
  Home& first() const { return *first_; }
  // Made if need be; after close() the first one, which has been ended. Callable from any thread.
  Home& of(mcp::ClientCapabilities capabilities) {
    if (!capabilities.any()) return *first_;
    return others_.with([&](Others& others) -> Home& {
      const auto found = others.homes.find(capabilities.bits());
      if (found != others.homes.end()) return *found->second;
      if (others.closed) return *first_;
      return *others.homes.emplace(capabilities.bits(), make_(capabilities)).first->second;
    });
  }
  // Makes no more, and returns all.
  std::vector<Home*> close() {
    return others_.with([&](Others& others) {
      others.closed = true;
      std::vector<Home*> homes{first_.get()};
      for (const auto& [bits, home] : others.homes)
        homes.push_back(home.get());
      return homes;
    });
  }

 private:
  struct Others {
    std::map<std::uint8_t, std::unique_ptr<Home>> homes;
    bool closed = false;
  };

  const Make make_;
  const std::unique_ptr<Home> first_;
  Guarded<Others> others_;
};

}  // namespace jungle::upstream
