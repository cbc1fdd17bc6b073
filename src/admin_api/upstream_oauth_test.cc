#include "admin_api/upstream_oauth.h"

#include <gtest/gtest.h>

namespace jungle::admin_api {
namespace {

TEST(UpstreamOauthTest, WritesAndReadsThatAPersonHasToApprove) {
  const AuthorizationRequired required{"5e55", "https://as/authorize?a=1&b=2", "2026-11-23T00:59:58.101035618Z"};
  const std::string json = render(required);
  EXPECT_EQ(R"({"authorization_required":{"session_id":"5e55","authorization_url":"https://as/authorize?a=1&b=2",)"
            R"("expires_at":"2026-11-23T00:59:58.101035618Z"}})",
            json);
  EXPECT_EQ(required, *parse_authorization_required(json));
  // As Go writes it.
  const auto escaped = parse_authorization_required(
      R"({"authorization_required":{"session_id":"1","authorization_url":"https://as/?a=1\u0026b=2"}})");
  EXPECT_EQ("https://as/?a=1&b=2", escaped->authorization_url);
}

TEST(UpstreamOauthTest, RefusesAnAnswerWithoutSessionOrUrl) {
  for (const char* bad : {"", "{}", "[]", R"({"authorization_required":{}})", R"({"authorization_required":"x"})",
                          R"({"authorization_required":{"session_id":"1"}})",
                          R"({"authorization_required":{"authorization_url":"https://as"}})"})
    EXPECT_FALSE(parse_authorization_required(bad).has_value()) << bad;
}

TEST(UpstreamOauthTest, WritesAndReadsACompletion) {
  EXPECT_EQ(R"({"code":"c","state":"s"})", render(AuthorizationCompletion{Secret("c"), "s", ""}));
  const AuthorizationCompletion completion{Secret("c"), "s", "https://as"};
  EXPECT_EQ(R"({"code":"c","state":"s","iss":"https://as"})", render(completion));
  EXPECT_EQ(completion, *parse_authorization_completion(render(completion)));
  EXPECT_EQ("", parse_authorization_completion("{}")->state);
  EXPECT_EQ("unexpected EOF", parse_authorization_completion("{").error().message);
  EXPECT_FALSE(parse_authorization_completion(R"({"code":1})").has_value());
}

TEST(UpstreamOauthTest, TakesAnEmptyBodyForAnAuthorizationWithoutWishes) {
  EXPECT_EQ("{}", render(AuthorizeInput{}));
  for (const char* empty : {"", " \n", "{}"})
    EXPECT_EQ(AuthorizeInput{}, *parse_authorize_input(empty)) << empty;
  const AuthorizeInput input{"http://127.0.0.1:8085/oauth/callback"};
  EXPECT_EQ(input, *parse_authorize_input(render(input)));
  EXPECT_FALSE(parse_authorize_input("{").has_value());
}

}  // namespace
}  // namespace jungle::admin_api
