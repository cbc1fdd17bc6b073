// A value, or the Error that explains its absence.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

namespace jungle {

// What the caller can do about a failure, and nothing finer. Every boundary (HTTP status, JSON-RPC code, CLI exit
// status) maps these in one switch, so the list stays short.
enum class ErrorCode : std::uint8_t {
  kInvalidArgument,   // The request is wrong; repeating it cannot help.
  kNotFound,          // No such server, tool, group, user.
  kConflict,          // Exists already, or changed since it was read.
  kUnauthenticated,   // No credential, or a bad one.
  kPermissionDenied,  // Good credential, not allowed.
  kUpstreamRejected,  // The upstream answered with something that is not an answer.
  kUnavailable,       // Network down, upstream gone; a retry may help.
  kDeadlineExceeded,  // The call's budget ran out.
  kCancelled,         // The caller went away.
  kLimitExceeded,     // One of our own limits.
  kInternal,          // A bug, or a broken environment.
};

// Why there is no value.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  // Safe to show to the caller. No secrets, no stack, no SQL.
  std::string detail;   // For our log only. May name hosts, errno, SQLSTATE.
  boost::source_location where = BOOST_CURRENT_LOCATION;
};

// boost::system::result, made [[nodiscard]]: an ignored failure is a compiler warning, and warnings are errors.
// value() on a failure is a bug and throws std::logic_error.
template <typename T>
class [[nodiscard]] Result : public boost::system::result<T, Error> {
 public:
  using boost::system::result<T, Error>::result;
};

[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::logic_error("value() of a failed Result: " + error.message);
}

// The same error with `context` in front of its message: "server 'x': connection refused".
inline Error with_context(Error error, const std::string& context) {
  error.message.insert(0, context + ": ");
  return error;
}

}  // namespace jungle
