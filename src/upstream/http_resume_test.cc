// Event streams that break off before the answer, and go on in a later exchange.
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
using testing::Reply;
using testing::SeenRequest;

// A legacy server that gives its events ids.
class ResumeTest : public testing::HttpUpstreamTest {
 protected:
  // The answer to a call begins with `chunks` and ends without its result.
  void break_off(Reply (*how)(std::vector<std::string>), std::vector<std::string> chunks) {
    be_legacy(false);
    answer("tools/call", [this, how, chunks = std::move(chunks)](const SeenRequest& r) {
      id_ = member(r.body, "id");
      return how(chunks);
    });
  }
  std::string result_event() const {
    return "id: last\ndata: {\"jsonrpc\":\"2.0\",\"id\":" + id_ + ",\"result\":{" + kText + "}}\n\n";
  }
  static Reply cut(std::vector<std::string> chunks) {
    std::string bytes = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9999\r\n\r\n";
    for (const std::string& chunk : chunks)
      bytes += chunk;
    return http::testing::raw(std::move(bytes));
  }

  std::string id_;
};

CORO_TEST_F(ResumeTest, FollowsAStreamThatTheServerEndsAndExpectsToBePolled) {
  break_off(http::testing::events, {"id: e1\nretry: 100\ndata:\n\n"});
  answer("GET", [this](const SeenRequest& r) {
    if (r.header("last-event-id") == "e1") return http::testing::events({"id: e2\ndata:\n\n"});
    return http::testing::events({result_event()});
  });
  const auto server = http_server(imposter_.url());
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("ok", text);
  EXPECT_EQ(1u, count("tools/call"));
  EXPECT_EQ(2u, count("GET"));
  EXPECT_EQ("e2", last("GET").header("last-event-id"));
  EXPECT_EQ("2025-06-18", last("GET").header("mcp-protocol-version"));
  EXPECT_THAT(last("GET").header("accept"), HasSubstr("text/event-stream"));
}

CORO_TEST_F(ResumeTest, StaysAtItsPlaceWhileAResumedStreamNamesNoOther) {
  break_off(http::testing::events, {"id: e1\nretry: 100\n\n"});
  answer("GET", [this, attempts = 0](const SeenRequest&) mutable {
    return http::testing::events({++attempts < 2 ? "data:\n\n"s : result_event()});
  });
  const auto server = http_server(imposter_.url());
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("ok", text);
  EXPECT_EQ(2u, count("GET"));
  EXPECT_EQ("e1", last("GET").header("last-event-id"));
}

CORO_TEST_F(ResumeTest, ResumesWhenTheConnectionBreaks) {
  break_off(cut,
            {"id: 7\nretry: 100\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{}}\n\n",
             "id: 8\ndata: {"});
  answer("GET", [this](const SeenRequest&) { return http::testing::events({result_event()}); });
  const auto server = http_server(imposter_.url());
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("ok", text);
  EXPECT_EQ("7", last("GET").header("last-event-id"));  // Of event 8 only a part came.
}

CORO_TEST_F(ResumeTest, WaitsAsLongAsTheServerAsks) {
  break_off(http::testing::events, {"id: e1\ndata:\n\n", "retry: 400\n\n"});
  SteadyTime resumed_at{};
  answer("GET", [this, &resumed_at](const SeenRequest&) {
    resumed_at = time_.steady_now();
    return http::testing::events({result_event()});
  });
  const auto server = http_server(imposter_.url());
  const SteadyTime start = time_.steady_now();
  co_await call(server, "t", "{}");
  EXPECT_GE(resumed_at - start, 400ms);
}

CORO_TEST_F(ResumeTest, RelaysProgressOfTheResumedStream) {
  break_off(http::testing::events, {"id: e1\nretry: 100\ndata:\n\n"});
  answer("GET", [this](const SeenRequest&) {
    const std::string progress =
        R"(data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":)" + id_ +
        ",\"progress\":1}}\n\n";
    return http::testing::events({progress, result_event()});
  });
  const auto server = http_server(imposter_.url());
  auto got = co_await send(server, "tools/call", R"({"name":"t","_meta":{"progressToken":"mine"}})");
  EXPECT_EQ("ok", testing::text_of_result(got));
  EXPECT_THAT(sink_.events, ElementsAre(R"(notifications/progress {"progressToken":"mine","progress":1})"));
}

CORO_TEST_F(ResumeTest, TriesAgainWhenTheServerIsNotReady) {
  break_off(http::testing::events, {"id: e1\nretry: 0\ndata:\n\n"});
  answer("GET", [this, attempts = 0](const SeenRequest&) mutable {
    return ++attempts < 3 ? http::testing::text("starting", 503) : http::testing::events({result_event()});
  });
  const auto server = http_server(imposter_.url());
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("ok", text);
}

CORO_TEST_F(ResumeTest, GivesUpAfterSomeAttemptsThatLeadToNoStream) {
  break_off(http::testing::events, {"id: e1\nretry: 0\ndata:\n\n"});
  answer("GET", [](const SeenRequest&) { return http::testing::text("down", 503); });
  const auto server = http_server(imposter_.url());
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("failed: server 'web': it closed the stream before it answered", text);
  EXPECT_EQ(kResumeFailuresMax, count("GET"));
  EXPECT_EQ(1u, count("tools/call"));
}

CORO_TEST_F(ResumeTest, GivesUpAtOnceWhenTheServerRefuses) {
  break_off(http::testing::events, {"id: e1\nretry: 100\ndata:\n\n"});
  answer("GET", [](const SeenRequest&) { return http::testing::text("", 405); });
  const auto server = http_server(imposter_.url());
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("failed: server 'web': it closed the stream before it answered", text);
  EXPECT_EQ(1u, count("GET"));
}

CORO_TEST_F(ResumeTest, DoesNotPollForEver) {
  break_off(http::testing::events, {"id: e1\nretry: 0\ndata:\n\n"});
  answer("GET", [](const SeenRequest&) { return http::testing::events({"id: e1\ndata:\n\n"}); });
  auto server = http_server(imposter_.url());
  server.spec.call_timeout_sec = 1;
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_THAT(text, HasSubstr("tools/call was not answered within 1 second"));
  EXPECT_LE(count("GET"), 1000ms / kResumeDelayMin + 1);
}

CORO_TEST_F(ResumeTest, HasNothingToResumeWithoutAnEventId) {
  for (const std::string place : {"", "id: \n", "id: not for a header \x01\n"}) {
    break_off(http::testing::events, {place + "data:\n\n"});
    const auto server = http_server(imposter_.url());
    const std::string text = co_await call(server, "t", "{}");
    EXPECT_EQ("failed: server 'web': it closed the stream before it answered", text);
  }
  EXPECT_EQ(0u, count("GET"));
}

// MCP 2026-07-28 has no event ids: what a modern server calls so means nothing.
CORO_TEST_F(ResumeTest, DoesNotResumeAModernStream) {
  be_modern();
  answer("tools/call", [](const SeenRequest&) { return http::testing::events({"id: e1\nretry: 100\ndata:\n\n"}); });
  const auto server = http_server(imposter_.url());
  const std::string text = co_await call(server, "t", "{}");
  EXPECT_EQ("failed: server 'web': it closed the stream before it answered", text);
  EXPECT_EQ(0u, count("GET"));
}

CORO_TEST_F(ResumeTest, StopsWhenTheCallIsCancelled) {
  break_off(http::testing::events, {"id: e1\nretry: 60000\ndata:\n\n"});
  const auto server = http_server(imposter_.url());
  std::string text;
  spawn(call_into(server, &text));
  co_await until_count("tools/call", 1);
  co_await pass_time(50ms);
  cancel_spawned();
  co_await join();
  EXPECT_EQ("failed: server 'web': the call was cancelled", text);
  EXPECT_EQ(0u, count("GET"));
}

}  // namespace
}  // namespace jungle::upstream
