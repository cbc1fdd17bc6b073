// Entries of the catalog as rows of the REST API.
#pragma once

#include "admin_api/catalog_rows.h"
#include "catalog/entry.h"

namespace jungle::admin {

// The parts of a definition that a row shows are as the server wrote them, without white space between tokens.
// `input_schema` always has `type`, `properties` and `required`, which MCPJungle's clients read without asking.
admin_api::ToolRow row_of(const catalog::ToolEntry& tool);
admin_api::PromptRow row_of(const catalog::PromptEntry& prompt);
admin_api::ResourceRow row_of(const catalog::ResourceEntry& resource);

}  // namespace jungle::admin
