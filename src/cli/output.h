// What commands print: data in, text out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "admin_api/answers.h"
#include "admin_api/catalog_rows.h"
#include "admin_api/refreshed_server.h"
#include "admin_api/register_input.h"
#include "admin_api/server_view.h"
#include "base/result.h"
#include "cli/admin_client.h"

namespace jungle::cli {

// Every function returns complete lines, in the shapes that MCPJungle's users and their scripts know.

std::string servers_text(const std::vector<admin_api::ServerView>& servers);
// `server` is the filter the list was made with; empty for none.
std::string tools_text(const std::vector<admin_api::ToolRow>& tools, std::string_view server);
std::string prompts_text(const std::vector<admin_api::PromptRow>& prompts);
std::string resources_text(const std::vector<admin_api::ResourceRow>& resources);

// A tool's parameters in the order of its schema, and its annotations.
// Errors: kInvalidArgument if the row's schema is not JSON.
Result<std::string> usage_text(const admin_api::ToolRow& tool);

std::string resource_text(const admin_api::ResourceRow& resource);
// `answer` is the REST API's; errors: kInvalidArgument if it has another shape.
Result<std::string> prompt_text(std::string_view name, std::string_view answer);

// What a fresh server brings along.
struct ServerContents {
  std::vector<admin_api::ToolRow> tools;
  std::vector<admin_api::PromptRow> prompts;
  std::vector<admin_api::ResourceRow> resources;
};
std::string registered_text(const admin_api::ServerView& server, const ServerContents& contents);
// `input` with the mask of REST answers for every secret in it.
admin_api::RegisterInput with_masked_secrets(admin_api::RegisterInput input);
std::string authorized_text(std::string_view server);
std::string refreshed_text(const admin_api::RefreshedServer& refreshed);
std::string deregistered_text(std::string_view server);

// `kind` is "tool" or "prompt".
std::string switched_text(std::string_view kind, Switch state, const std::vector<std::string>& names);
std::string switched_server_text(std::string_view server, Switch state, const admin_api::ServerStateChange& change);

// `server_version` is empty if the server could not be asked.
std::string version_text(std::string_view cli_version, std::string_view server_version, std::string_view server_url);
std::string version_json(std::string_view cli_version, std::string_view server_version, std::string_view server_url);

// JSON for people and for jq: two spaces a level, one line end. Errors: kInvalidArgument if it is not JSON.
Result<std::string> pretty_json(std::string_view json);

}  // namespace jungle::cli
