#include "admin/error_response.h"

#include <utility>

#include "admin_api/answers.h"

namespace jungle::admin {

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return 400;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kConflict:
      return 409;
    case ErrorCode::kUnauthenticated:
      return 401;
    case ErrorCode::kPermissionDenied:
      return 403;
    case ErrorCode::kUpstreamRejected:
    case ErrorCode::kUnavailable:
      return 502;
    case ErrorCode::kDeadlineExceeded:
      return 504;
    case ErrorCode::kCancelled:
      return 499;  // The caller is gone; only the access log sees this.
    case ErrorCode::kLimitExceeded:
      return 413;
    case ErrorCode::kInternal:
      return 500;
  }
  return 500;
}

RestAnswer plain_error(int status, std::string message) {
  return json_answer(admin_api::render(admin_api::ErrorBody{std::move(message), {}}), status);
}

RestAnswer error_answer(const Error& error, const std::string& request_id, telemetry::Log& log) {
  const int status = status_of(error.code);
  if (status != 500) {
    log.debug("request failed",
              {{"request_id", request_id}, {"status", status}, {"error", error.message}, {"detail", error.detail}});
    return plain_error(status, error.message);
  }
  log.error("request failed", {{"request_id", request_id},
                               {"error", error.message},
                               {"detail", error.detail},
                               {"file", error.where.file_name()},
                               {"line", error.where.line()}});
  return plain_error(status, error.message + " (request id " + request_id + ")");
}

Error as_upstream_error(Error error) {
  if (error.code == ErrorCode::kLimitExceeded || error.code == ErrorCode::kUnauthenticated) {
    error.code = ErrorCode::kUpstreamRejected;
  }
  return error;
}

}  // namespace jungle::admin
