// Transcripts that are wrong have to fail, in the right line.
#include "e2e/player.h"

#include <gtest/gtest.h>

namespace jungle::e2e {
namespace {

struct Wrong {
  const char* name;
  const char* rest;  // Behind kBeginning.
  int line;
  const char* why;  // A part of it.
};

constexpr const char* kBeginning =
    "server ci modern tools build\n"
    "register ci\n"
    "client alice modern\n"
    "alice > 1 tools/call {\"name\":\"ci__build\",\"arguments\":{}}\n"
    "ci < a tools/call {\"name\":\"build\",…}\n"
    "ci > a result {\"resultType\":\"complete\",\"content\":[]}\n";
constexpr const char* kGoodEnd = "alice < 1 result {\"resultType\":\"complete\",\"content\":[]}\n";

// So that the wrong ones fail for their own reasons.
TEST(PlayerTest, PlaysToTheEnd) {
  const auto departure = play(read_transcript(std::string(kBeginning) + kGoodEnd).value());
  EXPECT_FALSE(departure) << departure->why;
}

class WrongTranscriptTest : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongTranscriptTest, Fails) {
  const auto departure = play(read_transcript(std::string(kBeginning) + GetParam().rest).value());
  ASSERT_TRUE(departure);
  EXPECT_EQ(GetParam().line, departure->line) << departure->why;
  EXPECT_NE(std::string::npos, departure->why.find(GetParam().why)) << departure->why;
}

constexpr Wrong kWrong[] = {
    {"AResultDiffers", "alice < 1 result {\"resultType\":\"complete\",\"content\":[1]}\n", 7,
     "it.content is [], not [1]"},
    {"AResultHasMore", "alice < 1 result {\"content\":[]}\n", 7, "more than expected"},
    {"AResultIsNoError", "alice < 1 error -32603 \"…\"\n", 7, "alice got something else"},
    {"AnotherStatus", "alice < 1 result status 404 {…}\n", 7, "its status is 200"},
    {"NobodyExpectsTheResult", "~ 1s\n", 7, "alice got what no line expects: result"},
    {"NobodyExpectsTheLastResult", "ci handled nothing\n", 7, "at the end\n  alice got what no line expects"},
    {"NothingCame", "alice < 1 result {…}\nalice < notifications/progress in 1\n", 8, "alice got nothing"},
    {"NobodyExpectsTheCall",
     "alice < 1 result {…}\nalice > 2 tools/call {\"name\":\"ci__build\"}\nalice < 2 result {…}\n", 9,
     "alice got nothing"},
    {"NobodyAnswersTheCall",
     "alice < 1 result {…}\nalice > 2 tools/call {\"name\":\"ci__build\"}\nci < b tools/call {…}\n", 9,
     "nobody has answered tools/call 2 of alice"},
    {"TheServerDidMore", "alice < 1 result {…}\nci handled initialize\n", 8, "ci handled nothing"},
    {"TheExchangeIsOver", "alice < 1 result {…}\nci > a result {}\n", 8, "no exchange 'a' is open"},
    {"AVariableIsUnset", "alice < 1 result {…}\nalice > 2 tools/list {\"cursor\":\"$cursor\"}\n", 8,
     "nothing has set $cursor"},
    {"ALabelIsTaken", "alice < 1 result {…}\nalice > 1 tools/list\n", 8, "a label of its own"},
    {"ARegistrationFails", "alice < 1 result {…}\nregister ci\n", 8, "the registration led to"},
    {"RestAnswersOtherwise", "alice < 1 result {…}\nadmin > GET /api/v0/nothing\nadmin < 200 {…}\n", 9,
     "admin got 404"},
    {"TheGatewayStillRuns", "alice < 1 result {…}\ngateway stopped\n", 8, "nobody has told the gateway to stop"},
};

INSTANTIATE_TEST_SUITE_P(All, WrongTranscriptTest, ::testing::ValuesIn(kWrong),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace jungle::e2e
