// Invoking a tool, rendering a prompt, reading a resource: requests of the REST API, and MCP results as its answers.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace jungle::admin_api {

// POST /api/v0/tools/invoke: the tool's name and its arguments share one flat object. A tool with a parameter called
// `name` cannot receive it here.
struct InvokeRequest {
  std::string name;
  std::string arguments_json;  // An object, {} when nothing but the name was given; numbers keep their spelling.
};
// Errors: kInvalidArgument `failed to decode request body: ...`, `missing 'name' field in request body`,
// `'name' field must be a string`.
Result<InvokeRequest> parse_invoke_request(std::string_view json);
// `arguments_json` is an object or empty; its own `name`, if any, is dropped in favour of `name`.
Result<std::string> render_invoke_request(std::string_view name, std::string_view arguments_json);

// POST /api/v0/prompts/render. Arguments are strings only.
struct PromptRequest {
  std::string name;
  std::map<std::string, std::string> arguments;
};
Result<PromptRequest> parse_prompt_request(std::string_view json);
std::string render(const PromptRequest& request);

// POST /api/v0/resources/get and /read: the exposed URI.
Result<std::string> parse_resource_request(std::string_view json);
std::string render_resource_request(std::string_view uri);

// A CallToolResult of MCP as InvokeResult: `_meta` left out when empty, `isError` when false, `content` always there,
// `structuredContent` left out when null; members unknown to us follow as they came. Nothing is retyped.
// Errors: kUpstreamRejected if the result is no JSON object; kLimitExceeded.
Result<std::string> invoke_result_of(std::string_view mcp_result);
// A GetPromptResult: `description` and `messages` always there, `_meta` as `meta`, left out when empty.
Result<std::string> prompt_result_of(std::string_view mcp_result);
// A ReadResourceResult: {"contents":[...]}, each with `uri` replaced by `exposed_uri`.
Result<std::string> read_result_of(std::string_view mcp_result, std::string_view exposed_uri);

}  // namespace jungle::admin_api
