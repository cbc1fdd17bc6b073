// Everything that a server offers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "catalog/discovery.h"
#include "catalog/server_spec.h"
#include "mcp/response.h"
#include "upstream/greeting.h"
#include "upstream/limits.h"

namespace jungle::upstream {

// A conversation with a server, for asking it questions of our own. Single executor.
class Conversation {
 public:
  virtual ~Conversation() = default;
  // `members` are the params without `_meta`: raw JSON members, "" or `"cursor":"x"`.
  virtual Task<Result<mcp::Response>> ask(std::string method, std::string members) = 0;
  // Whether the server has said that its lists changed; from then on, whether it has said so again.
  virtual bool take_change() = 0;
};

// Where a list ends, whatever its server says. The entries are those of one kind, the bytes those of all kinds.
struct ListLimits {
  std::size_t pages = kListPagesMax;
  std::size_t entries = kListEntriesMax;
  std::size_t bytes = kListBytesMax;
};

// Lists all pages of tools, prompts, resources and resource templates. A legacy server is always asked for its tools;
// everything else only if it is advertised. "Method not found" is an empty list. Tools that cannot be listed are an
// error; for the rest that is a warning. A list ends at a limit or at a repeated cursor: what came up to there is kept,
// with a warning. A server that says meanwhile that its lists changed, as some do that register their tools once they
// know their client, is asked for everything once more.
Task<Result<catalog::Discovery>> list_everything(Conversation& conversation, const catalog::ServerSpec& spec,
                                                 Greeting greeting, ListLimits limits);

}  // namespace jungle::upstream
