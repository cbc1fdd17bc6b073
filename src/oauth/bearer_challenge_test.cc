#include "oauth/bearer_challenge.h"

#include <gtest/gtest.h>

#include "oauth/limits.h"

namespace jungle::oauth {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

// "scheme token68 name=value name=value; scheme ..."
std::string read(std::string_view field_value) {
  std::string text;
  for (const Challenge& challenge : parse_challenges(field_value)) {
    if (!text.empty()) text += "; ";
    text += challenge.scheme;
    if (!challenge.token68.empty()) text += " " + challenge.token68;
    for (const auto& [name, value] : challenge.parameters)
      text += " " + name + "=" + value;
  }
  return text;
}

// RFC 9110 §11.6.1, its own example first.
TEST(ChallengesTest, ReadsTheGrammar) {
  EXPECT_EQ("basic realm=simple; newauth realm=apps type=1 title=Login to \"apps\"",
            read(R"(Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\"")"));
  EXPECT_EQ("bearer", read("Bearer"));
  EXPECT_EQ("negotiate; bearer error=invalid_token", read("Negotiate, Bearer error=\"invalid_token\""));
  EXPECT_EQ("negotiate YWJj==; bearer realm=x", read("Negotiate YWJj==, Bearer realm=x"));
  EXPECT_EQ("digest abc; basic", read(" , digest abc ,, Basic, "));
  EXPECT_EQ("bearer a=b c=d", read("Bearer a = \"b\" ,\tC= d"));
  EXPECT_EQ("bearer scope=a,b c", read("BEARER scope=\"a,b c\""));
  EXPECT_EQ("bearer a=", read(R"(Bearer a="")"));
  EXPECT_EQ("bearer url=https://h/x?y=z", read("Bearer url=https://h/x?y=z"));
  EXPECT_EQ("bearer a=1", read("Bearer a=1, A=2")) << "the first counts";
}

TEST(ChallengesTest, StopsAtWhatIsMalformed) {
  EXPECT_EQ("", read(""));
  EXPECT_EQ("", read("=x"));
  EXPECT_EQ("", read("\"quoted\""));
  EXPECT_EQ("bearer", read(R"(Bearer a="never ends)"));
  EXPECT_EQ("bearer", read("Bearer a=\"ends with \\"));
  EXPECT_EQ("bearer a=b", read(R"(Bearer a="b"x, Basic)"));
  EXPECT_EQ("bearer a=b", read(R"(Bearer a="b", "c")"));
  EXPECT_EQ("bearer", read("Bearer/x"));
}

TEST(ChallengesTest, HasLimits) {
  std::string many;
  for (std::size_t i = 0; i < kChallengesMax + 5; ++i)
    many += "Basic, ";
  EXPECT_EQ(kChallengesMax, parse_challenges(many).size());
  const std::string at_limit = "Bearer a=" + std::string(kChallengeBytesMax - 9, 'x');
  ASSERT_EQ(kChallengeBytesMax, at_limit.size());
  EXPECT_EQ(kChallengeBytesMax - 9, parse_challenges(at_limit + "y").at(0).parameters.at(0).second.size());
}

BearerChallenge bearer(const std::vector<std::string>& fields) {
  return bearer_challenge_of(fields).value_or(BearerChallenge{"none", {}, {}, {}});
}

TEST(BearerChallengeTest, ReadsWhatItSays) {
  EXPECT_EQ((BearerChallenge{"https://h/prm", {"mcp:read", "mcp:write"}, "insufficient_scope", "more, please"}),
            bearer({R"(Bearer error="insufficient_scope", scope="mcp:read  mcp:write mcp:read",)"
                    R"( resource_metadata="https://h/prm", error_description="more, please")"}));
}

TEST(BearerChallengeTest, PrefersTheChallengeThatNamesMetadata) {
  EXPECT_EQ("https://a", bearer({"Basic realm=x", "Bearer realm=y, Bearer resource_metadata=\"https://a\"",
                                 "Bearer resource_metadata=\"https://b\""})
                             .resource_metadata);
  EXPECT_EQ("", bearer({"Basic realm=x, Bearer realm=y"}).resource_metadata);
}

TEST(BearerChallengeTest, IsNothingWithoutABearerChallenge) {
  EXPECT_FALSE(bearer_challenge_of({}));
  const std::vector<std::string> others{"Basic realm=\"Bearer\"", "DPoP resource_metadata=\"https://h\""};
  EXPECT_FALSE(bearer_challenge_of(others));
}

TEST(ScopesTest, LeavesOutWhatIsNoScope) {
  EXPECT_EQ((std::vector<std::string>{"a", "b:c/d"}), parse_scopes("  a \"q\" b:c/d a sl\\ash gr\xc3\xb6\xc3\x9f"
                                                                   "e"));
  std::string many;
  for (std::size_t i = 0; i < kScopesMax + 1; ++i)
    many += "s" + std::to_string(i) + " ";
  EXPECT_EQ(kScopesMax, parse_scopes(many).size());
  EXPECT_EQ(1u, parse_scopes(std::string(kScopeBytesMax, 's')).size());
  EXPECT_EQ(0u, parse_scopes(std::string(kScopeBytesMax + 1, 's')).size());
}

TEST(ScopesTest, JoinsAndUnites) {
  EXPECT_EQ("a b", joined_scopes(std::vector<std::string>{"a", "b"}));
  EXPECT_EQ("", joined_scopes({}));
  const std::vector<std::string> more{"b", "c"};
  EXPECT_EQ((std::vector<std::string>{"a", "b", "c"}), scope_union({"a", "b"}, more));
}

}  // namespace
}  // namespace jungle::oauth
