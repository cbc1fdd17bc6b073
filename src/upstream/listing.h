// Everything that a server offers.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "catalog/discovery.h"
#include "catalog/server_spec.h"
#include "mcp/response.h"
#include "upstream/greeting.h"

namespace jungle::upstream {

// A conversation with a server, for asking it questions of our own. Single executor.
class Conversation {
 public:
  virtual ~Conversation() = default;
  // `members` are the params without `_meta`: raw JSON members, "" or `"cursor":"x"`.
  virtual Task<Result<mcp::Response>> ask(std::string method, std::string members) = 0;
};

// Lists all pages of tools, prompts, resources and resource templates. A legacy server is always asked for its tools;
// everything else only if it is advertised. "Method not found" is an empty list. Tools that cannot be listed are an
// error; for the rest that is a warning. Stops at a repeated cursor, kListPagesMax, kListEntriesMax and kListBytesMax.
Task<Result<catalog::Discovery>> list_everything(Conversation& conversation, const catalog::ServerSpec& spec,
                                                 Greeting greeting);

}  // namespace jungle::upstream
