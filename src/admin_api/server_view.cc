#include "admin_api/server_view.h"

#include "admin_api/object_writer.h"

namespace jungle::admin_api {
namespace {

Result<ServerView> view_of(const Json& json) {
  ServerView server;
  FieldReader reader(json, "McpServer");
  reader.read("name", server.name)
      .read("transport", server.transport)
      .read("enabled", server.enabled)
      .read("description", server.description)
      .read("url", server.url)
      .read("command", server.command)
      .read("args", server.args)
      .read("env", server.env)
      .read("session_mode", server.session_mode)
      .read("forward_headers", server.forward_headers)
      .read("ca_file", server.ca_file)
      .read("authorization", server.authorization)
      .read("missing_scopes", server.missing_scopes)
      .read("unavailable_reason", server.unavailable_reason)
      .read("unavailable_since", server.unavailable_since)
      .read("next_attempt_at", server.next_attempt_at);
  if (reader.error()) return *reader.error();
  return server;
}

}  // namespace

std::string render(const ServerView& server) {
  ObjectWriter out;
  out.text("name", server.name).text("transport", server.transport).boolean("enabled", server.enabled);
  out.text("description", server.description).text("url", server.url).text("command", server.command);
  server.args.empty() ? out.null("args") : out.strings("args", server.args);
  server.env.empty() ? out.null("env") : out.secrets("env", server.env);
  out.text("session_mode", server.session_mode);
  if (!server.forward_headers.empty()) out.texts("forward_headers", server.forward_headers);
  if (!server.ca_file.empty()) out.text("ca_file", server.ca_file);
  if (!server.authorization.empty()) out.text("authorization", server.authorization);
  if (!server.missing_scopes.empty()) out.strings("missing_scopes", server.missing_scopes);
  if (!server.unavailable_reason.empty()) out.text("unavailable_reason", server.unavailable_reason);
  if (!server.unavailable_since.empty()) out.text("unavailable_since", server.unavailable_since);
  if (!server.next_attempt_at.empty()) out.text("next_attempt_at", server.next_attempt_at);
  return out.take();
}

std::string render(const std::vector<ServerView>& servers) { return render_array(servers); }

std::string render_registered(const ServerView& server, const std::vector<std::string>& warnings) {
  ObjectWriter out;
  out.raw("server", render(server));
  if (!warnings.empty()) out.strings("warnings", warnings);
  return out.take();
}

Result<std::vector<ServerView>> parse_server_views(std::string_view json) {
  auto array = parse_array(json);
  if (!array) return array.error();
  std::vector<ServerView> servers;
  for (const Json& item : array->items) {
    auto server = view_of(item);
    if (!server) return server.error();
    servers.push_back(std::move(*server));
  }
  return servers;
}

Result<ServerView> parse_registered(std::string_view json) {
  auto answer = parse_json(json, Trailing::kIgnore);
  if (!answer) return answer.error();
  const Json* server = answer->find("server");
  if (!server) return Error{ErrorCode::kInvalidArgument, "the answer has no 'server'", {}};
  return view_of(*server);
}

Result<std::vector<std::string>> parse_registered_warnings(std::string_view json) {
  auto answer = parse_json(json, Trailing::kIgnore);
  if (!answer) return answer.error();
  std::vector<std::string> warnings;
  FieldReader reader(*answer, "RegisterServerResult");
  reader.read("warnings", warnings);
  if (reader.error()) return *reader.error();
  return warnings;
}

}  // namespace jungle::admin_api
