// From an Error to what the REST API answers.
#pragma once

#include <string>

#include "admin/rest_request.h"
#include "base/result.h"
#include "telemetry/log.h"

namespace jungle::admin {

// The one place that knows which status an error has.
int status_of(ErrorCode code);

// {"error":"..."}; a 500 also names the request, which the log has with the error's detail.
RestAnswer error_answer(const Error& error, const std::string& request_id, telemetry::Log& log);

// An error of our own making, for a status that no ErrorCode has.
RestAnswer plain_error(int status, std::string message);

// Makes an error of a call to an upstream server an error of that server: a limit that its answer broke, or a
// credential that it refused, is not a mistake of the client that asked.
Error as_upstream_error(Error error);

}  // namespace jungle::admin
