#include "upstream/parked_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mcp/input_required.h"
#include "upstream/hop.h"
#include "upstream/testing/upstream_test_fixture.h"

namespace jungle::upstream {
namespace {

using ::testing::HasSubstr;

// A modern client of a legacy server; its tool `ask` asks the client first.
class ParkedCallsTest : public testing::UpstreamTest {
 protected:
  ParkedCallsTest() {
    context_of_call_.client_capabilities = mcp::ClientCapabilities::read(R"({"elicitation":{}})", mcp::kNewestModern);
  }

  static constexpr const char* kAsk = R"("name":"ask","arguments":{"a":1})";

  Task<Result<mcp::Response>> ask(const catalog::ServerEntry& server) { return ask(server, std::string()); }
  Task<Result<mcp::Response>> ask(const catalog::ServerEntry& server, std::string members) {
    std::string params = "{" + std::string(kAsk) + members + "}";
    co_return co_await send(server, "tools/call", std::move(params));
  }
  Task<void> hang(const catalog::ServerEntry& server) {
    auto answer = co_await call(server, "hang", "{}");
    EXPECT_THAT(answer, ::testing::StartsWith("failed: "));
  }
  // What the client is told to bring; nothing if it is told something else.
  static mcp::InputRequired input_of(const Result<mcp::Response>& answer) {
    if (!answer) {
      ADD_FAILURE() << answer.error().message;
      return {};
    }
    const auto input = mcp::read_input_required(*answer);
    EXPECT_TRUE(input && *input) << answer->payload();
    return input && *input ? **input : mcp::InputRequired();
  }
  static std::string repeated(const mcp::InputRequired& input, const std::string& responses) {
    return ",\"inputResponses\":" + responses + ",\"requestState\":" + input.request_state;
  }
};

CORO_TEST_F(ParkedCallsTest, GoesOnWithACallWhenTheClientBringsTheAnswer) {
  const auto server = stdio_server({});
  const auto asked = co_await ask(server);
  const auto input = input_of(asked);
  CO_ASSERT_EQ(1u, input.requests.size());
  EXPECT_EQ("input-1", input.requests[0].first);
  EXPECT_EQ("elicitation/create", input.requests[0].second.method);
  EXPECT_EQ(R"({"message":"Who?"})", input.requests[0].second.params);
  const auto done = co_await ask(server, repeated(input, R"({"input-1":{"action":"accept","content":{"who":"me"}}})"));
  EXPECT_THAT(testing::text_of_result(done), HasSubstr("the client said: 80 bytes, error no"));
}

CORO_TEST_F(ParkedCallsTest, AsksAgainForWhatIsMissing) {
  const auto server = stdio_server({});
  const auto asked = co_await ask(server);
  const auto first = input_of(asked);
  const auto asked_again = co_await ask(server, repeated(first, R"({"other":{"action":"accept"}})"));
  const auto second = input_of(asked_again);
  CO_ASSERT_EQ(1u, second.requests.size());
  EXPECT_EQ("input-1", second.requests[0].first);
  EXPECT_NE(first.request_state, second.request_state);
  const auto done = co_await ask(server, repeated(second, R"({"input-1":{"action":"cancel"}})"));
  EXPECT_THAT(testing::text_of_result(done), HasSubstr("error no"));
}

CORO_TEST_F(ParkedCallsTest, TakesAStateOnceAndForItsOwnRequestAndPrincipalOnly) {
  const auto server = stdio_server({});
  const auto asked = co_await ask(server);
  const auto input = input_of(asked);
  const std::string answer = repeated(input, R"({"input-1":{"action":"decline"}})");
  const std::string refusal =
      "error: requestState is unknown, has expired or belongs to another request: repeat the call without it";

  auto other = co_await send(server, "tools/call", R"({"name":"ask","arguments":{"a":2})" + answer + "}");
  EXPECT_EQ(refusal, testing::text_of_result(other));
  context_of_call_.principal = mcp::PrincipalId("mallory");
  other = co_await ask(server, answer);
  EXPECT_EQ(refusal, testing::text_of_result(other));
  context_of_call_.principal = {};
  other = co_await ask(server, R"(,"requestState":"guessed")");
  EXPECT_EQ(refusal, testing::text_of_result(other));

  auto done = co_await ask(server, answer);
  EXPECT_THAT(testing::text_of_result(done), HasSubstr("error no"));
  done = co_await ask(server, answer);
  EXPECT_EQ(refusal, testing::text_of_result(done));
}

CORO_TEST_F(ParkedCallsTest, TellsTheClientThatTheServerDiedMeanwhile) {
  auto server = stdio_server({});
  server.spec.session_mode = catalog::SessionMode::kStateful;
  const auto asked = co_await ask(server);
  const auto input = input_of(asked);
  const std::string died = co_await call(server, "die", "{}");
  EXPECT_THAT(died, HasSubstr("exited with code 3"));
  const auto late = co_await ask(server, repeated(input, R"({"input-1":{"action":"decline"}})"));
  EXPECT_THAT(testing::text_of_result(late), HasSubstr("exited with code 3"));
}

CORO_TEST_F(ParkedCallsTest, LeavesNothingBehindWhenTheClientNeverComesBack) {
  const auto server = stdio_server({});
  for (int i = 0; i < 3; ++i) {
    const auto asked = co_await ask(server);
    EXPECT_EQ(1u, input_of(asked).requests.size());
  }
}

CORO_TEST_F(ParkedCallsTest, AsksNothingThatItsServerCancelledMeanwhile) {
  const auto server = stdio_server({});
  const std::string text = co_await call(server, "ask-and-cancel", "{}");
  EXPECT_EQ("never mind", text);
}

CORO_TEST_F(ParkedCallsTest, AnswersACallThatAsksNothingAtOnce) {
  const auto server = stdio_server({});
  const std::string text = co_await call(server, "echo", R"({"x":1})");
  EXPECT_EQ(R"({"x":1})", text);
}

CORO_TEST_F(ParkedCallsTest, ReportsProgressUnderTheTokenOfTheRequest) {
  const auto server = stdio_server({});
  const auto answer =
      co_await send(server, "tools/call", R"({"name":"progress","arguments":{},"_meta":{"progressToken":"mine"}})");
  EXPECT_TRUE(answer.has_value());
  CO_ASSERT_FALSE(sink_.events.empty());
  EXPECT_THAT(sink_.events.front(), HasSubstr(R"("progressToken":"mine")"));
}

CORO_TEST_F(ParkedCallsTest, EndsACallWhoseClientHangsUp) {
  auto server = stdio_server({});
  server.spec.session_mode = catalog::SessionMode::kStateful;
  spawn(hang(server));
  co_await call(server, "pid", "{}");
  cancel_spawned();
  co_await join();
  std::string cancelled;
  for (int i = 0; i < 100 && cancelled != "1"; ++i)
    cancelled = co_await call(server, "cancelled", "{}");
  EXPECT_EQ("1", cancelled);
}

}  // namespace
}  // namespace jungle::upstream
