#include "upstream/hop.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "mcp/error_code.h"
#include "mcp/json_reader.h"
#include "mcp/json_text.h"

namespace jungle::upstream {
namespace {

constexpr std::string_view kVersionKey = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view kCapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";
constexpr std::string_view kInfoKey = "io.modelcontextprotocol/clientInfo";
constexpr std::string_view kLevelKey = "io.modelcontextprotocol/logLevel";
constexpr std::string_view kOurVersion = "\"2026-07-28\"";

// RFC 5424 severities as MCP names them, least urgent first.
constexpr std::array<std::string_view, 8> kLevels{"debug", "info",     "notice", "warning",
                                                  "error", "critical", "alert",  "emergency"};

std::size_t rank_of(std::string_view level) {
  return static_cast<std::size_t>(std::find(kLevels.begin(), kLevels.end(), level) - kLevels.begin());
}

// MCP 2026-07-28 server/utilities/logging: no `message` for a request that names no level. A legacy client that set
// none leaves the choice to the server.
bool may_see_log(const mcp::Notification& message, const mcp::CallContext& call) {
  if (call.log_level.empty()) return !mcp::is_modern(call.revision);
  const auto params = mcp::read_params(message.params);
  if (!params) return false;
  return rank_of(params->find_string("level").value_or("info")) >= rank_of(call.log_level);
}

std::optional<std::string> result_type_of(const mcp::Response& response) {
  // Looking for the word first spares ordinary results a second reading.
  if (response.payload().find("\"resultType\"") == std::string_view::npos) return std::nullopt;
  const auto members = mcp::read_members(response.payload());
  if (!members) return std::nullopt;
  const mcp::Member* member = members->find(response.payload(), "resultType");
  if (member == nullptr) return std::nullopt;
  const std::string_view raw = member->value.of(response.payload());
  return raw.starts_with('"') ? mcp::json_string_value(raw) : std::string(raw);
}

}  // namespace

std::string client_info(std::string_view version) {
  std::string text = R"({"name":"mcpjungle","version":)";
  mcp::append_json_string(text, version);
  return text + "}";
}

std::string initialize_params(std::string_view client_info) {
  std::string text = R"({"protocolVersion":")";
  text.append(mcp::text_of(mcp::kNewestLegacy)).append(R"(","capabilities":{},"clientInfo":)").append(client_info);
  return text + "}";
}

std::string own_params(Era era, std::string_view members, std::string_view client_info) {
  std::string text = "{";
  text.append(members);
  if (era != Era::kModern) return text + "}";
  if (!members.empty()) text += ',';
  text.append(R"("_meta":{")").append(kVersionKey).append("\":").append(kOurVersion).append(",\"");
  text.append(kCapabilitiesKey).append("\":{},\"").append(kInfoKey).append("\":").append(client_info);
  return text + "}}";
}

std::string hop_params(Era era, const mcp::Request& request, const mcp::CallContext& call, std::string_view own_token,
                       std::string_view client_info) {
  const bool wants_progress = progress_token_of(request).has_value();
  if (era != Era::kModern && !request.params.has("_meta")) return request.params.render({});
  mcp::Params::Changes changes;
  changes.drop_protocol_meta = true;
  if (wants_progress) changes.meta.push_back({"progressToken", own_token});
  std::string level;
  if (era == Era::kModern) {
    changes.meta.push_back({kVersionKey, kOurVersion});
    changes.meta.push_back({kCapabilitiesKey, "{}"});
    changes.meta.push_back({kInfoKey, client_info});
    if (!call.log_level.empty()) {
      level = mcp::json_string(call.log_level);
      changes.meta.push_back({kLevelKey, level});
    }
  }
  return request.params.render(changes);
}

std::string request_text(std::uint64_t id, std::string_view method, std::string_view params) {
  std::string text = R"({"jsonrpc":"2.0","id":)" + std::to_string(id);
  text.reserve(text.size() + method.size() + params.size() + 32);
  text.append(",\"method\":");
  mcp::append_json_string(text, method);
  return text.append(",\"params\":").append(params).append("}");
}

std::string notification_text(std::string_view method, std::string_view params) {
  std::string text = R"({"jsonrpc":"2.0","method":)";
  mcp::append_json_string(text, method);
  return text.append(",\"params\":").append(params).append("}");
}

std::string cancelled_text(std::uint64_t id, std::string_view reason) {
  std::string params = "{\"requestId\":" + std::to_string(id) + ",\"reason\":";
  mcp::append_json_string(params, reason);
  return notification_text("notifications/cancelled", params + "}");
}

std::string answer_to_server(const mcp::Request& request) {
  std::string text = R"({"jsonrpc":"2.0","id":)" + request.id;
  if (request.method == mcp::Method::kPing) return text + ",\"result\":{}}";
  const auto error = mcp::Response::error(
      mcp::kMethodNotFound, "the gateway did not offer " + request.method_name + " and does not relay it");
  return text.append(",\"error\":").append(error.payload()).append("}");
}

std::optional<std::string_view> progress_token_of(const mcp::Request& request) {
  return request.params.find_meta("progressToken");
}

std::optional<std::uint64_t> own_token_of(const mcp::Notification& progress) {
  const auto params = mcp::read_params(progress.params);
  if (!params) return std::nullopt;
  const auto raw = params->find("progressToken");
  if (!raw) return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, ec] = std::from_chars(raw->data(), raw->data() + raw->size(), number);
  if (ec != std::errc() || end != raw->data() + raw->size()) return std::nullopt;
  return number;
}

std::optional<mcp::Notification> event_for_client(const mcp::Notification& from_server,
                                                  std::optional<std::string_view> client_token,
                                                  std::string_view own_token, const mcp::CallContext& call) {
  if (from_server.method == "notifications/message") {
    if (!may_see_log(from_server, call)) return std::nullopt;
    return from_server;
  }
  if (from_server.method != "notifications/progress" || !client_token) return std::nullopt;
  const auto params = mcp::read_params(from_server.params);
  if (!params || params->find("progressToken") != own_token) return std::nullopt;
  mcp::Params::Changes changes;
  changes.members.push_back({"progressToken", *client_token});
  return mcp::Notification{from_server.method, params->render(changes)};
}

mcp::Response without_hop_matters(mcp::Response response, std::string_view server) {
  const std::string name = "server '" + std::string(server) + "'";
  if (!response.is_error()) {
    const auto type = result_type_of(response);
    if (!type) return mcp::Response::result(std::string(response.payload()), mcp::ResultForm::kLegacy);
    if (*type == "complete") return response;
    return mcp::Response::error(mcp::kInternalError,
                                *type == "input_required"
                                    ? name +
                                          " asked for input from the client, which the "
                                          "gateway did not offer and does not relay"
                                    : name + " answered with a result of unknown type '" + *type + "'");
  }
  const int code = error_code_of(response);
  switch (code) {
    case mcp::kHeaderMismatch:
      return mcp::Response::error(mcp::kInternalError,
                                  name +
                                      " refused the HTTP headers of the call: they do not mirror its body as the "
                                      "server wants it, and its list of tools does not say how",
                                  response.payload());
    case mcp::kMissingClientCapability:
      return mcp::Response::error(
          mcp::kInternalError, name + " needs a client capability that the gateway does not relay", response.payload());
    case mcp::kUnsupportedProtocolVersion:
      return mcp::Response::error(mcp::kInternalError, name + " speaks no protocol revision that the gateway speaks",
                                  response.payload());
    default:
      return response;
  }
}

}  // namespace jungle::upstream
