#include "telemetry/log_sink.h"

#include <gtest/gtest.h>

namespace jungle::telemetry {
namespace {

TEST(LogSinkTest, RendersFieldsAsText) {
  EXPECT_EQ("[warn] upstream call failed server=github ms=12 reason=\"timed out\"",
            render_text(LogLevel::kWarn, "upstream call failed",
                        {{"server", "github"}, {"ms", 12}, {"reason", "timed out"}}));
}

TEST(LogSinkTest, KeepsAnEventOnOneLine) {
  EXPECT_EQ("[info] a\\nb x=\"c\\r\\nd\\u001b\"", render_text(LogLevel::kInfo, "a\nb", {{"x", "c\r\nd\x1b"}}));
}

TEST(LogSinkTest, RendersFieldsAsJson) {
  EXPECT_EQ(R"({"time":"T","level":"error","message":"a \"b\"","ok":true,"n":3,"s":"x\\y"})",
            render_json(LogLevel::kError, "T", "a \"b\"", {{"ok", true}, {"n", 3}, {"s", "x\\y"}}));
}

TEST(LogSinkTest, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(
      "[info] a\xef\xbf\xbd"
      "b x=\"\xef\xbf\xbd\"",
      render_text(LogLevel::kInfo,
                  "a\xff"
                  "b",
                  {{"x", "\xc3"}}));
  EXPECT_EQ("{\"time\":\"T\",\"level\":\"info\",\"message\":\"\xef\xbf\xbd\"}",
            render_json(LogLevel::kInfo, "T", "\xff", {}));
}

TEST(LogSinkTest, NamesTheLevelsItAccepts) {
  EXPECT_EQ(LogLevel::kDebug, parse_log_level("debug").value());
  EXPECT_NE(std::string::npos, parse_log_level("loud").error().message.find("trace, debug, info"));
  EXPECT_EQ(ErrorCode::kInvalidArgument, parse_log_format("xml").error().code);
}

}  // namespace
}  // namespace jungle::telemetry
