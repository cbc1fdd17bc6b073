// What servers ask of legacy clients, over sockets.
#include <gtest/gtest.h>

#include "downstream/limits.h"
#include "downstream/testing/endpoint_test.h"
#include "mcp/json_reader.h"

namespace jungle::downstream {
namespace {

using namespace std::chrono_literals;
using testing::Answer;

constexpr const char* kEverything = R"({"roots":{},"sampling":{},"elicitation":{"form":{},"url":{}}})";

class InputRelayTest : public testing::EndpointTest {
 protected:
  std::shared_ptr<Stream> call(const std::string& session) {
    return open("POST", "/mcp", R"({"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"x"}})",
                {{"Content-Type", "application/json"},
                 {"Accept", "application/json, text/event-stream"},
                 {"Mcp-Session-Id", session}});
  }
  // What the client answers to question `id`: `"result":{…}` or `"error":{…}`.
  void answer(const std::string& session, std::string_view id, const std::string& what) {
    const Answer got = post_in(session, R"({"jsonrpc":"2.0","id":)" + std::string(id) + "," + what + "}");
    EXPECT_EQ(202, got.status) << got.body;
  }
  // The script: first `input` is required, then the call is complete.
  void require(const std::string& input) {
    service_.reply("tools/call", R"({"resultType":"input_required",)" + input + "}");
    service_.reply("tools/call", R"({"resultType":"complete","content":[]})");
  }
  std::string params_of_call(std::size_t number) const { return service_.seen().at(number).params; }
};

constexpr const char* kDone = R"({"jsonrpc":"2.0","id":"c","result":{"content":[]}})";

// --- servers that ask in the middle of a call ---

TEST_F(InputRelayTest, AsksOnTheStreamOfTheCall) {
  const std::string session = initialize("2025-11-25", kEverything);
  service_.reply("tools/call", R"({"content":[]})", mcp::ResultForm::kLegacy);
  service_.ask("tools/call", {"elicitation/create", R"({"message":"Who?"})"});
  const auto stream = call(session);
  read_messages(*stream, 1);
  EXPECT_EQ(R"({"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{"message":"Who?"}})",
            stream->messages.at(0));
  answer(session, "1", R"("result":{"action":"accept","content":{"who":"me"}})");
  read_messages(*stream, 2);
  EXPECT_EQ(kDone, stream->messages.at(1));
  EXPECT_EQ(std::vector<std::string>{R"({"action":"accept","content":{"who":"me"}})"}, service_.answers());
}

TEST_F(InputRelayTest, HandsTheClientsErrorToTheServer) {
  const std::string session = initialize("2025-11-25", kEverything);
  service_.reply("tools/call", R"({"content":[]})", mcp::ResultForm::kLegacy);
  service_.ask("tools/call", {"sampling/createMessage", R"({"messages":[]})"});
  const auto stream = call(session);
  read_messages(*stream, 1);
  answer(session, "1", R"("error":{"code":-1,"message":"no"})");
  read_messages(*stream, 2);
  EXPECT_EQ(kDone, stream->messages.at(1));
  EXPECT_EQ(std::vector<std::string>{R"({"code":-1,"message":"no"})"}, service_.answers());
}

TEST_F(InputRelayTest, DoesNotWaitForAnAnswerForEver) {
  const std::string session = initialize("2025-11-25", kEverything);
  service_.reply("tools/call", R"({"content":[]})", mcp::ResultForm::kLegacy);
  service_.ask("tools/call", {"roots/list", {}});
  const auto stream = call(session);
  read_messages(*stream, 1);
  EXPECT_EQ(R"({"jsonrpc":"2.0","id":1,"method":"roots/list"})", stream->messages.at(0));
  pass_time(kQuestionTime + 1s);
  read_messages(*stream, 2);
  EXPECT_EQ(std::vector<std::string>{R"({"code":-32603,"message":"the client did not answer within 600 s"})"},
            service_.answers());
}

TEST_F(InputRelayTest, IgnoresAnswersThatNobodyWaitsFor) {
  const std::string session = initialize("2025-11-25", kEverything);
  const std::string other = initialize("2025-11-25", kEverything);
  service_.reply("tools/call", R"({"content":[]})", mcp::ResultForm::kLegacy);
  service_.ask("tools/call", {"roots/list", {}});
  const auto stream = call(session);
  read_messages(*stream, 1);
  answer(other, "1", R"("result":{"roots":["stolen"]})");
  answer(session, "2", R"("result":{})");
  answer(session, R"("1")", R"("result":{})");
  answer(session, "1", R"("result":{"roots":[]})");
  answer(session, "1", R"("result":{"roots":["late"]})");
  read_messages(*stream, 2);
  EXPECT_EQ(std::vector<std::string>{R"({"roots":[]})"}, service_.answers());
}

TEST_F(InputRelayTest, WithdrawsAQuestionWhenTheCallIsCancelled) {
  const std::string session = initialize("2025-11-25", kEverything);
  service_.reply("tools/call", R"({"content":[]})", mcp::ResultForm::kLegacy);
  service_.ask("tools/call", {"roots/list", {}});
  const auto stream = call(session);
  read_messages(*stream, 1);
  post_in(session, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"c"}})");
  read_messages(*stream, 2);
  EXPECT_EQ(
      R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"the call has ended"}})",
      stream->messages.at(1));
  EXPECT_EQ(1u, service_.cancelled());
}

TEST_F(InputRelayTest, WithdrawsAQuestionThatItsServerCancels) {
  const std::string session = initialize("2025-11-25", kEverything);
  service_.reply("tools/call", R"({"content":[]})", mcp::ResultForm::kLegacy);
  service_.ask_and_withdraw("tools/call", {"roots/list", {}});
  const auto stream = call(session);
  read_messages(*stream, 3);
  EXPECT_EQ(
      R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"the server cancelled its request"}})",
      stream->messages.at(1));
  EXPECT_EQ(kDone, stream->messages.at(2));
  answer(session, "1", R"("result":{"roots":["late"]})");
  EXPECT_TRUE(service_.answers().empty());
}

TEST_F(InputRelayTest, AsksNobodyWhoTakesNoStream) {
  const std::string session = initialize("2025-11-25", kEverything);
  service_.reply("tools/call", R"({"content":[]})", mcp::ResultForm::kLegacy);
  service_.ask("tools/call", {"roots/list", {}});
  const Answer got =
      send("POST", "/mcp", R"({"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"x"}})",
           {{"Content-Type", "application/json"}, {"Accept", "application/json"}, {"Mcp-Session-Id", session}});
  EXPECT_EQ(200, got.status);
  EXPECT_EQ(std::vector<std::string>{"! the client takes no stream"}, service_.answers());
  EXPECT_FALSE(service_.seen().back().call.client_capabilities.any());
}

// --- servers that answer with `input_required` ---

TEST_F(InputRelayTest, RepeatsTheCallWithTheAnswers) {
  const std::string session = initialize("2025-11-25", kEverything);
  require(R"("inputRequests":{"who":{"method":"elicitation/create","params":{"message":"Who?"}},)"
          R"("dirs":{"method":"roots/list"}},"requestState":"s1")");
  const auto stream = call(session);
  read_messages(*stream, 1);
  EXPECT_EQ(R"({"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{"message":"Who?"}})",
            stream->messages.at(0));
  answer(session, "1", R"("result":{"action":"decline"})");
  read_messages(*stream, 2);
  EXPECT_EQ(R"({"jsonrpc":"2.0","id":2,"method":"roots/list"})", stream->messages.at(1));
  answer(session, "2", R"("result":{"roots":[]})");
  read_messages(*stream, 3);
  EXPECT_EQ(kDone, stream->messages.at(2));
  EXPECT_EQ(R"({"inputResponses":{"who":{"action":"decline"},"dirs":{"roots":[]}},"requestState":"s1","name":"x"})",
            params_of_call(2));
}

TEST_F(InputRelayTest, RepeatsACallThatIsPutOff) {
  const std::string session = initialize("2025-11-25", kEverything);
  require(R"("requestState":"later")");
  const auto stream =
      open_later("POST", "/mcp", R"({"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"x"}})",
                 {{"Content-Type", "application/json"},
                  {"Accept", "application/json, text/event-stream"},
                  {"Mcp-Session-Id", session}});
  pass_time_until([&] { return service_.seen().size() == 3; });
  run_until([&] { return stream->response.has_value(); });
  EXPECT_EQ(200, stream->response->status());
  EXPECT_EQ(R"({"inputResponses":{},"requestState":"later","name":"x"})", params_of_call(2));
}

TEST_F(InputRelayTest, TellsTheModelThatTheClientRefused) {
  const std::string session = initialize("2025-11-25", kEverything);
  require(R"("inputRequests":{"sum":{"method":"sampling/createMessage","params":{"messages":[]}}})");
  const auto stream = call(session);
  read_messages(*stream, 1);
  answer(session, "1", R"("error":{"code":-1,"message":"User rejected sampling request"})");
  read_messages(*stream, 2);
  EXPECT_EQ(R"({"jsonrpc":"2.0","id":"c","result":{"content":[{"type":"text","text":"the client did not answer )"
            R"(sampling/createMessage: User rejected sampling request"}],"isError":true}})",
            stream->messages.at(1));
  EXPECT_EQ(2u, service_.seen().size());  // server/discover and the one call.
}

TEST_F(InputRelayTest, AsksOnlyForWhatWasOffered) {
  const std::string session = initialize("2025-11-25", R"({"elicitation":{}})");
  require(R"("inputRequests":{"dirs":{"method":"roots/list"}})");
  const Answer got = post_in(session, R"({"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"x"}})");
  EXPECT_NE(std::string::npos, got.body.find("the server asked for roots/list, which the client did not offer"))
      << got.body;
}

TEST_F(InputRelayTest, EndsACallThatAsksForEver) {
  const std::string session = initialize("2025-11-25", kEverything);
  service_.reply("tools/call", R"({"resultType":"input_required","inputRequests":{"d":{"method":"roots/list"}}})");
  const auto stream = call(session);
  for (std::size_t round = 1; round <= kInputRoundsMax; ++round) {
    read_messages(*stream, round);
    answer(session, std::to_string(round), R"("result":{"roots":[]})");
  }
  read_messages(*stream, kInputRoundsMax + 1);
  EXPECT_NE(std::string::npos, stream->messages.back().find("the server asked for input more than 10 times"))
      << stream->messages.back();
}

TEST_F(InputRelayTest, GivesAUrlElicitationTheIdThatOldClientsWant) {
  const std::string session = initialize("2025-11-25", kEverything);
  require(
      R"("inputRequests":{"u":{"method":"elicitation/create","params":{"mode":"url","message":"Go","url":"https://a.example"}}})");
  const auto stream = call(session);
  read_messages(*stream, 1);
  EXPECT_EQ(R"({"jsonrpc":"2.0","id":1,"method":"elicitation/create","params":{"elicitationId":"elicitation-1",)"
            R"("mode":"url","message":"Go","url":"https://a.example"}})",
            stream->messages.at(0));
  answer(session, "1", R"("result":{"action":"accept"})");
  read_messages(*stream, 2);
  EXPECT_EQ(kDone, stream->messages.at(1));
}

}  // namespace
}  // namespace jungle::downstream
