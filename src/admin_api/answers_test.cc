#include "admin_api/answers.h"

#include <gtest/gtest.h>

namespace jungle::admin_api {
namespace {

TEST(AnswersTest, WritesErrorsWithTheirCodeOnlyIfThereIsOne) {
  EXPECT_EQ(R"({"error":"not \"found\""})", render(ErrorBody{"not \"found\"", ""}));
  EXPECT_EQ(R"({"error":"a\nb","code":"upstream_oauth_required"})",
            render(ErrorBody{"a\nb", "upstream_oauth_required"}));
}

TEST(AnswersTest, ReadsErrors) {
  EXPECT_EQ((ErrorBody{"e", "c"}), *parse_error_body(R"({"error":"e","code":"c"})"));
  for (const char* bad : {"", "404 page not found", "{}", "[]", R"({"error":1})", R"({"error":""})"})
    EXPECT_FALSE(parse_error_body(bad).has_value()) << bad;
}

TEST(AnswersTest, WritesEmptyListsAsArrays) {
  EXPECT_EQ(R"({"name":"up","tools_affected":["up__echo"],"prompts_affected":[]})",
            render(ServerStateChange{"up", {"up__echo"}, {}}));
  EXPECT_EQ("[]", render_names({}));
  EXPECT_EQ(R"(["a__b"])", render_names({"a__b"}));
}

TEST(AnswersTest, ReadsNullAsAnEmptyList) {
  EXPECT_TRUE(parse_names("null")->empty());
  EXPECT_EQ((std::vector<std::string>{"a", "b"}), *parse_names(R"(["a","b"])"));
  EXPECT_FALSE(parse_names("[1]").has_value());
  EXPECT_EQ((ServerStateChange{"up", {}, {"p"}}),
            *parse_server_state_change(R"({"name":"up","tools_affected":null,"prompts_affected":["p"]})"));
}

TEST(AnswersTest, KnowsHealthAndMetadata) {
  EXPECT_EQ(R"({"status":"ok"})", render_health());
  EXPECT_EQ(R"({"version":"v0.1.0"})", render_metadata("v0.1.0"));
  EXPECT_EQ("v0.1.0", *parse_metadata(R"({"version":"v0.1.0"})"));
}

TEST(AnswersTest, ReadsTheModeOfInit) {
  EXPECT_EQ("production", *parse_init_mode(R"({"mode":"production"})"));
  EXPECT_EQ("Invalid request body: EOF", parse_init_mode("").error().message);
  EXPECT_EQ("Invalid request body: Key: 'Mode' Error:Field validation for 'Mode' failed on the 'required' tag",
            parse_init_mode("{}").error().message);
  EXPECT_EQ("Invalid request body: Key: 'Mode' Error:Field validation for 'Mode' failed on the 'oneof' tag",
            parse_init_mode(R"({"mode":"x"})").error().message);
}

}  // namespace
}  // namespace jungle::admin_api
