#include "mcp/input_required.h"

#include "base/text.h"
#include "mcp/json_object.h"
#include "mcp/json_reader.h"
#include "mcp/json_text.h"

namespace jungle::mcp {
namespace {

Error malformed(std::string why) { return Error{ErrorCode::kInvalidArgument, std::move(why), {}}; }

Result<InputRequest> read_request(std::string_view text, Range value) {
  const auto members = read_members(text, value);
  if (!members) return malformed("one of its inputRequests is no object");
  auto method = members->find_string(text, "method");
  if (!method) return malformed("one of its inputRequests names no method");
  InputRequest request{std::move(*method), {}};
  if (const Member* params = members->find(text, "params")) {
    if (text[params->value.begin] != '{') return malformed("the params of one of its inputRequests are no object");
    request.params = params->value.of(text);
  }
  return request;
}

Result<InputRequired> read_input(std::string_view text, const Members& result) {
  InputRequired input;
  if (const Member* state = result.find(text, "requestState")) {
    if (text[state->value.begin] != '"') return malformed("its requestState is no string");
    input.request_state = state->value.of(text);
  }
  if (const Member* requests = result.find(text, "inputRequests")) {
    const auto members = read_members(text, requests->value);
    if (!members) return malformed("its inputRequests are no object");
    if (members->size() > kInputRequestsMax) {
      return malformed("it asks for more than " + std::to_string(kInputRequestsMax) + " inputs at once");
    }
    for (const Member& member : *members) {
      if (member.key.size() > kInputKeyBytesMax) return malformed("one of its inputRequests has a key over the limit");
      auto request = read_request(text, member.value);
      if (!request) return request.error();
      const std::string literal = "\"" + std::string(member.key.of(text)) + "\"";
      input.requests.emplace_back(json_string_value(literal), std::move(*request));
    }
  }
  if (input.requests.empty() && input.request_state.empty()) return malformed("it asks for input without saying which");
  return input;
}

}  // namespace

bool takes_input(Method method) {
  return method == Method::kToolsCall || method == Method::kPromptsGet || method == Method::kResourcesRead;
}

std::optional<std::string> result_type_of(const Response& response) {
  if (const auto type = response.raw_type()) {
    return type->starts_with('"') ? std::optional(json_string_value(*type)) : std::nullopt;
  }
  const std::string_view text = response.payload();
  // Looking for the word first spares ordinary results a second reading.
  if (response.is_error() || find_text(text, "\"resultType\"") == std::string_view::npos) return std::nullopt;
  const auto members = read_members(text);
  return members ? members->find_string(text, "resultType") : std::nullopt;
}

std::optional<Result<InputRequired>> read_input_required(const Response& response) {
  const std::string_view text = response.payload();
  if (response.is_error() || find_text(text, "\"input_required\"") == std::string_view::npos) return std::nullopt;
  if (result_type_of(response) != "input_required") return std::nullopt;
  const auto members = read_members(text);
  if (!members) return std::nullopt;
  return read_input(text, *members);
}

std::string text_of(const InputRequest& request) {
  JsonObject text;
  text.add("method", json_string(request.method));
  if (!request.params.empty()) text.add("params", request.params);
  return text.text();
}

Response input_required_result(const InputRequired& input) {
  JsonObject result;
  result.add("resultType", "\"input_required\"");
  if (!input.requests.empty()) {
    JsonObject requests;
    for (const auto& [key, request] : input.requests)
      requests.add(key, text_of(request));
    result.add("inputRequests", requests.text());
  }
  if (!input.request_state.empty()) result.add("requestState", input.request_state);
  return Response::result(result.text(), ResultForm::kModern);
}

void add_input_responses(Params& params, InputResponses input) {
  params.set("inputResponses", std::move(input.responses));
  if (!input.request_state.empty() || params.has("requestState"))
    params.set("requestState", std::move(input.request_state));
}

}  // namespace jungle::mcp
