#include "upstream/session_stream.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "upstream/limits.h"
#include "upstream/testing/http_upstream_fixture.h"

namespace jungle::upstream {
namespace {

using namespace std::literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kText;
using testing::member;
using testing::result;
using testing::SeenRequest;
using ::testing::UnorderedElementsAre;

const std::string kQuestion =
    R"(data: {"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"Who?","requestedSchema":{}}})"
    "\n\n";

// A legacy server that asks on the stream of the session, not of the call.
class SessionStreamTest : public testing::HttpUpstreamTest {
 protected:
  SessionStreamTest() {
    context_of_call_.client_capabilities =
        mcp::ClientCapabilities::read(R"({"elicitation":{"form":{}}})", mcp::Revision::k2025_11_25);
    sink_.answer = mcp::Response::result(R"({"action":"decline"})", mcp::ResultForm::kLegacy);
  }
  void be_asking() {
    be_legacy(true);
    answer("GET", [](const SeenRequest&) { return http::testing::open_events({": open\n\n"}); });
    answer("tools/call", [this](const SeenRequest& r) {
      calls_.push_back(member(r.body, "id"));
      return http::testing::open_events({": working\n\n"});
    });
  }
  // Calls are tasks t1, t2, ...; their results are what is open.
  void be_making_tasks() {
    answer("tools/call", [this](const SeenRequest& r) {
      return result(r, R"("task":{"taskId":"t)" + std::to_string(++tasks_) + R"(","status":"working"})");
    });
    answer("tasks/result", [this](const SeenRequest& r) {
      calls_.push_back(member(r.body, "id"));
      return http::testing::open_events({": working\n\n"});
    });
  }
  Task<void> call_task_into(catalog::ServerEntry server, std::string* text) {
    const auto answer = co_await send(server, "tools/call", R"({"name":"t","task":{}})");
    *text = testing::text_of_result(answer);
  }
  void ask() { imposter_.push(kQuestion, "GET"); }
  void ask_for(const std::string& task) {
    imposter_.push(
        R"(data: {"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"Who?","requestedSchema":{},)"
        R"("_meta":{"io.modelcontextprotocol/related-task":{"taskId":")" +
            task + "\"}}}}\n\n",
        "GET");
  }
  static constexpr std::size_t kPieceBytes = 256 * 1024;
  void log_pieces(std::size_t count, const std::string& method) {
    const std::string event =
        R"(data: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":")" +
        std::string(kPieceBytes, 'x') + "\"}}\n\n";
    for (std::size_t i = 0; i < count; ++i)
      imposter_.push(event, method);
  }
  // A call whose client takes nothing until sink_.release().
  Task<void> call_for_one_who_does_not_read(std::string* text) {
    be_asking();
    context_of_call_.revision = mcp::Revision::k2025_11_25;
    sink_.hold(context_.get_executor());
    spawn(call_into(stateful(), text));
    co_await until_count("tools/call", 1);
    co_await pass_time(20ms);
  }
  // The answer to the n-th call.
  void finish(std::size_t n) {
    imposter_.push("data: {\"jsonrpc\":\"2.0\",\"id\":" + calls_[n] + ",\"result\":{" + kText + "}}\n\n", "POST");
  }
  catalog::ServerEntry stateful() {
    auto server = http_server(imposter_.url());
    server.spec.session_mode = catalog::SessionMode::kStateful;
    return server;
  }

  std::vector<std::string> calls_;
  int tasks_ = 0;
};

CORO_TEST_F(SessionStreamTest, PutsAQuestionToTheOnlyCallInFlight) {
  be_asking();
  std::string text;
  spawn(call_into(stateful(), &text));
  co_await until_count("tools/call", 1);
  co_await pass_time(20ms);
  ask();
  const auto said = co_await answers(1);
  EXPECT_THAT(said, ElementsAre(HasSubstr(R"("id":"q","result":{"action":"decline"})")));
  finish(0);
  co_await join();
  EXPECT_EQ("ok", text);
  EXPECT_EQ(1u, sink_.questions.size());
}

CORO_TEST_F(SessionStreamTest, OpensOneForEachSessionThatServesOneCall) {
  be_asking();
  std::string text;
  spawn(call_into(http_server(imposter_.url()), &text));
  co_await until_count("tools/call", 1);
  co_await until_count("GET", 2);  // One more for the session that is opened ahead of need.
  co_await pass_time(20ms);
  ask();
  const auto said = co_await answers(2);
  EXPECT_THAT(said,
              UnorderedElementsAre(HasSubstr(R"("result":{"action":"decline"})"), HasSubstr("0 calls are in flight")));
  finish(0);
  co_await join();
  EXPECT_EQ("ok", text);
}

CORO_TEST_F(SessionStreamTest, IsThereBeforeTheCall) {
  be_asking();
  std::string text;
  spawn(call_into(stateful(), &text));
  co_await until_count("tools/call", 1);
  const auto seen = methods();
  EXPECT_LT(std::find(seen.begin(), seen.end(), "GET"), std::find(seen.begin(), seen.end(), "tools/call"));
  co_await pass_time(20ms);
  finish(0);
  co_await join();
  EXPECT_EQ("ok", text);
}

CORO_TEST_F(SessionStreamTest, RefusesAQuestionWhileSeveralCallsOfTheSessionAreInFlight) {
  be_asking();
  const auto server = stateful();
  std::string texts[2];
  for (std::string& text : texts)
    spawn(call_into(server, &text));
  co_await until_count("tools/call", 2);
  EXPECT_EQ(1u, count("GET"));
  co_await pass_time(20ms);
  ask();
  const auto said = co_await answers(1);
  EXPECT_THAT(said, ElementsAre(HasSubstr("2 calls are in flight")));
  finish(0);
  finish(1);
  co_await join();
  EXPECT_EQ("ok", texts[0]);
  EXPECT_EQ("ok", texts[1]);
  EXPECT_TRUE(sink_.questions.empty());
}

CORO_TEST_F(SessionStreamTest, PutsAQuestionToTheTaskThatItBelongsTo) {
  be_asking();
  be_making_tasks();
  std::string texts[2];
  for (std::string& text : texts)
    spawn(call_task_into(stateful(), &text));
  co_await until_count("tasks/result", 2);
  co_await pass_time(20ms);
  ask_for("t1");
  ask_for("t9");  // It is no call's.
  const auto said = co_await answers(2);
  EXPECT_THAT(said, UnorderedElementsAre(HasSubstr(R"("result":{"action":"decline"})"), HasSubstr("0 calls are")));
  finish(0);
  finish(1);
  co_await join();
  EXPECT_EQ("ok", texts[0]);
  EXPECT_EQ("ok", texts[1]);
  EXPECT_EQ(1u, sink_.questions.size());
}

CORO_TEST_F(SessionStreamTest, PutsAQuestionThatNamesNoTaskToTheOnlyCallEvenIfThatIsOne) {
  be_asking();
  be_making_tasks();
  std::string text;
  spawn(call_task_into(stateful(), &text));
  co_await until_count("tasks/result", 1);
  co_await pass_time(20ms);
  ask();
  const auto said = co_await answers(1);
  EXPECT_THAT(said, ElementsAre(HasSubstr(R"("result":{"action":"decline"})")));
  finish(0);
  co_await join();
  EXPECT_EQ("ok", text);
}

CORO_TEST_F(SessionStreamTest, EndsATaskThatTakesTooLong) {
  be_asking();
  be_making_tasks();
  auto server = stateful();
  server.spec.call_timeout_sec = 1;
  std::string text;
  co_await call_task_into(server, &text);
  EXPECT_THAT(text, HasSubstr("was not answered within 1 second"));
  co_await until_count("tasks/cancel", 1);
}

CORO_TEST_F(SessionStreamTest, RefusesAQuestionBetweenCalls) {
  be_asking();
  answer("tools/call", [](const SeenRequest& r) { return result(r, kText); });
  co_await call(stateful(), "t", "{}");
  ask();
  const auto said = co_await answers(1);
  EXPECT_THAT(said, ElementsAre(HasSubstr("0 calls are in flight")));
}

CORO_TEST_F(SessionStreamTest, IsOneForASessionThatTheServerGivesTwice) {
  be_asking();
  answer("initialize", [](const SeenRequest& r) {
    return result(r, R"("protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"i"})")
        .with_header("Mcp-Session-Id", "the-only-one");
  });
  std::string text;
  spawn(call_into(http_server(imposter_.url()), &text));
  co_await until_count("initialize", 2);  // Another one ahead of need.
  co_await until_count("tools/call", 1);
  co_await pass_time(50ms);
  EXPECT_EQ(1u, count("GET"));
  ask();
  const auto said = co_await answers(1);
  EXPECT_THAT(said, ElementsAre(HasSubstr(R"("result":{"action":"decline"})")));
  finish(0);
  co_await join();
  EXPECT_EQ("ok", text);
}

CORO_TEST_F(SessionStreamTest, EndsACallThatTakesTooLong) {
  be_asking();
  auto server = stateful();
  server.spec.call_timeout_sec = 1;
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_THAT(text, HasSubstr("was not answered within 1 second"));
  co_await until_count("notifications/cancelled", 1);
}

CORO_TEST_F(SessionStreamTest, EndsACallWhoseClientHangsUp) {
  be_asking();
  std::string text;
  spawn(call_into(stateful(), &text));
  co_await until_count("tools/call", 1);
  cancel_spawned();
  co_await join();
  EXPECT_THAT(text, HasSubstr("cancelled"));
  co_await until_count("notifications/cancelled", 1);
}

CORO_TEST_F(SessionStreamTest, OpensAgainWhenItEndsAndStopsThen) {
  be_asking();
  answer("GET", [](const SeenRequest&) { return http::testing::events({"retry: 100\n\n"}); });
  std::string text;
  spawn(call_into(stateful(), &text));
  co_await until_count("GET", 3);
  finish(0);
  co_await join();
  EXPECT_EQ("ok", text);
}

CORO_TEST_F(SessionStreamTest, WithdrawsWhatTheServerCancels) {
  be_asking();
  sink_.answers_at_once = false;
  std::string text;
  spawn(call_into(stateful(), &text));
  co_await until_count("tools/call", 1);
  co_await pass_time(20ms);
  ask();
  imposter_.push(R"(data: {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"q"}})"
                 "\n\n",
                 "GET");
  std::function<bool()> withdrawn = [this] { return !sink_.withdrawn.empty(); };
  co_await until(std::move(withdrawn));
  EXPECT_THAT(sink_.withdrawn, ElementsAre("\"q\""));
  finish(0);
  co_await join();
  EXPECT_EQ("ok", text);
  EXPECT_TRUE(posted_answers().empty());
}

CORO_TEST_F(SessionStreamTest, RelaysProgressAndLogMessages) {
  be_asking();
  std::string text;
  spawn(call_into(http_server(imposter_.url()), &text));
  co_await until_count("tools/call", 1);
  co_await pass_time(20ms);
  imposter_.push(R"(data: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}})"
                 "\n\n",
                 "GET");
  std::function<bool()> heard = [this] { return !sink_.events.empty(); };
  context_of_call_.revision = mcp::Revision::k2025_11_25;
  co_await until(std::move(heard));
  finish(0);
  co_await join();
  EXPECT_THAT(sink_.events, ElementsAre(HasSubstr("notifications/message")));
}

CORO_TEST_F(SessionStreamTest, IsNotOpenedForClientsThatCannotBeAsked) {
  be_legacy(true);
  sink_.answer.reset();
  context_of_call_.client_capabilities = {};
  const std::string text = co_await call(http_server(imposter_.url()), "t", "{}");
  EXPECT_EQ("ok", text);
  EXPECT_EQ(0u, count("GET"));
}

CORO_TEST_F(SessionStreamTest, IsOpenedForAnyClientAtAServerThatLogs) {
  be_asking();
  answer("initialize", [](const SeenRequest& r) {
    auto reply = result(r, R"("protocolVersion":"2025-06-18","capabilities":{"logging":{}},"serverInfo":{"name":"i"})");
    reply.with_header("Mcp-Session-Id", "s");
    return reply;
  });
  sink_.answer.reset();
  context_of_call_.client_capabilities = {};
  context_of_call_.revision = mcp::Revision::k2025_11_25;
  std::string text;
  spawn(call_into(stateful(), &text));
  co_await until_count("tools/call", 1);
  co_await pass_time(20ms);
  imposter_.push(R"(data: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}})"
                 "\n\n",
                 "GET");
  std::function<bool()> heard = [this] { return !sink_.events.empty(); };
  co_await until(std::move(heard));
  EXPECT_THAT(sink_.events, ElementsAre(HasSubstr("notifications/message")));
  ask();
  const auto said = co_await answers(1);
  EXPECT_THAT(said, ElementsAre(HasSubstr("the client of this call did not offer elicitation/create")));
  finish(0);
  co_await join();
  EXPECT_EQ("ok", text);
}

CORO_TEST_F(SessionStreamTest, LetsAServerWaitForAClientThatReadsSlowly) {
  std::string text;
  co_await call_for_one_who_does_not_read(&text);
  constexpr std::size_t kPieces = 2 * kUnreadBytesMax / kPieceBytes;
  log_pieces(kPieces, "POST");
  finish(0);
  co_await pass_time(1s);
  EXPECT_EQ("", text);
  EXPECT_EQ(1u, sink_.events.size());
  sink_.release();
  co_await join();
  EXPECT_EQ("ok", text);
  EXPECT_EQ(kPieces, sink_.events.size());
}

CORO_TEST_F(SessionStreamTest, GivesUpACallThatDoesNotTakeWhatComesOnTheStreamOfTheSession) {
  std::string text;
  co_await call_for_one_who_does_not_read(&text);
  log_pieces(kUnreadBytesMax / kPieceBytes + 2, "GET");
  // Once this is answered, all that came before it has been read.
  imposter_.push(R"(data: {"jsonrpc":"2.0","id":"last","method":"ping"})"
                 "\n\n",
                 "GET");
  co_await answers(1);
  sink_.release();
  co_await join();
  EXPECT_THAT(text, HasSubstr("the client reads too slowly"));
}

CORO_TEST_F(SessionStreamTest, IsNotOpenedAtAServerThatHasNoSessions) {
  be_legacy(false);
  const std::string text = co_await call(http_server(imposter_.url()), "t", "{}");
  EXPECT_EQ("ok", text);
  EXPECT_EQ(0u, count("GET"));
}

// Some servers send the head with the first event only.
CORO_TEST_F(SessionStreamTest, IsNotWaitedForAgainWhereItComesLate) {
  be_legacy(true);
  answer("GET", [](const SeenRequest&) { return http::testing::open_events({}).held(); });
  const auto server = http_server(imposter_.url());
  const std::string first = co_await call(server, "t", "{}");
  EXPECT_EQ("ok", first);
  std::string second;
  spawn(call_into(server, &second));
  co_await pass_time(kStreamOpenTime / 2);
  EXPECT_EQ("ok", second);
  co_await join();
}

CORO_TEST_F(SessionStreamTest, IsAskedForOnceWhereThereIsNone) {
  be_legacy(true);
  answer("GET", [](const SeenRequest&) { return http::testing::text("", 405); });
  const auto server = http_server(imposter_.url());
  for (int i = 0; i < 3; ++i) {
    const std::string text = co_await call(server, "t", "{}");
    EXPECT_EQ("ok", text);
  }
  EXPECT_EQ(1u, count("GET"));
}

}  // namespace
}  // namespace jungle::upstream
