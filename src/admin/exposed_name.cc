#include "admin/exposed_name.h"

#include <memory>
#include <utility>

#include "base/text.h"
#include "catalog/names.h"

namespace jungle::admin {
namespace {

constexpr std::size_t kShownNameBytesMax = 512;

// A name as an error shows it: a request may hold megabytes of it.
std::string shown(std::string_view name) { return shortened(name, kShownNameBytesMax); }

std::string phrase_text(ServerPhrase phrase, std::string_view server) {
  const char* start =
      phrase == ServerPhrase::kGet ? "failed to get MCP server " : "failed to get details about MCP server ";
  return start + shown(server) + " from DB";
}

template <typename Entry>
Result<const Entry*> find_entry(const catalog::Snapshot& snapshot, std::string_view name, ServerPhrase phrase,
                                const std::string& kind, std::vector<Entry> catalog::ServerEntry::*entries) {
  const std::size_t separator = name.find(catalog::kNameSeparator);
  if (separator == std::string_view::npos) {
    return Error{
        ErrorCode::kInvalidArgument,
        kind + " name does not contain a " + std::string(catalog::kNameSeparator) + " separator: invalid user input",
        {}};
  }
  const std::string_view server_name = name.substr(0, separator);
  const auto server = snapshot.find_server(server_name);
  if (!server) return with_context(server_not_found(snapshot, server_name), phrase_text(phrase, server_name));
  for (const Entry& entry : (*server).*entries) {
    if (entry.exposed_name == name) return &entry;
  }
  std::vector<std::string> names;
  if (((*server).*entries).size() <= catalog::kSuggestionNamesMax) {
    for (const Entry& entry : (*server).*entries)
      names.push_back(entry.exposed_name);
  }
  const std::string text = kind + " " + shown(name) + " not found: not found";
  return Error{ErrorCode::kNotFound, text + did_you_mean(name, names), {}};
}

}  // namespace

Error server_not_found(const catalog::Snapshot& snapshot, std::string_view name) {
  std::vector<std::string> names;
  if (snapshot.servers().size() <= catalog::kSuggestionNamesMax) {
    for (const auto& server : snapshot.servers())
      names.push_back(server->spec.name.str());
  }
  const std::string text = "MCP server " + shown(name) + " not found: not found";
  return {ErrorCode::kNotFound, text + did_you_mean(name, names), {}};
}

Result<std::vector<const catalog::ServerEntry*>> servers_of(const catalog::Snapshot& snapshot, std::string_view name) {
  std::vector<const catalog::ServerEntry*> servers;
  if (name.empty()) {
    for (const auto& server : snapshot.servers())
      servers.push_back(server.get());
    return servers;
  }
  if (auto checked = catalog::parse_server_name(name); !checked) return checked.error();
  const auto server = snapshot.find_server(name);
  if (!server) return with_context(server_not_found(snapshot, name), phrase_text(ServerPhrase::kGet, name));
  servers.push_back(server.get());
  return servers;
}

Result<const catalog::ToolEntry*> find_tool(const catalog::Snapshot& snapshot, std::string_view name,
                                            ServerPhrase phrase) {
  return find_entry(snapshot, name, phrase, "tool", &catalog::ServerEntry::tools);
}

Result<const catalog::PromptEntry*> find_prompt(const catalog::Snapshot& snapshot, std::string_view name,
                                                ServerPhrase phrase) {
  return find_entry(snapshot, name, phrase, "prompt", &catalog::ServerEntry::prompts);
}

Result<const catalog::ResourceEntry*> find_resource(const catalog::Snapshot& snapshot, std::string_view uri) {
  auto parsed = catalog::parse_exposed_uri(uri);
  if (!parsed) return parsed.error();
  if (const auto server = snapshot.find_server(parsed->server.str())) {
    for (const catalog::ResourceEntry& entry : server->resources) {
      if (entry.own_uri == parsed->own_uri) return &entry;
    }
  }
  return resource_not_found(uri);
}

Error resource_not_found(std::string_view uri) {
  return {ErrorCode::kNotFound, "resource " + shown(uri) + " not found: not found", {}};
}

Error is_disabled(std::string_view kind, std::string_view name) {
  std::string text(kind);
  text.append(" ").append(shown(name)).append(" not found: not found (it is registered but disabled)");
  return {ErrorCode::kNotFound, std::move(text), {}};
}

}  // namespace jungle::admin
