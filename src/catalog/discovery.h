// What an upstream server said about itself when it was asked.
#pragma once

#include <string>
#include <vector>

namespace jungle::catalog {

// The answers of one server to `initialize` or `server/discover` and to the four list methods, all pages, as raw JSON:
// every field of every definition is kept. A value; made by upstream, stored by the catalog.
struct Discovery {
  std::string revision;  // "2025-11-25": what was negotiated.
  std::string capabilities = "{}";
  std::string server_info = "{}";
  std::string instructions;
  std::vector<std::string> tools;  // Definitions with the server's own names, in its order.
  std::vector<std::string> prompts;
  std::vector<std::string> resources;
  std::vector<std::string> resource_templates;
  std::vector<std::string> warnings;  // What was set aside, and why: sentences for the person who registers.
};

}  // namespace jungle::catalog
