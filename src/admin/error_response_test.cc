#include "admin/error_response.h"

#include <array>
#include <utility>

#include <gtest/gtest.h>

#include "telemetry/testing/recording_log.h"

namespace jungle::admin {
namespace {

TEST(ErrorResponseTest, GivesEveryCodeItsStatus) {
  constexpr std::array<std::pair<ErrorCode, int>, 11> kStatuses{{
      {ErrorCode::kInvalidArgument, 400},
      {ErrorCode::kNotFound, 404},
      {ErrorCode::kConflict, 409},
      {ErrorCode::kUnauthenticated, 401},
      {ErrorCode::kPermissionDenied, 403},
      {ErrorCode::kUpstreamRejected, 502},
      {ErrorCode::kUnavailable, 502},
      {ErrorCode::kDeadlineExceeded, 504},
      {ErrorCode::kCancelled, 499},
      {ErrorCode::kLimitExceeded, 413},
      {ErrorCode::kInternal, 500},
  }};
  for (const auto& [code, status] : kStatuses)
    EXPECT_EQ(status, status_of(code));
}

TEST(ErrorResponseTest, ShowsTheMessageAndKeepsTheDetail) {
  telemetry::testing::RecordingLog log;
  const RestAnswer answer = error_answer({ErrorCode::kNotFound, "no \"x\"", "SQLSTATE 1"}, "id1", log);
  EXPECT_EQ(404, answer.status);
  EXPECT_EQ(R"({"error":"no \"x\""})", answer.body);
  EXPECT_EQ(kJsonContentType, answer.content_type);
  EXPECT_TRUE(log.contains("SQLSTATE 1"));
}

TEST(ErrorResponseTest, NamesTheRequestWhenTheFaultIsOurs) {
  telemetry::testing::RecordingLog log;
  const RestAnswer answer = error_answer({ErrorCode::kInternal, "a bug", "errno 5"}, "id1", log);
  EXPECT_EQ(500, answer.status);
  EXPECT_EQ(R"x({"error":"a bug (request id id1)"})x", answer.body);
  EXPECT_TRUE(log.contains("request_id=id1"));
  EXPECT_TRUE(log.contains("errno 5"));
}

TEST(ErrorResponseTest, BlamesTheServerForWhatItAnswered) {
  EXPECT_EQ(ErrorCode::kUpstreamRejected, as_upstream_error({ErrorCode::kLimitExceeded, "", ""}).code);
  EXPECT_EQ(ErrorCode::kUpstreamRejected, as_upstream_error({ErrorCode::kUnauthenticated, "", ""}).code);
  EXPECT_EQ(ErrorCode::kDeadlineExceeded, as_upstream_error({ErrorCode::kDeadlineExceeded, "", ""}).code);
}

}  // namespace
}  // namespace jungle::admin
