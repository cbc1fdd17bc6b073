// Answers to the list methods, ready to send.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>

#include "catalog/snapshot.h"
#include "mcp/call_context.h"
#include "mcp/request.h"
#include "mcp/response.h"

namespace jungle::gateway {

// Makes the pages of tools/list, prompts/list, resources/list and resources/templates/list and keeps them as bytes for
// as long as the catalog does not change, so that a list costs no copy. One per gateway, used on its executor.
class ListCache {
 public:
  // The page that `request` asks for with its cursor. A cursor of another state of the catalog, or of nobody's, is
  // answered with a JSON-RPC error (MCP server/utilities/pagination "Error Handling").
  mcp::Response page(const mcp::Request& request, const mcp::CallContext& call, const catalog::Snapshot& snapshot,
                     const catalog::View& view);

 private:
  using Key = std::tuple<mcp::Method, bool, std::string, std::size_t>;  // Method, for whom, scope, page.
  std::uint64_t generation_ = 0;
  std::map<Key, std::shared_ptr<const std::string>> pages_;
};

// A cursor is opaque to clients: base64url of `<generation>:<page>`.
std::string make_cursor(std::uint64_t generation, std::size_t page);
struct Cursor {
  std::uint64_t generation = 0;
  std::size_t page = 0;
};
std::optional<Cursor> parse_cursor(std::string_view text);

}  // namespace jungle::gateway
