#include "downstream/error_response.h"

#include "downstream/limits.h"
#include "mcp/error_code.h"
#include "mcp/json_object.h"
#include "mcp/projection.h"

namespace jungle::downstream {
namespace {

struct Mapped {
  int code;
  std::string_view reason;
};

Mapped map_error(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return {mcp::kInvalidParams, "invalid_argument"};
    case ErrorCode::kNotFound:
      return {mcp::kInvalidParams, "not_found"};
    case ErrorCode::kConflict:
      return {mcp::kInternalError, "conflict"};
    case ErrorCode::kUnauthenticated:
      return {mcp::kInternalError, "unauthenticated"};
    case ErrorCode::kPermissionDenied:
      return {mcp::kInternalError, "permission_denied"};
    case ErrorCode::kUpstreamRejected:
      return {mcp::kInternalError, "upstream_rejected"};
    case ErrorCode::kUnavailable:
      return {mcp::kInternalError, "unavailable"};
    case ErrorCode::kDeadlineExceeded:
      return {mcp::kInternalError, "deadline_exceeded"};
    case ErrorCode::kCancelled:
      return {mcp::kInternalError, "cancelled"};
    case ErrorCode::kLimitExceeded:
      return {mcp::kInternalError, "limit_exceeded"};
    case ErrorCode::kInternal:
      break;
  }
  return {mcp::kInternalError, "internal"};
}

}  // namespace

mcp::Response error_response(const Error& error, std::string_view request_id) {
  const Mapped mapped = map_error(error.code);
  mcp::JsonObject data;
  data.add("source", "\"mcpjungle\"");
  data.add("reason", mcp::json_string(mapped.reason));
  data.add("requestId", mcp::json_string(request_id));
  return mcp::Response::error(mapped.code, error.message, data.text());
}

Error call_time_error() {
  const std::string limit = std::to_string(kCallTimeMax.count());
  return {ErrorCode::kDeadlineExceeded, "the call took longer than " + limit + " s, the most that any call may", {}};
}

int status_of(const mcp::Response& response, mcp::Revision revision) {
  if (!response.is_error()) return 200;
  const int code = mcp::code_of(response.payload());
  if (code == mcp::kParseError || code == mcp::kInvalidRequest) return 400;
  if (!mcp::is_modern(revision)) return 200;
  switch (code) {
    case mcp::kMethodNotFound:
      return 404;
    case mcp::kHeaderMismatch:
    case mcp::kMissingClientCapability:
    case mcp::kUnsupportedProtocolVersion:
      return 400;
    default:
      return 200;
  }
}

}  // namespace jungle::downstream
