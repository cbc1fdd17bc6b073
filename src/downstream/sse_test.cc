// HTTP+SSE, the transport of 2024-11-05.
#include <chrono>

#include "downstream/limits.h"
#include "downstream/testing/endpoint_test.h"

namespace jungle::downstream {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using testing::Headers;

class SseTest : public testing::EndpointTest {
 protected:
  // A stream whose `messages` begin with the address to post to.
  std::shared_ptr<Stream> connect() {
    auto stream = open("GET", "/sse", "", {});
    read_messages(*stream, 1);
    return stream;
  }
  Answer say(const Stream& stream, const std::string& body) {
    return send("POST", stream.messages.at(0), body, {{"Content-Type", "application/json"}});
  }
  std::string next(Stream& stream) {
    const std::size_t known = stream.messages.size();
    read_messages(stream, known + 1);
    return stream.messages.size() > known ? stream.messages.back() : "the stream has ended";
  }
  std::shared_ptr<Stream> initialized(const std::string& capabilities = "{}") {
    auto stream = connect();
    EXPECT_EQ(202,
              say(*stream, R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2024-11-05",)"
                           R"("capabilities":)" +
                               capabilities + R"(,"clientInfo":{"name":"c","version":"1"}}})")
                  .status);
    EXPECT_EQ(R"({"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2024-11-05","capabilities":{"tools":{}},)"
              R"("serverInfo":{"name":"gw-sse","version":"1"}}})",
              next(*stream));
    return stream;
  }
  static std::string call(const std::string& id) {
    return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"tools/call","params":{"name":"x"}})";
  }
};

TEST_F(SseTest, SaysFirstWhereToPost) {
  const auto stream = connect();
  EXPECT_EQ(200, stream->response->status());
  EXPECT_EQ("text/event-stream", stream->response->content_type());
  EXPECT_TRUE(stream->messages.at(0).starts_with("/message?sessionId="));
  EXPECT_NE(stream->messages.at(0), connect()->messages.at(0));
  EXPECT_EQ(405, send("POST", "/sse", "{}", {}).status);
}

TEST_F(SseTest, AnswersOnTheStream) {
  service_.reply("tools/call", R"({"resultType":"complete","content":[]})");
  service_.notify("tools/call", mcp::Notification{"notifications/progress", R"({"progressToken":1,"progress":1})"});
  const auto stream = initialized();
  const Answer accepted = say(*stream, call("\"a\""));
  EXPECT_EQ(202, accepted.status);
  EXPECT_EQ("", accepted.body);
  EXPECT_EQ(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}})",
            next(*stream));
  EXPECT_EQ(R"({"jsonrpc":"2.0","id":"a","result":{"content":[]}})", next(*stream));
  EXPECT_EQ(mcp::Revision::k2024_11_05, service_.seen().back().call.revision);
  EXPECT_EQ(202, say(*stream, R"({"jsonrpc":"2.0","id":5,"method":"ping"})").status);
  EXPECT_EQ(R"({"jsonrpc":"2.0","id":5,"result":{}})", next(*stream));
}

TEST_F(SseTest, WantsToBeInitializedOnce) {
  const auto stream = connect();
  say(*stream, call("1"));
  EXPECT_EQ(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"send an initialize request first"}})",
            next(*stream));
  const auto other = initialized();
  say(*other, R"({"jsonrpc":"2.0","id":2,"method":"initialize","params":{}})");
  EXPECT_EQ(R"({"jsonrpc":"2.0","id":2,"error":{"code":-32600,"message":"this session is initialized"}})",
            next(*other));
}

TEST_F(SseTest, RefusesWhatIsNoMessageOfASession) {
  const auto stream = connect();
  const auto refusal = [&](std::string_view method, const std::string& path, const std::string& body) {
    const Answer answer = send(method, path, body, {{"Content-Type", "application/json"}});
    EXPECT_EQ(400, answer.status);
    return answer.body;
  };
  const auto error = [](int code, const std::string& message) {
    return R"({"jsonrpc":"2.0","id":null,"error":{"code":)" + std::to_string(code) + R"(,"message":")" + message +
           "\"}}\n";
  };
  EXPECT_EQ(error(-32602, "Missing sessionId"), refusal("POST", "/message", "{}"));
  EXPECT_EQ(error(-32602, "Invalid session ID"), refusal("POST", "/message?sessionId=x", "{}"));
  EXPECT_EQ(error(-32700, "Parse error"), refusal("POST", stream->messages.at(0), "{nonsense"));
  EXPECT_EQ(error(-32600, "Method not allowed"), refusal("PUT", stream->messages.at(0), "{}"));
}

TEST_F(SseTest, AsksTheClientAndHearsItsAnswer) {
  service_.reply("tools/call", "{}", mcp::ResultForm::kLegacy);
  service_.ask("tools/call", mcp::InputRequest{"roots/list", {}});
  const auto stream = initialized(R"({"roots":{}})");
  say(*stream, call("1"));
  EXPECT_EQ(R"({"jsonrpc":"2.0","id":1,"method":"roots/list"})", next(*stream));
  EXPECT_EQ(202, say(*stream, R"({"jsonrpc":"2.0","id":1,"result":{"roots":[]}})").status);
  EXPECT_EQ(R"({"jsonrpc":"2.0","id":1,"result":{}})", next(*stream));
  EXPECT_EQ(std::vector<std::string>{R"({"roots":[]})"}, service_.answers());
}

TEST_F(SseTest, CancelsACallOnTheClientsWord) {
  service_.reply("tools/call", "{}");
  const auto stream = initialized();
  service_.hold();
  say(*stream, call("1"));
  run_until([&] { return service_.waiting() == 1; });
  say(*stream, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
  run_until([&] { return service_.cancelled() == 1; });
  say(*stream, R"({"jsonrpc":"2.0","id":2,"method":"ping"})");
  EXPECT_EQ(R"({"jsonrpc":"2.0","id":2,"result":{}})", next(*stream)) << "a cancelled request is not answered";
}

TEST_F(SseTest, EndsItsCallsAndWatchesWithTheStream) {
  service_.reply("tools/call", "{}");
  std::string address;
  {
    const auto stream = initialized();
    service_.hold();
    address = stream->messages.at(0);
    say(*stream, R"({"jsonrpc":"2.0","id":9,"method":"resources/subscribe","params":{"uri":"u:a"}})");
    EXPECT_EQ(R"({"jsonrpc":"2.0","id":9,"result":{}})", next(*stream));
    EXPECT_EQ(1u, feed_.watched.size());
    say(*stream, call("1"));
    run_until([&] { return service_.waiting() == 1; });
    stream->response.reset();
  }
  pass_time_until([&] { return service_.cancelled() == 1 && feed_.watched.empty(); });
  EXPECT_EQ(400, send("POST", address, call("2"), {{"Content-Type", "application/json"}}).status);
}

TEST_F(SseTest, TellsOfChanges) {
  const auto stream = initialized();
  endpoint_.lists_changed({{"", {true, false, false}}});
  EXPECT_EQ(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{}})", next(*stream));
  say(*stream, R"({"jsonrpc":"2.0","id":9,"method":"resources/subscribe","params":{"uri":"u:a"}})");
  EXPECT_EQ(R"({"jsonrpc":"2.0","id":9,"result":{}})", next(*stream));
  endpoint_.resource_updated(ResourceUpdate{"s", "own:u:a"});
  EXPECT_EQ(R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"u:a"}})", next(*stream));
}

TEST_F(SseTest, HasALimitForRequestsAtOnce) {
  service_.reply("tools/call", "{}");
  const auto stream = initialized();
  service_.hold();
  for (std::size_t i = 0; i < kSseRequestsMax; ++i)
    EXPECT_EQ(202, say(*stream, call(std::to_string(i))).status);
  run_until([&] { return service_.waiting() == kSseRequestsMax; });
  EXPECT_EQ(400, say(*stream, call("99")).status);
  service_.release();
  for (std::size_t i = 0; i < kSseRequestsMax; ++i)
    EXPECT_NE(std::string::npos, next(*stream).find("\"result\":{}"));
}

TEST_F(SseTest, TellsTheStreamOfTheFirstMessageThatWaits) {
  SseSession session("x");
  EXPECT_TRUE(session.push("a"));
  EXPECT_FALSE(session.push("b"));
  session.take();
  EXPECT_TRUE(session.push("c"));
  session.end();
  EXPECT_TRUE(session.push("d"));
}

TEST_F(SseTest, EndsTheSessionOfAClientThatDoesNotReadAtOnce) {
  service_.reply("tools/call",
                 R"({"resultType":"complete","content":[],"large":")" + std::string(1024 * 1024, 'x') + "\"}");
  const auto stream = initialized();
  constexpr int kMoreThanSocketsHold = 32;
  int status = 202;
  int calls = 0;
  for (; calls < kMoreThanSocketsHold && status == 202; ++calls)
    status = say(*stream, call(std::to_string(calls))).status;
  const Answer refused = say(*stream, R"({"jsonrpc":"2.0","id":"p","method":"ping"})");
  EXPECT_EQ(400, refused.status);
  EXPECT_THAT(refused.body, ::testing::HasSubstr("Invalid session ID"));
  read_messages(*stream, kMoreThanSocketsHold);
  EXPECT_TRUE(stream->ended);
  EXPECT_LT(stream->messages.size(), static_cast<std::size_t>(kMoreThanSocketsHold));
}

TEST_F(SseTest, GivesUpAClientThatDoesNotRead) {
  SseSession session("x");
  const std::string large(kSseWaitingBytesMax, 'x');
  session.push(large);
  EXPECT_FALSE(session.ended());
  EXPECT_EQ(1u, session.take().messages.size());
  session.push(large);
  session.push("one byte more");
  EXPECT_FALSE(session.ended());
  session.push("too much");
  EXPECT_TRUE(session.ended());
  EXPECT_TRUE(session.overflowed());
}

TEST_F(SseTest, DropsNotificationsForAClientThatReadsSlowlyAndNothingElse) {
  SseSession session("x");
  const std::string large(kSseEventBytesMax, 'x');
  EXPECT_TRUE(session.push_event(large));
  session.push_event("one more");
  for (int i = 0; i < 1000; ++i)
    EXPECT_FALSE(session.push_event(large));
  session.push("the answer");
  EXPECT_FALSE(session.ended());
  const SseSession::Taken taken = session.take();
  EXPECT_EQ(3u, taken.messages.size());
  EXPECT_EQ("the answer", taken.messages.back());
  EXPECT_EQ(1000u, taken.dropped);
  EXPECT_TRUE(session.push_event("again"));
  EXPECT_EQ(0u, session.take().dropped);
}

}  // namespace
}  // namespace jungle::downstream
