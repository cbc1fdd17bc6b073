#include "mcp/response.h"

namespace jungle::mcp {
namespace {

std::string error_object(int code, std::string_view message, std::string_view data) {
  std::string text = "{\"code\":" + std::to_string(code) + ",\"message\":";
  append_json_string(text, message);
  if (!data.empty()) text.append(",\"data\":").append(data);
  return text + "}";
}

}  // namespace

Response Response::error(int code, std::string_view message) { return error(error_object(code, message, {})); }

Response Response::error(int code, std::string_view message, std::string_view data) {
  return error(error_object(code, message, data));
}

Response Response::tool_failure(std::string_view message) {
  return result(R"({"content":[{"type":"text","text":)" + json_string(message) + R"(}],"isError":true})",
                ResultForm::kLegacy);
}

}  // namespace jungle::mcp
