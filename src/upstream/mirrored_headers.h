// The HTTP headers that repeat what a request's body says.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "http/headers.h"
#include "mcp/request.h"

namespace jungle::upstream {

// The headers that a modern request mirrors from its body (MCP 2026-07-28 basic/transports/streamable-http). Owns the
// texts that get() refers to, or borrows them from the request, which must outlive it. Constant after construction.
class MirroredHeaders {
 public:
  explicit MirroredHeaders(const mcp::Request& request);
  MirroredHeaders(const MirroredHeaders&) = delete;
  MirroredHeaders& operator=(const MirroredHeaders&) = delete;

  std::span<const http::Header> get() const { return headers_; }

 private:
  std::string name_;
  std::vector<std::pair<std::string, std::string>> params_;
  std::vector<http::Header> headers_;
};

}  // namespace jungle::upstream
