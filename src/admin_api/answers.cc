#include "admin_api/answers.h"

#include "admin_api/field_reader.h"
#include "admin_api/json.h"
#include "admin_api/object_writer.h"

namespace jungle::admin_api {

std::string render(const ErrorBody& body) {
  ObjectWriter out;
  out.text("error", body.error);
  if (!body.code.empty()) out.text("code", body.code);
  return out.take();
}

Result<ErrorBody> parse_error_body(std::string_view json) {
  auto value = parse_json(json, Trailing::kIgnore);
  if (!value) return value.error();
  ErrorBody body;
  FieldReader reader(*value, "ErrorResponse");
  reader.read("error", body.error).read("code", body.code);
  if (reader.error()) return *reader.error();
  if (body.error.empty()) return Error{ErrorCode::kInvalidArgument, "the answer has no 'error'", {}};
  return body;
}

std::string render(const ServerStateChange& change) {
  ObjectWriter out;
  out.text("name", change.name).strings("tools_affected", change.tools_affected);
  return out.strings("prompts_affected", change.prompts_affected).take();
}

Result<ServerStateChange> parse_server_state_change(std::string_view json) {
  auto value = parse_json(json, Trailing::kIgnore);
  if (!value) return value.error();
  ServerStateChange change;
  FieldReader reader(*value, "EnableDisableServerResult");
  reader.read("name", change.name).read("tools_affected", change.tools_affected);
  reader.read("prompts_affected", change.prompts_affected);
  if (reader.error()) return *reader.error();
  return change;
}

std::string render_names(const std::vector<std::string>& names) { return string_array(names); }

Result<std::vector<std::string>> parse_names(std::string_view json) {
  auto array = parse_array(json);
  if (!array) return array.error();
  std::vector<std::string> names;
  for (const Json& item : array->items) {
    if (item.kind != Json::Kind::kString) return Error{ErrorCode::kInvalidArgument, "a name is not a string", {}};
    names.push_back(item.text);
  }
  return names;
}

std::string render_health() { return R"({"status":"ok"})"; }

std::string render_metadata(std::string_view version) { return ObjectWriter().text("version", version).take(); }

Result<std::string> parse_metadata(std::string_view json) {
  auto value = parse_json(json, Trailing::kIgnore);
  if (!value) return value.error();
  std::string version;
  FieldReader reader(*value, "ServerMetadata");
  reader.read("version", version);
  if (reader.error()) return *reader.error();
  return version;
}

Result<std::string> parse_init_mode(std::string_view json) {
  auto value = parse_json(json, Trailing::kIgnore);
  if (!value) return with_context(value.error(), "Invalid request body");
  std::string mode;
  FieldReader reader(*value, "InitServerRequest");
  reader.read("mode", mode);
  if (reader.error()) return with_context(*reader.error(), "Invalid request body");
  if (mode == "development" || mode == "enterprise" || mode == "production") return mode;
  const std::string tag = mode.empty() ? "required" : "oneof";
  return Error{ErrorCode::kInvalidArgument,
               "Invalid request body: Key: 'Mode' Error:Field validation for 'Mode' failed on the '" + tag + "' tag",
               {}};
}

}  // namespace jungle::admin_api
