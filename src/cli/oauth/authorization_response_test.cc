#include "cli/oauth/authorization_response.h"

#include <gtest/gtest.h>

namespace jungle::cli {
namespace {

std::string refusal(std::string_view query) {
  const auto response = parse_authorization_response(query);
  return response ? "was accepted" : response.error().message;
}

std::string refused_paste(std::string_view text) {
  const auto response = parse_pasted_answer(text);
  return response ? "was accepted" : response.error().message;
}

TEST(AuthorizationResponseTest, ReadsACodeWithStateAndIssuer) {
  const auto response = parse_authorization_response("state=s%2D1&code=4%2F0A+b&iss=https%3A%2F%2Fas%2Ft1&session=x");
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ((AuthorizationResponse{Secret("4/0A b"), "s-1", "https://as/t1", "", ""}), *response);
}

TEST(AuthorizationResponseTest, ReadsARefusal) {
  const auto response = parse_authorization_response("error=access_denied&error_description=not+now&state=s");
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ((AuthorizationResponse{Secret(), "s", "", "access_denied", "not now"}), *response);
}

TEST(AuthorizationResponseTest, WantsAStateAndAnOutcome) {
  for (const char* query :
       {"", "&", "=", "code=c", "state=s", "code=&state=s", "code=c&state=", "code&state", "error=x", "Code=c&State=s"})
    EXPECT_EQ("OAuth callback did not include both code and state", refusal(query)) << query;
}

TEST(AuthorizationResponseTest, RefusesAParameterThatStandsThereTwice) {
  EXPECT_EQ("the OAuth callback has 'code' twice", refusal("code=a&state=s&code=b"));
  EXPECT_EQ("the OAuth callback has 'state' twice", refusal("code=a&state=s&st%61te=s"));
  EXPECT_EQ("the OAuth callback has 'iss' twice", refusal("code=a&state=s&iss=&iss=x"));
}

TEST(AuthorizationResponseTest, RefusesBrokenEncodings) {
  for (const char* code : {"%", "%4", "%zz", "a%0Ab", "%00", "%7f", "%ff", "a\nb"})
    EXPECT_EQ("the OAuth callback's 'code' is not well encoded", refusal("state=s&code=" + std::string(code))) << code;
}

TEST(AuthorizationResponseTest, RefusesMoreThanAnyServerSends) {
  const std::string query = "state=s&code=" + std::string(kAuthorizationResponseBytesMax, 'c');
  EXPECT_EQ(ErrorCode::kLimitExceeded, parse_authorization_response(query).error().code);
  EXPECT_EQ(ErrorCode::kLimitExceeded, parse_pasted_answer(query).error().code);
}

TEST(AuthorizationResponseTest, ReadsWhatAPersonPastes) {
  const AuthorizationResponse whole{Secret("c/1"), "s", "", "", ""};
  for (const char* text : {"http://127.0.0.1:8085/oauth/callback?code=c%2F1&state=s", "  '?code=c%2F1&state=s#top'\r\n",
                           "code=c%2F1&state=s", "\"http://localhost/x?state=s&code=c%2F1#\"", "state=s&code=c/1",
                           "127.0.0.1:8085/oauth/callback?code=c/1&state=s"}) {
    const auto response = parse_pasted_answer(text);
    ASSERT_TRUE(response.has_value()) << text << ": " << response.error().message;
    EXPECT_EQ(whole, *response) << text;
  }
  EXPECT_EQ("access_denied", parse_pasted_answer("http://h/cb?error=access_denied&state=s")->error);
}

TEST(AuthorizationResponseTest, TakesACodeAlone) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"4/0AX-y_z", "4/0AX-y_z"}, {" 4%2F0AX ", "4/0AX"}, {"'a+b='", "a+b="}, {"eyJh.b.c", "eyJh.b.c"}};
  for (const auto& [text, code] : cases) {
    const auto response = parse_pasted_answer(text);
    ASSERT_TRUE(response.has_value()) << text;
    EXPECT_EQ((AuthorizationResponse{Secret(code), "", "", "", ""}), *response) << text;
  }
}

TEST(AuthorizationResponseTest, SaysWhatIsWrongWithAPaste) {
  EXPECT_EQ("nothing was pasted", refused_paste(" \r\n"));
  EXPECT_EQ("nothing was pasted", refused_paste("''"));
  EXPECT_EQ("that URL has no code in it", refused_paste("https://as.example/login"));
  EXPECT_EQ("OAuth callback did not include both code and state", refused_paste("http://127.0.0.1/cb?code=x"));
  for (const char* text : {"two words", "caf\xc3\xa9", "a%0a", "50%"})
    EXPECT_EQ("that is neither the URL that the browser ended on nor the code out of it", refused_paste(text)) << text;
}

TEST(AuthorizationResponseTest, FindsOneParameterOfARequest) {
  EXPECT_EQ("http://127.0.0.1:1/cb",
            query_parameter("a=b&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcb", "redirect_uri"));
  EXPECT_EQ(std::nullopt, query_parameter("state=", "state"));
  EXPECT_EQ(std::nullopt, query_parameter("state=a&state=b", "state"));
  EXPECT_EQ(std::nullopt, query_parameter("", "state"));
}

}  // namespace
}  // namespace jungle::cli
