#include "upstream/listing.h"

#include <deque>
#include <map>
#include <string>
#include <utility>

#include "base/testing/coro_test.h"
#include "upstream/limits.h"

namespace jungle::upstream {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ListingTest : public jungle::testing::CoroTest, public Conversation {
 protected:
  ListingTest() {
    spec_.name = catalog::ServerName("s");
    greeting_.era = Era::kLegacy;
  }
  Task<Result<mcp::Response>> ask(std::string method, std::string members) override {
    asked_.push_back(method + " " + members);
    auto& answers = answers_[method];
    if (answers.empty()) co_return mcp::Response::error(-32601, "Method not found");
    mcp::Response answer = answers.front();
    if (answers.size() > 1) answers.pop_front();
    co_return answer;
  }
  bool take_change() override { return std::exchange(changed_, false); }
  void answer(const std::string& method, std::string result) {
    answers_[method].push_back(mcp::Response::result(std::move(result), mcp::ResultForm::kLegacy));
  }
  Task<Result<catalog::Discovery>> list() { return list_everything(*this, spec_, greeting_, limits_); }

  catalog::ServerSpec spec_;
  Greeting greeting_;
  ListLimits limits_;
  bool changed_ = false;
  std::vector<std::string> asked_;
  std::map<std::string, std::deque<mcp::Response>> answers_;
};

CORO_TEST_F(ListingTest, FollowsAllPagesAndKeepsDefinitionsAsTheyAre) {
  answer("tools/list", R"({"tools":[{"name": "a"}],"nextCursor":"c\"1"})");
  answer("tools/list", R"({"tools":[{"name":"b","x":1.0}],"nextCursor":""})");
  answer("tools/list", R"({"tools":[],"nextCursor":null})");
  auto found = co_await list();
  CO_ASSERT_TRUE(found.has_value());
  EXPECT_THAT(found->tools, ElementsAre(R"({"name": "a"})", R"({"name":"b","x":1.0})"));
  EXPECT_THAT(asked_, ElementsAre("tools/list ", R"(tools/list "cursor":"c\"1")", R"(tools/list "cursor":"")"));
}

CORO_TEST_F(ListingTest, KeepsTheSecondListOfAServerThatChangedMeanwhile) {
  changed_ = true;
  answer("tools/list", R"({"tools":[{"name":"a"},{"name":"b"}]})");
  answer("tools/list", R"({"tools":[{"name":"c"}]})");
  auto found = co_await list();
  CO_ASSERT_TRUE(found.has_value());
  EXPECT_THAT(found->tools, ElementsAre(R"({"name":"c"})"));
  EXPECT_EQ(2u, asked_.size());
}

CORO_TEST_F(ListingTest, AsksOnlyForWhatIsAdvertisedBesidesTools) {
  greeting_.capabilities = R"({"resources":{}})";
  answer("tools/list", R"({"tools":[]})");
  answer("resources/list", R"({"resources":[{"uri":"x:"}]})");
  answer("resources/templates/list", R"({"resourceTemplates":[{"uriTemplate":"x:{y}"}]})");
  auto found = co_await list();
  CO_ASSERT_TRUE(found.has_value());
  EXPECT_EQ(1u, found->resources.size());
  EXPECT_EQ(1u, found->resource_templates.size());
  EXPECT_THAT(asked_, ElementsAre("tools/list ", "resources/list ", "resources/templates/list "));
}

CORO_TEST_F(ListingTest, AsksAModernServerForToolsOnlyIfItHasThem) {
  greeting_.era = Era::kModern;
  auto found = co_await list();
  CO_ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(asked_.empty());
}

CORO_TEST_F(ListingTest, KeepsWhatCameBeforeARepeatedCursor) {
  answer("tools/list", R"({"tools":[{"name":"a"}],"nextCursor":"again"})");
  answer("tools/list", R"({"tools":[{"name":"b"}],"nextCursor":"again"})");
  auto found = co_await list();
  CO_ASSERT_TRUE(found.has_value());
  EXPECT_THAT(found->tools, ElementsAre(R"({"name":"a"})", R"({"name":"b"})"));
  EXPECT_THAT(found->warnings, ElementsAre("the list of tools from MCP server s was cut short: it repeats the cursor "
                                           "\"again\"; the 2 entries up to there are kept"));
  EXPECT_EQ(2u, asked_.size());
}

CORO_TEST_F(ListingTest, StopsAtTooManyPages) {
  limits_.pages = 2;
  for (const std::string cursor : {"1", "2", "3"})
    answer("tools/list", R"({"tools":[1],"nextCursor":")" + cursor + "\"}");
  auto found = co_await list();
  CO_ASSERT_TRUE(found.has_value());
  EXPECT_EQ(2u, asked_.size());
  EXPECT_EQ(2u, found->tools.size());
  EXPECT_THAT(found->warnings, ElementsAre(HasSubstr("there are more than 2 pages; the 2 entries up to there")));
}

CORO_TEST_F(ListingTest, StopsAtTooManyEntries) {
  limits_.entries = 3;
  answer("tools/list", R"({"tools":[1,2],"nextCursor":"2"})");
  answer("tools/list", R"({"tools":[3,4],"nextCursor":"3"})");
  auto found = co_await list();
  CO_ASSERT_TRUE(found.has_value());
  EXPECT_THAT(found->tools, ElementsAre("1", "2", "3"));
  EXPECT_EQ(2u, asked_.size());
  EXPECT_THAT(found->warnings, ElementsAre(HasSubstr("more than 3 entries; the 3 entries")));
}

CORO_TEST_F(ListingTest, StopsAtTooManyBytesOfAllKindsTogether) {
  limits_.bytes = 8;
  greeting_.capabilities = R"({"prompts":{}})";
  answer("tools/list", R"({"tools":[12345]})");
  answer("prompts/list", R"({"prompts":[1,12345,2],"nextCursor":"2"})");
  auto found = co_await list();
  CO_ASSERT_TRUE(found.has_value());
  EXPECT_THAT(found->tools, ElementsAre("12345"));
  EXPECT_THAT(found->prompts, ElementsAre("1"));
  EXPECT_THAT(found->warnings, ElementsAre(HasSubstr("the lists have more than 8 bytes together")));
  EXPECT_EQ(2u, asked_.size());
}

CORO_TEST_F(ListingTest, TakesAFailedListOfPromptsForAWarning) {
  greeting_.capabilities = R"({"prompts":{}})";
  answer("tools/list", R"({"tools":[{}]})");
  answer("prompts/list", R"({"nonsense":1})");
  auto found = co_await list();
  CO_ASSERT_TRUE(found.has_value());
  EXPECT_EQ(1u, found->tools.size());
  CO_ASSERT_EQ(1u, found->warnings.size());
  EXPECT_THAT(found->warnings[0], HasSubstr("failed to fetch prompts from MCP server s: the answer has no 'prompts'"));
}

CORO_TEST_F(ListingTest, FailsWhenToolsCannotBeListed) {
  answers_["tools/list"].push_back(mcp::Response::error(-32000, "database is down"));
  auto found = co_await list();
  CO_ASSERT_FALSE(found.has_value());
  EXPECT_EQ(ErrorCode::kUpstreamRejected, found.error().code);
  EXPECT_THAT(found.error().message, HasSubstr("database is down"));
}

}  // namespace
}  // namespace jungle::upstream
