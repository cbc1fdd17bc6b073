// Tasks of legacy servers, for clients that take tasks.
#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "mcp/json_reader.h"
#include "upstream/limits.h"
#include "upstream/testing/http_upstream_fixture.h"

namespace jungle::upstream {
namespace {

using namespace std::literals;
using testing::error;
using ::testing::HasSubstr;
using testing::HttpUpstreamTest;
using testing::kText;
using testing::Reply;
using testing::result;
using testing::SeenRequest;

class HttpTasksTest : public HttpUpstreamTest {
 protected:
  HttpTasksTest() {
    be_legacy(true);
    make_tasks("null");
    answer("tasks/result", [](const SeenRequest& r) { return result(r, kText); });
    context_of_call_.takes_tasks = true;
  }
  void make_tasks(const std::string& ttl) {
    answer("tools/call", [ttl](const SeenRequest& r) {
      return result(r, R"("task":{"taskId":"t1","status":"working","ttl":)" + ttl + "}");
    });
  }
  void be_asked(const std::string& status) {
    answer("tasks/get", [status](const SeenRequest& r) {
      return result(r, R"("taskId":"t1","ttl":null,"status":")" + status + '"');
    });
  }
  Task<std::string> ask(std::string method, std::string params) {
    const auto server = http_server(imposter_.url());
    auto answer = co_await send(server, std::move(method), std::move(params));
    co_return answer ? std::string(answer->payload()) : "! " + answer.error().message;
  }
  bool was_ended(const std::string& session) const {
    for (const SeenRequest& request : imposter_.requests()) {
      if (request.method == "DELETE" && request.header("mcp-session-id") == session) return true;
    }
    return false;
  }
};

const std::string kCall = R"({"name":"t","task":{}})";
const std::string kHandle = R"({"resultType":"task","taskId":"s1 t1","status":"working","ttlMs":null})";

CORO_TEST_F(HttpTasksTest, EndTheirSessionsWithTheirLifetime) {
  make_tasks("50");
  const std::string made = co_await ask("tools/call", kCall);
  EXPECT_EQ(R"({"resultType":"task","taskId":"s1 t1","status":"working","ttlMs":50})", made);
  EXPECT_FALSE(was_ended("s1"));
  std::function<bool()> has_ended = [this] { return was_ended("s1"); };
  co_await until(std::move(has_ended));
}

CORO_TEST_F(HttpTasksTest, LeaveTheirSessionsToTheServerAtTheEnd) {
  const std::string made = co_await ask("tools/call", kCall);
  EXPECT_EQ(kHandle, made);
  co_await upstreams_->stop();
  EXPECT_FALSE(was_ended("s1"));
}

CORO_TEST_F(HttpTasksTest, AreWaitedForWhereNoMoreSessionsMayStay) {
  for (std::size_t i = 0; i < kTaskSessionsMax; ++i) {
    const std::string made = co_await ask("tools/call", kCall);
    EXPECT_THAT(made, HasSubstr(R"("resultType":"task")"));
  }
  const std::string done = co_await ask("tools/call", kCall);
  EXPECT_EQ("{" + kText + "}", done);
  EXPECT_EQ(1u, count("tasks/result"));
}

CORO_TEST_F(HttpTasksTest, AreAskedForInTheirSession) {
  be_asked("working");
  const std::string working = co_await ask("tasks/get", R"({"taskId":"s9 t1"})");
  EXPECT_EQ(R"({"resultType":"complete","taskId":"s9 t1","ttlMs":null,"status":"working"})", working);
  EXPECT_EQ("s9", last("tasks/get").header("mcp-session-id"));
  EXPECT_EQ("2025-11-25", last("tasks/get").header("mcp-protocol-version"));
  EXPECT_THAT(last("tasks/get").body, HasSubstr(R"("params":{"taskId":"t1"})"));
  be_asked("completed");
  const std::string done = co_await ask("tasks/get", R"({"taskId":"s9 t1"})");
  EXPECT_EQ(
      R"({"resultType":"complete","result":{)" + kText + R"(},"taskId":"s9 t1","ttlMs":null,"status":"completed"})",
      done);
}

CORO_TEST_F(HttpTasksTest, AreUnknownWithoutTheirSession) {
  for (const int status : {404, 400}) {
    answer("tasks/get", [status](const SeenRequest&) { return http::testing::text("Session not found", status); });
    const std::string gone = co_await ask("tasks/get", R"({"taskId":"s9 t1"})");
    EXPECT_THAT(gone, HasSubstr(R"("code":-32602)")) << status;
  }
  const std::string nonsense = co_await ask("tasks/get", R"({"taskId":"t1"})");
  EXPECT_THAT(nonsense, HasSubstr(R"("code":-32602)"));
  EXPECT_EQ(2u, count("tasks/get"));
}

CORO_TEST_F(HttpTasksTest, AreCancelledOnce) {
  answer("tasks/cancel", [](const SeenRequest& r) { return error(r, -32602, 200); });
  be_asked("working");
  const std::string refused = co_await ask("tasks/cancel", R"({"taskId":"s9 t1"})");
  EXPECT_THAT(refused, HasSubstr(R"("code":-32602)"));
  be_asked("cancelled");
  const std::string over = co_await ask("tasks/cancel", R"({"taskId":"s9 t1"})");
  EXPECT_EQ(R"({"resultType":"complete"})", over);
}

CORO_TEST_F(HttpTasksTest, ThatAskWhatNobodySaidAreAtWork) {
  be_asked("input_required");
  const std::string asking = co_await ask("tasks/get", R"({"taskId":"s9 t1"})");
  EXPECT_THAT(asking, HasSubstr(R"("status":"working")"));
}

class AskingTaskTest : public HttpTasksTest {
 protected:
  AskingTaskTest() {
    be_asked("input_required");
    answer("tasks/result", [](const SeenRequest&) {
      Reply reply = http::testing::events({question("q1"), question("q2")});
      reply.ends = false;
      return reply;
    });
    context_of_call_.client_capabilities = mcp::ClientCapabilities::read(R"({"roots":{}})", mcp::kNewestModern);
  }
  static std::string question(const std::string& id) {
    return R"(data: {"jsonrpc":"2.0","id":")" + id + R"(","method":"roots/list","params":{"_meta":{"k":1}}})" + "\n\n";
  }
  // The keys of the questions in the answer to tasks/get.
  static std::vector<std::string> keys_in(const std::string& answer) {
    std::vector<std::string> keys;
    for (auto at = answer.find("\"input-"); at != std::string::npos; at = answer.find("\"input-", at + 1))
      keys.push_back(answer.substr(at + 1, answer.find('"', at + 1) - at - 1));
    return keys;
  }
  bool was_answered(const std::string& id) const {
    for (const SeenRequest& request : imposter_.requests()) {
      if (request.body.find(
              R"("id":")" + id +
              R"(","result":{"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t1"}},"roots":[]})") ==
          std::string::npos)
        continue;
      return request.header("mcp-session-id") == "s9";
    }
    return false;
  }
};

CORO_TEST_F(AskingTaskTest, ShowsItsQuestionsUntilTheyAreAnswered) {
  const std::string get = R"({"taskId":"s9 t1"})";
  std::string asking = co_await ask("tasks/get", get);
  for (int i = 0; i < 100 && keys_in(asking).size() < 2; ++i)
    asking = co_await ask("tasks/get", get);
  EXPECT_THAT(asking, HasSubstr(R"({"method":"roots/list","params":{}})"));
  EXPECT_THAT(asking, HasSubstr(R"("status":"input_required")"));
  const std::vector<std::string> keys = keys_in(asking);
  EXPECT_EQ(2u, keys.size());
  if (keys.size() != 2) co_return;
  const std::string update = R"({"taskId":"s9 t1","inputResponses":{"other":{},")" + keys[0] + R"(":{"roots":[]}}})";
  const std::string acknowledged = co_await ask("tasks/update", update);
  EXPECT_EQ(R"({"resultType":"complete"})", acknowledged);
  std::function<bool()> is_answered = [this] { return was_answered("q1"); };
  co_await until(std::move(is_answered));
  EXPECT_FALSE(was_answered("q2"));
  const std::string left = co_await ask("tasks/get", get);
  EXPECT_EQ(std::vector<std::string>{keys[1]}, keys_in(left));
  EXPECT_EQ(1u, count("tasks/result"));
}

CORO_TEST_F(AskingTaskTest, IsNotHeardByAClientThatOffersNothing) {
  context_of_call_.client_capabilities = {};
  const std::string asking = co_await ask("tasks/get", R"({"taskId":"s9 t1"})");
  EXPECT_THAT(asking, HasSubstr(R"("status":"working")"));
  EXPECT_FALSE(was_answered("q1"));
}

// Clients of 2025-11-25, who have the server's own form.
class LegacyClientTasksTest : public HttpTasksTest {
 protected:
  LegacyClientTasksTest() {
    context_of_call_.takes_tasks = false;
    context_of_call_.revision = mcp::kNewestLegacy;
  }
  Task<Result<mcp::Response>> start(std::string params) {
    mcp::Request request;
    request.method = mcp::Method::kToolsCall;
    request.method_name = "tools/call";
    request.params = mcp::read_params(std::move(params)).value();
    request.wants_handle = true;
    const auto server = http_server(imposter_.url());
    auto answer = co_await directory_->service_of(server).handle(std::move(request), context_of_call_, sink_);
    co_return answer;
  }
};

CORO_TEST_F(LegacyClientTasksTest, GetTheServersHandleWithAnIdThatNamesItsSession) {
  const auto made = co_await start(R"({"name":"t","task":{"ttl":5}})");
  EXPECT_EQ(R"({"task":{"taskId":"s1 t1","status":"working","ttl":null}})", made->payload());
  EXPECT_THAT(last("tools/call").body, HasSubstr(R"("task":{"ttl":5})"));
  EXPECT_FALSE(was_ended("s1"));
  EXPECT_EQ(0u, count("tasks/result"));
}

CORO_TEST_F(LegacyClientTasksTest, AreRefusedWhereNoMoreSessionsMayStay) {
  for (std::size_t i = 0; i < kTaskSessionsMax; ++i) {
    const auto made = co_await start(kCall);
    EXPECT_THAT(made->payload(), HasSubstr(R"("taskId")"));
  }
  const auto refused = co_await start(kCall);
  EXPECT_EQ(ErrorCode::kLimitExceeded, refused.error().code);
  const std::string session = "s" + std::to_string(kTaskSessionsMax + 1);
  std::function<bool()> has_ended = [this, session] { return was_ended(session); };
  co_await until(std::move(has_ended));
}

CORO_TEST_F(LegacyClientTasksTest, AreAskedAboutInTheServersWords) {
  be_asked("input_required");
  const std::string asking = co_await ask("tasks/get", R"({"taskId":"s9 t1"})");
  EXPECT_EQ(R"({"taskId":"t1","ttl":null,"status":"input_required"})", asking);
  EXPECT_EQ("s9", last("tasks/get").header("mcp-session-id"));
  answer("tasks/cancel", [](const SeenRequest& r) { return error(r, -32602, 200); });
  const std::string over = co_await ask("tasks/cancel", R"({"taskId":"s9 t1"})");
  EXPECT_THAT(over, HasSubstr(R"("code":-32602)"));
  EXPECT_EQ(0u, count("tasks/result"));
}

CORO_TEST_F(LegacyClientTasksTest, HaveTheirResultsWaitedFor) {
  const std::string done = co_await ask("tasks/result", R"({"taskId":"s9 t1"})");
  EXPECT_EQ("{" + kText + "}", done);
  EXPECT_EQ("s9", last("tasks/result").header("mcp-session-id"));
  EXPECT_THAT(last("tasks/result").body, HasSubstr(R"("params":{"taskId":"t1"})"));
  answer("tasks/result", [](const SeenRequest&) { return http::testing::text("Session not found", 404); });
  const std::string gone = co_await ask("tasks/result", R"({"taskId":"s9 t1"})");
  EXPECT_THAT(gone, HasSubstr(R"("code":-32602)"));
}

CORO_TEST_F(LegacyClientTasksTest, ReportAndAskWhileTheirResultIsWaitedFor) {
  sink_.answer = mcp::Response::result(R"({"roots":[]})", mcp::ResultForm::kLegacy);
  context_of_call_.client_capabilities = mcp::ClientCapabilities::read(R"({"roots":{}})", mcp::kNewestLegacy);
  answer("tasks/result", [](const SeenRequest& r) {
    return http::testing::events(
        {R"(data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":17,"progress":1}})"
         "\n\n",
         R"(data: {"jsonrpc":"2.0","id":"q","method":"roots/list","params":{"_meta":{"k":1}}})"
         "\n\n",
         R"(data: {"jsonrpc":"2.0","id":)" + testing::member(r.body, "id") + ",\"result\":{" + kText + "}}\n\n"});
  });
  const std::string id = R"({"taskId":"s9\t17 ImEgYiI t1"})";  // "a b"
  const std::string done = co_await ask("tasks/result", id);
  EXPECT_EQ("{" + kText + "}", done);
  EXPECT_EQ(std::vector<std::string>{R"(notifications/progress {"progressToken":"a b","progress":1})"}, sink_.events);
  EXPECT_EQ(std::vector<std::string>{"roots/list {}"}, sink_.questions);
  std::function<bool()> has_answered = [this] { return !posted_answers().empty(); };
  co_await until(std::move(has_answered));
  EXPECT_EQ(
      R"({"jsonrpc":"2.0","id":"q","result":{"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t1"}},"roots":[]}})",
      posted_answers().at(0));
}

CORO_TEST_F(HttpTasksTest, MustBeTasks) {
  answer("tasks/get", [](const SeenRequest& r) { return result(r, kText); });
  const std::string nonsense = co_await ask("tasks/get", R"({"taskId":"s9 t1"})");
  EXPECT_THAT(nonsense, HasSubstr("is no task"));
}

CORO_TEST_F(HttpTasksTest, AreDrivenForClientsThatTakeNone) {
  context_of_call_.takes_tasks = false;
  const std::string done = co_await ask("tools/call", kCall);
  EXPECT_EQ("{" + kText + "}", done);
}

}  // namespace
}  // namespace jungle::upstream
