#include "e2e/transcript.h"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

namespace jungle::e2e {
namespace {

using namespace std::chrono_literals;

TEST(TranscriptTest, ReadsALineOfEachKind) {
  const auto steps = read_transcript(
      "# why\n"
      "\n"
      "server github legacy sessions tools add\n"
      "register github {\"call_timeout_sec\":30}\n"
      "client alice modern at /mcp/github {\"elicitation\":{}}\n"
      "alice > 1 tools/call {\"name\":\"add\",\n"
      "    \"arguments\":{}}\n"
      "github < a tools/call session s2 {\"name\":\"add\",…}\n"
      "github > notifications/progress in a {\"progress\":1}\n"
      "~ 90s\n"
      "alice < 1 error status 404 -32601 \"no such…\" {\"x\":1}\n"
      "github handled initialize DELETE\n"
      "admin > POST /api/v0/servers {}\n"
      "admin < 201\n");
  ASSERT_TRUE(steps) << steps.error().message;
  ASSERT_EQ(11u, steps->size());
  EXPECT_EQ(Step::Kind::kServer, steps->at(0).kind);
  EXPECT_EQ((std::vector<std::string>{"legacy", "sessions", "tools", "add"}), steps->at(0).words);
  EXPECT_EQ((std::vector<std::string>{"modern", "at", "/mcp/github"}), steps->at(2).words);
  EXPECT_EQ(6, steps->at(3).line);
  EXPECT_EQ(R"({"name":"add","arguments":{}})", json::serialize(*steps->at(3).payload));
  EXPECT_EQ("a", steps->at(4).label);
  EXPECT_EQ("s2", steps->at(4).session);
  EXPECT_EQ("a", steps->at(5).place);
  EXPECT_EQ("", steps->at(5).label);
  EXPECT_EQ(Millis(90s), steps->at(6).time);
  EXPECT_EQ(404, steps->at(7).status);
  EXPECT_EQ(R"({"code":-32601,"message":"no such…","data":{"x":1}})", json::serialize(*steps->at(7).payload));
  EXPECT_EQ("/api/v0/servers", steps->at(9).place);
  EXPECT_EQ(201, steps->at(10).status);
}

TEST(TranscriptTest, NamesTheLineThatCannotBeRead) {
  const std::string good = "server github modern tools add\n";
  for (const std::string bad : {
           "alice",                             // No direction.
           "alice > ",                          // Nothing is said.
           "alice > 1 shout {}",                // No method.
           "alice > 1 tools/call {",            // No JSON.
           "alice > 1 tools/call {} {}",        // Too much of it.
           "alice > 1 tools/call with {}",      // An unknown word.
           "alice > 1 tools/call in",           // A word without its value.
           "alice < 1 error \"no code\"",       //
           "alice < 1 error -32602 no quotes",  //
           "alice < 1 status ok",               //
           "server",                            // No name.
           "client alice",                      // No revision.
           "register github modern",            // A word too much.
           "gateway starts",                    // Neither a variable nor a word that is known.
           "github handled",                    //
           "admin > POST servers {}",           // No path.
           "admin < created",                   //
           "~ 30",                              // No unit.
           "~ 30h",                             //
           "~ soon",                            //
       }) {
    const auto steps = read_transcript(good + bad);
    ASSERT_FALSE(steps) << bad;
    EXPECT_TRUE(steps.error().message.starts_with("2: ")) << steps.error().message;
  }
}

TEST(TranscriptTest, HasToSaySomething) {
  EXPECT_FALSE(read_transcript("").has_value());
  EXPECT_FALSE(read_transcript("# only a comment\n").has_value());
  EXPECT_FALSE(read_transcript("    of what?\n").has_value());
}

}  // namespace
}  // namespace jungle::e2e
