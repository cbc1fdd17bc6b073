// Small servers for tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "catalog/admission.h"
#include "mcp/json_text.h"

namespace jungle::catalog::testing {

inline ServerSpec http_spec(std::string name) {
  ServerSpec spec;
  spec.name = ServerName(std::move(name));
  spec.url = "http://127.0.0.1:9/mcp";
  return spec;
}

inline ServerSpec stdio_spec(std::string name) {
  ServerSpec spec;
  spec.name = ServerName(std::move(name));
  spec.transport = Transport::kStdio;
  spec.command = "true";
  return spec;
}

inline std::string tool_json(const std::string& name, const std::string& description = "does something") {
  return R"({"name":)" + mcp::json_string(name) + R"(,"description":)" + mcp::json_string(description) +
         R"(,"inputSchema":{"type":"object","properties":{"n":{"type":"integer"}}}})";
}
inline std::string prompt_json(const std::string& name) {
  return R"({"name":)" + mcp::json_string(name) + R"(,"arguments":[{"name":"a","required":true}]})";
}
inline std::string resource_json(const std::string& name, const std::string& uri) {
  return R"({"uri":)" + mcp::json_string(uri) + R"(,"name":)" + mcp::json_string(name) + R"(,"mimeType":"text/plain"})";
}
inline std::string template_json(const std::string& name, const std::string& uri_template) {
  return R"({"uriTemplate":)" + mcp::json_string(uri_template) + R"(,"name":)" + mcp::json_string(name) + "}";
}

// Two tools, a prompt, a resource and a template.
inline Discovery small_discovery() {
  Discovery discovery;
  discovery.revision = "2025-11-25";
  discovery.capabilities = R"({"tools":{},"completions":{}})";
  discovery.server_info = R"({"name":"sample","version":"1"})";
  discovery.instructions = "Be kind.";
  discovery.tools = {tool_json("echo"), tool_json("add")};
  discovery.prompts = {prompt_json("greet")};
  discovery.resources = {resource_json("readme", "file:///readme.md")};
  discovery.resource_templates = {template_json("files", "file:///{path}")};
  return discovery;
}

inline Discovery discovery_of_tools(std::vector<std::string> names) {
  Discovery discovery;
  for (const std::string& name : names)
    discovery.tools.push_back(tool_json(name));
  return discovery;
}

// As a snapshot holds it, without a repository.
inline std::shared_ptr<const ServerEntry> sample_entry(std::string name, Discovery discovery = small_discovery()) {
  return share(admit(http_spec(std::move(name)), std::move(discovery)));
}

}  // namespace jungle::catalog::testing
