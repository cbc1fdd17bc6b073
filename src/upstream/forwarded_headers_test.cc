#include "upstream/forwarded_headers.h"

#include <string>
#include <vector>

#include "upstream/testing/http_upstream_fixture.h"

namespace jungle::upstream {
namespace {

using namespace std::literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::HttpUpstreamTest;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::SeenRequest;

const std::vector<std::pair<std::string, std::string>> kRules{{"X-Wiki-Token", "Authorization"},
                                                              {"X-Request-Id", "X-Request-Id"}};

std::vector<std::string> passing(std::vector<HeaderField> client) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : forwarded_headers(kRules, client))
    lines.push_back(name + ": " + value.reveal());
  return lines;
}

TEST(ForwardedHeadersTest, LetsPassWhatIsNamedAndNothingElse) {
  EXPECT_THAT(passing({{"Authorization", "Bearer ours"},
                       {"Cookie", "c"},
                       {"X-Other", "o"},
                       {"x-request-id", " 7\t"},
                       {"X-WIKI-TOKEN", "Bearer theirs"}}),
              ElementsAre("Authorization: Bearer theirs", "X-Request-Id: 7"));
  EXPECT_THAT(passing({{"X-Other", "o"}}), IsEmpty());
}

TEST(ForwardedHeadersTest, KeepsRepeatedFieldsAndDropsEmptyAndUnsendableOnes) {
  EXPECT_THAT(passing({{"X-Request-Id", "1"}, {"X-Request-Id", "2"}, {"X-Wiki-Token", " "}}),
              ElementsAre("X-Request-Id: 1", "X-Request-Id: 2"));
  EXPECT_THAT(passing({{"X-Request-Id", "1\r\nHost: evil"}}), IsEmpty());
}

TEST(ForwardedHeadersTest, DropsWhatTheConnectionFieldNames) {
  EXPECT_THAT(passing({{"Connection", "keep-alive, x-wiki-token"}, {"X-Wiki-Token", "t"}, {"X-Request-Id", "1"}}),
              ElementsAre("X-Request-Id: 1"));
}

class ForwardingServerTest : public HttpUpstreamTest {
 protected:
  catalog::ServerEntry server() const {
    auto entry = http_server(imposter_.url());
    entry.spec.forward_headers = kRules;
    return entry;
  }
  // Calls as a client that sends `fields`.
  Task<std::string> call_with(catalog::ServerEntry server, std::vector<HeaderField> fields) {
    context_of_call_.client_headers = fields;
    auto text = co_await call(server, "t", "{}");
    context_of_call_.client_headers = {};
    co_return text;
  }
  std::vector<std::string> sent(const std::string& method, const std::string& header) const {
    std::vector<std::string> values;
    for (const SeenRequest& request : imposter_.requests()) {
      if (testing::method_of(request) == method || testing::method_of(request) == "\"" + method + "\"")
        values.push_back(request.header(header));
    }
    return values;
  }
  static std::vector<HeaderField> user(const std::string& token) { return {{"X-Wiki-Token", token}}; }

  const std::vector<HeaderField> nothing_{};
  const std::vector<HeaderField> numbered_{{"X-Request-Id", "7"}};
  const std::string anna_ = "Bearer anna-1234";
  const std::string bert_ = "Bearer bert-1234";
};

CORO_TEST_F(ForwardingServerTest, SendsAModernServerEachClientsOwnFields) {
  be_modern();
  auto entry = server();
  entry.spec.bearer_token = Secret("gateway");
  const std::string text = co_await call_with(entry, user(anna_));
  EXPECT_EQ("ok", text);
  co_await call_with(entry, user(bert_));
  co_await call_with(entry, numbered_);
  co_await call_with(entry, nothing_);
  EXPECT_THAT(sent("tools/call", "authorization"), ElementsAre(anna_, bert_, "Bearer gateway", "Bearer gateway"));
  EXPECT_THAT(sent("tools/call", "x-request-id"), ElementsAre("", "", "7", ""));
  EXPECT_THAT(sent("tools/call", "x-wiki-token"), Each(""));
  EXPECT_THAT(sent("server/discover", "authorization"), ElementsAre("Bearer gateway"));
}

CORO_TEST_F(ForwardingServerTest, GivesEachSuchCallASessionThatIsOpenedUsedAndClosedInItsClientsName) {
  be_legacy(true);
  auto entry = server();
  entry.spec.bearer_token = Secret("gateway");
  co_await call_with(entry, user(anna_));
  co_await until_count("DELETE", 1);
  co_await call_with(entry, user(bert_));
  co_await until_count("DELETE", 2);
  // The gateway's own first session told it that there are sessions; it stays for a call without such fields.
  EXPECT_THAT(sent("initialize", "authorization"), ElementsAre("Bearer gateway", anna_, bert_));
  EXPECT_THAT(sent("notifications/initialized", "authorization"), ElementsAre("Bearer gateway", anna_, bert_));
  EXPECT_THAT(sent("tools/call", "authorization"), ElementsAre(anna_, bert_));
  EXPECT_THAT(sent("tools/call", "mcp-session-id"), ElementsAre("s2", "s3"));
  EXPECT_THAT(sent("DELETE", "authorization"), ElementsAre(anna_, bert_));
  co_await call_with(entry, nothing_);
  EXPECT_EQ("s1", last("tools/call").header("mcp-session-id"));
  EXPECT_EQ("Bearer gateway", last("tools/call").header("authorization"));
}

CORO_TEST_F(ForwardingServerTest, AddsTheFieldsToTheCallAloneWhereThereAreNoSessions) {
  be_legacy(false);
  co_await call_with(server(), user(anna_));
  co_await call_with(server(), user(bert_));
  EXPECT_THAT(sent("initialize", "authorization"), ElementsAre(""));
  EXPECT_THAT(sent("tools/call", "authorization"), ElementsAre(anna_, bert_));
  EXPECT_THAT(sent("tools/call", "mcp-protocol-version"), Each("2025-06-18"));
}

CORO_TEST_F(ForwardingServerTest, PresentsNoTokenOfOursBesideAClientsAuthorization) {
  be_legacy(true);
  tokens_.fixed("web")->give("ours-1234");
  co_await call_with(server(), user(anna_));
  co_await until_count("DELETE", 1);
  EXPECT_THAT(sent("tools/call", "authorization"), ElementsAre(anna_));
  EXPECT_THAT(sent("DELETE", "authorization"), ElementsAre(anna_));
  EXPECT_THAT(sent("initialize", "authorization"), ElementsAre("Bearer ours-1234", anna_));
  for (const SeenRequest& request : imposter_.requests()) {
    const auto fields = std::count_if(request.headers.begin(), request.headers.end(), [](const auto& header) {
      return equals_ignoring_case(header.first, "authorization");
    });
    EXPECT_EQ(1, fields) << request.method;
  }
}

CORO_TEST_F(ForwardingServerTest, RepeatsNothingOfWhatAClientSentInErrors) {
  be_modern();
  answer("tools/call", [](const SeenRequest& request) {
    return http::testing::text("no entry for " + request.header("authorization"), 401);
  });
  const std::string text = co_await call_with(server(), user(anna_));
  EXPECT_THAT(text, HasSubstr("what clients send for forward_headers"));
  EXPECT_THAT(text, Not(HasSubstr("anna-1234")));
}

}  // namespace
}  // namespace jungle::upstream
