#include "admin_api/calls.h"

#include "admin_api/field_reader.h"
#include "admin_api/json.h"
#include "admin_api/object_writer.h"

namespace jungle::admin_api {
namespace {

Error bad_request(std::string message) { return {ErrorCode::kInvalidArgument, std::move(message), {}}; }

Result<Json> decode_body(std::string_view json) {
  auto body = parse_json(json, Trailing::kIgnore);
  if (!body) return with_context(body.error(), "failed to decode request body");
  return body;
}

Result<void> check_fields(const FieldReader& reader, const std::string& required, std::string_view name) {
  if (reader.error()) return with_context(*reader.error(), "failed to decode request body");
  if (required.empty()) return bad_request("missing '" + std::string(name) + "' field in request body");
  return {};
}

// Errors: kUpstreamRejected, kLimitExceeded.
Result<Json> parse_result(std::string_view text) {
  auto result = parse_json(text, Trailing::kIgnore);
  if (!result) {
    if (result.error().code == ErrorCode::kLimitExceeded) return result.error();
    return Error{ErrorCode::kUpstreamRejected, "the result is not JSON: " + result.error().message, {}};
  }
  if (result->kind != Json::Kind::kObject)
    return Error{ErrorCode::kUpstreamRejected, "the result is not a JSON object", {}};
  return result;
}

bool is_empty_object(const Json& value) { return value.is_null() || (value.members.empty() && value.items.empty()); }

// Members of `result` that are not in `known`, in their order. `resultType` belongs to the protocol, not to the answer.
void copy_others(ObjectWriter& out, const Json& result, std::initializer_list<std::string_view> known) {
  for (const Json::Member& member : result.members) {
    const bool is_known = std::find(known.begin(), known.end(), member.key) != known.end();
    if (!is_known && member.key != "resultType") out.raw(member.key, compact(member.value));
  }
}

}  // namespace

Result<InvokeRequest> parse_invoke_request(std::string_view json) {
  auto body = decode_body(json);
  if (!body) return body.error();
  if (body->kind != Json::Kind::kObject && !body->is_null()) {
    return bad_request("failed to decode request body: json: cannot unmarshal " + std::string(kind_name(body->kind)) +
                       " into Go value of type map[string]interface {}");
  }
  const Json* name = body->find("name");
  if (!name) return bad_request("missing 'name' field in request body");
  if (name->kind != Json::Kind::kString) return bad_request("'name' field must be a string");
  ObjectWriter arguments;
  for (const Json::Member& member : body->members) {
    if (member.key != "name") arguments.raw(member.key, compact(member.value));
  }
  return InvokeRequest{name->text, arguments.take()};
}

Result<std::string> render_invoke_request(std::string_view name, std::string_view arguments_json) {
  ObjectWriter out;
  out.text("name", name);
  if (arguments_json.empty()) return out.take();
  auto arguments = parse_json(arguments_json, Trailing::kRefuse);
  if (!arguments) return arguments.error();
  if (arguments->kind != Json::Kind::kObject && !arguments->is_null()) {
    return bad_request("json: cannot unmarshal " + std::string(kind_name(arguments->kind)) +
                       " into Go value of type map[string]interface {}");
  }
  for (const Json::Member& member : arguments->members) {
    if (member.key != "name") out.raw(member.key, compact(member.value));
  }
  return out.take();
}

Result<PromptRequest> parse_prompt_request(std::string_view json) {
  auto body = decode_body(json);
  if (!body) return body.error();
  PromptRequest request;
  FieldReader reader(*body, "PromptGetRequest");
  reader.read("name", request.name).read("arguments", request.arguments);
  if (auto checked = check_fields(reader, request.name, "name"); !checked) return checked.error();
  return request;
}

std::string render(const PromptRequest& request) {
  ObjectWriter arguments;
  for (const auto& [key, value] : request.arguments)
    arguments.text(key, value);
  ObjectWriter out;
  out.text("name", request.name);
  if (!request.arguments.empty()) out.raw("arguments", arguments.take());
  return out.take();
}

Result<std::string> parse_resource_request(std::string_view json) {
  auto body = decode_body(json);
  if (!body) return body.error();
  std::string uri;
  FieldReader reader(*body, "ResourceGetRequest");
  reader.read("uri", uri);
  if (auto checked = check_fields(reader, uri, "uri"); !checked) return checked.error();
  return uri;
}

std::string render_resource_request(std::string_view uri) { return ObjectWriter().text("uri", uri).take(); }

Result<std::string> invoke_result_of(std::string_view mcp_result) {
  auto result = parse_result(mcp_result);
  if (!result) return result.error();
  ObjectWriter out;
  if (const Json* meta = result->find("_meta"); meta && !is_empty_object(*meta)) out.raw("_meta", compact(*meta));
  if (const Json* error = result->find("isError"); error && error->truth) out.boolean("isError", true);
  const Json* content = result->find("content");
  out.raw("content", content && !content->is_null() ? compact(*content) : "[]");
  if (const Json* data = result->find("structuredContent"); data && !data->is_null()) {
    out.raw("structuredContent", compact(*data));
  }
  copy_others(out, *result, {"_meta", "isError", "content", "structuredContent"});
  return out.take();
}

Result<std::string> prompt_result_of(std::string_view mcp_result) {
  auto result = parse_result(mcp_result);
  if (!result) return result.error();
  ObjectWriter out;
  out.text("description", result->text_of("description"));
  const Json* messages = result->find("messages");
  out.raw("messages", messages && !messages->is_null() ? compact(*messages) : "[]");
  if (const Json* meta = result->find("_meta"); meta && !is_empty_object(*meta)) out.raw("meta", compact(*meta));
  copy_others(out, *result, {"_meta", "description", "messages"});
  return out.take();
}

Result<std::string> read_result_of(std::string_view mcp_result, std::string_view exposed_uri) {
  auto result = parse_result(mcp_result);
  if (!result) return result.error();
  std::string contents = "[";
  if (const Json* items = result->find("contents")) {
    for (const Json& item : items->items) {
      ObjectWriter content;
      content.text("uri", exposed_uri);
      for (const Json::Member& member : item.members) {
        if (member.key != "uri") content.raw(member.key, compact(member.value));
      }
      if (contents.size() > 1) contents += ',';
      contents += content.take();
    }
  }
  return ObjectWriter().raw("contents", contents + "]").take();
}

}  // namespace jungle::admin_api
