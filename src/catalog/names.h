// Names and URIs that the gateway exposes, and the names of servers.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "catalog/ids.h"

namespace jungle::catalog {

// Between a server's name and the own name of a tool or prompt. A server name has no `__` and does not end in `_`, so
// the first `__` of an exposed name is always this one, and no two servers can expose the same name.
inline constexpr std::string_view kNameSeparator = "__";

// MCPJungle has no limit. Clients cut or refuse tool names over 64 characters, so longer ones are of no use.
inline constexpr std::size_t kServerNameBytesMax = 128;
inline constexpr std::size_t kUrlBytesMax = 8 * 1024;  // Common servers refuse longer request lines.

// Checks the rules for server names. kInvalidArgument names the rule that is broken.
Result<ServerName> parse_server_name(std::string_view text);

// Whether `text` is an absolute http or https URL with a host and without credentials. kInvalidArgument.
Result<void> check_url(std::string_view text);

std::string exposed_name_of(const ServerName& server, std::string_view own_name);

// mcpj://res/<server>/<own URI in standard Base64 without padding>. The payload may contain slashes. But hosts know the
// interfaces of MCP Apps by their scheme: ui://<rest> becomes ui://<server>/<rest>.
std::string exposed_uri_of(const ServerName& server, std::string_view own_uri);
// mcpj://tpl/<server>/<own template>, or ui:// as above: what a client expands from it is read by parse_exposed_uri.
std::string exposed_template_of(const ServerName& server, std::string_view own_template);

// Where an exposed URI leads.
struct ExposedUri {
  enum class Kind : unsigned char { kResource, kFromTemplate };
  Kind kind = Kind::kResource;
  ServerName server;
  std::string own_uri;  // Also an own template, if that is what was exposed.
  friend bool operator==(const ExposedUri&, const ExposedUri&) = default;
};

// Reads all forms; those of mcpj:// also for a ui:// of its server. Whether such a server and resource exist is not
// known here. kInvalidArgument with the texts of MCPJungle's REST API.
Result<ExposedUri> parse_exposed_uri(std::string_view text);

}  // namespace jungle::catalog
