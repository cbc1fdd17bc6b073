// Finding what a REST request names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/snapshot.h"

namespace jungle::admin {

// How a route words that there is no such server; MCPJungle's routes differ.
enum class ServerPhrase : unsigned char {
  kGet,      // failed to get MCP server a from DB: ...
  kDetails,  // failed to get details about MCP server a from DB: ...
};

// `MCP server a not found: not found`, with the nearest name if there is one.
Error server_not_found(const catalog::Snapshot& snapshot, std::string_view name);

// What a list is about: the server that `?server=` names, or all of them if that is empty. kInvalidArgument (not a
// server name), kNotFound. The entries live as long as `snapshot`.
Result<std::vector<const catalog::ServerEntry*>> servers_of(const catalog::Snapshot& snapshot, std::string_view name);

// The tool or prompt called `server__name`, enabled or not. kInvalidArgument (no separator), kNotFound. The entry lives
// as long as `snapshot`.
Result<const catalog::ToolEntry*> find_tool(const catalog::Snapshot& snapshot, std::string_view name,
                                            ServerPhrase phrase);
Result<const catalog::PromptEntry*> find_prompt(const catalog::Snapshot& snapshot, std::string_view name,
                                                ServerPhrase phrase);
// By exposed URI. kInvalidArgument (not such a URI), kNotFound.
Result<const catalog::ResourceEntry*> find_resource(const catalog::Snapshot& snapshot, std::string_view uri);

// `resource mcpj://... not found: not found`.
Error resource_not_found(std::string_view uri);
// What calling a tool or prompt that is switched off is answered with.
Error is_disabled(std::string_view kind, std::string_view name);

}  // namespace jungle::admin
