#include <set>
#include <string>
#include <vector>

#include "catalog/snapshot.h"
#include "upstream/channel_upstream.h"
#include "upstream/limits.h"
#include "upstream/testing/upstream_test_fixture.h"

namespace jungle::upstream {
namespace {

using namespace std::literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class StdioUpstreamTest : public testing::UpstreamTest {
 protected:
  Task<void> call_into(catalog::ServerEntry server, std::string tool, std::string* out) {
    *out = co_await call(server, std::move(tool), "{}");
  }
  Task<void> call_task_into(catalog::ServerEntry server, std::string tool, std::string* out) {
    const auto answer = co_await send(server, "tools/call", R"({"name":")" + tool + R"(","task":{}})");
    *out = testing::text_of_result(answer);
  }
  Task<void> flood_into(catalog::ServerEntry server, std::string* out) {
    const auto answer = co_await send(
        server, "tools/call", R"({"_meta":{"progressToken":"p"},"name":"flood","arguments":{"bytes":20000000}})");
    *out = testing::text_of_result(answer);
  }
  Task<void> until_children(std::size_t count) {
    for (int i = 0; i < 400 && testing::children_of_this_process().living.size() != count; ++i)
      co_await pass_time(10ms);
  }
};

CORO_TEST_F(StdioUpstreamTest, CallsAToolOfALegacyServer) {
  const auto server = stdio_server({});
  const std::string text = co_await call(server, "echo", R"({"x": 12345678901234567890.0})");
  EXPECT_EQ(R"({"x": 12345678901234567890.0})", text);
}

CORO_TEST_F(StdioUpstreamTest, CallsAToolOfAModernServer) {
  const auto server = stdio_server({"modern"});
  const std::string text = co_await call(server, "params", "{}");
  EXPECT_EQ(
      R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},)"
      R"("io.modelcontextprotocol/clientInfo":{"name":"mcpjungle","version":"dev"}},"name":"params","arguments":{}})",
      text);
}

CORO_TEST_F(StdioUpstreamTest, SendsACallOnceMoreWhoseRevisionTheServerRefusedAndOffers) {
  auto server = stdio_server({"modern"});
  const std::string refused = co_await call(server, "doubt", "{}");
  EXPECT_THAT(refused, HasSubstr("speaks no protocol revision that the gateway speaks")) << "each process refuses once";
  server.spec.session_mode = catalog::SessionMode::kStateful;
  const std::string text = co_await call(server, "doubt", "{}");
  EXPECT_EQ("2", text);
}

CORO_TEST_F(StdioUpstreamTest, PutsAQuestionToTheTaskThatItBelongsTo) {
  auto server = stdio_server({});
  server.spec.session_mode = catalog::SessionMode::kStateful;
  context_of_call_.client_capabilities =
      mcp::ClientCapabilities::read(R"({"elicitation":{"form":{}}})", mcp::Revision::k2025_11_25);
  sink_.answer = mcp::Response::result(R"({"action":"decline"})", mcp::ResultForm::kLegacy);
  std::string texts[2];
  for (std::string& text : texts)
    spawn(call_task_into(server, "pair", &text));
  co_await join();
  EXPECT_EQ("asked", texts[0]);
  EXPECT_EQ("asked", texts[1]);
  EXPECT_EQ(2u, sink_.questions.size());
}

CORO_TEST_F(StdioUpstreamTest, FindsTheEraOfAServerThatExitsWhenProbed) {
  const auto server = stdio_server({"strict"});
  const std::string text = co_await call(server, "echo", "{}");
  EXPECT_EQ("{}", text);
}

// What each of them was when it was listed is in `revision`; what it is now, in its arguments.
CORO_TEST_F(StdioUpstreamTest, NoticesThatALegacyServerBecameModern) {
  auto server = stdio_server({"modern"});
  server.revision = "2025-11-25";
  const std::string text = co_await call(server, "echo", "{}");
  EXPECT_EQ("{}", text);
}

CORO_TEST_F(StdioUpstreamTest, NoticesThatAModernServerBecameLegacy) {
  auto server = stdio_server({});
  server.revision = "2026-07-28";
  const std::string first = co_await call(server, "counter", "{}");
  EXPECT_EQ("1", first);
  const std::string next = co_await call(server, "counter", "{}");
  EXPECT_EQ("1", next);
}

CORO_TEST_F(StdioUpstreamTest, NoticesThatAModernServerBecameALegacyOneThatExitsWhenProbed) {
  auto server = stdio_server({"strict"});
  server.revision = "2026-07-28";
  const std::string text = co_await call(server, "echo", "{}");
  EXPECT_EQ("{}", text);
}

CORO_TEST_F(StdioUpstreamTest, DoesNotGuessTheEraWhenItIsSet) {
  auto server = stdio_server({});
  server.spec.protocol = catalog::Protocol::kModern;
  const std::string text = co_await call(server, "echo", "{}");
  EXPECT_EQ("failed: server 'fix': failed to initialize connection with MCP server: not initialized", text);
}

CORO_TEST_F(StdioUpstreamTest, GivesEachStatelessCallAProcessOfItsOwn) {
  const auto server = stdio_server({});
  const std::string first = co_await call(server, "counter", "{}");
  const std::string second = co_await call(server, "counter", "{}");
  EXPECT_EQ("1", first);
  EXPECT_EQ("1", second);
  co_await until_children(1);  // The one kept ready.
  EXPECT_EQ(1u, testing::children_of_this_process().living.size());
}

CORO_TEST_F(StdioUpstreamTest, ServesACallFromTheProcessKeptReady) {
  auto server = stdio_server({"slow-start=400"});
  server.revision = "2025-11-25";
  bool was_ready = false;  // Whether the process that served a call was there before it.
  for (int i = 0; i < 100 && !was_ready; ++i) {
    const std::set<int> living = testing::children_of_this_process().living;
    const std::string pid = co_await call(server, "pid", "{}");
    was_ready = living.contains(std::stoi(pid));
    co_await pass_time(100ms);
  }
  EXPECT_TRUE(was_ready);
}

CORO_TEST_F(StdioUpstreamTest, KeepsNoProcessReadyWhenToldSo) {
  auto server = stdio_server({});
  server.revision = "2025-11-25";
  server.spec.warm = 0;
  co_await call(server, "pid", "{}");
  co_await until_children(0);
  EXPECT_TRUE(testing::children_of_this_process().living.empty());
}

CORO_TEST_F(StdioUpstreamTest, SharesOneProcessAmongStatefulCalls) {
  auto server = stdio_server({});
  server.spec.session_mode = catalog::SessionMode::kStateful;
  std::string results[4];
  for (std::string& result : results)
    spawn(call_into(server, "pid", &result));
  co_await join();
  EXPECT_EQ(results[0], results[1]);
  EXPECT_EQ(results[0], results[2]);
  EXPECT_EQ(results[0], results[3]);
  const std::string count = co_await call(server, "counter", "{}");
  const std::string next = co_await call(server, "counter", "{}");
  EXPECT_EQ("1", count);
  EXPECT_EQ("2", next);
}

CORO_TEST_F(StdioUpstreamTest, ReconnectsAfterAStatefulProcessDied) {
  auto server = stdio_server({});
  server.spec.session_mode = catalog::SessionMode::kStateful;
  const std::string dead = co_await call(server, "die", "{}");
  EXPECT_EQ(
      "failed: server 'fix': transport closed: the process ended before it answered: it exited with code 3; its last "
      "output:\ndying as asked",
      dead);
  const std::string alive = co_await call(server, "echo", "{}");
  EXPECT_EQ("{}", alive);
}

class IdleStdioTest : public StdioUpstreamTest {
 protected:
  IdleStdioTest() { options_.session_idle = Seconds(1); }
};

CORO_TEST_F(IdleStdioTest, EndsAStatefulProcessThatNobodyUses) {
  auto server = stdio_server({});
  server.spec.session_mode = catalog::SessionMode::kStateful;
  const std::string first = co_await call(server, "pid", "{}");
  const std::string second = co_await call(server, "pid", "{}");
  EXPECT_EQ(first, second);
  co_await until_children(0);
  EXPECT_TRUE(testing::children_of_this_process().living.empty());
  const std::string third = co_await call(server, "pid", "{}");
  EXPECT_NE(first, third);
}

class NeverIdleStdioTest : public StdioUpstreamTest {
 protected:
  NeverIdleStdioTest() { options_.session_idle = Seconds(-1); }
};

CORO_TEST_F(NeverIdleStdioTest, KeepsAStatefulProcessWithoutAnIdleTime) {
  auto server = stdio_server({});
  server.spec.session_mode = catalog::SessionMode::kStateful;
  const std::string first = co_await call(server, "pid", "{}");
  co_await pass_time(300ms);
  const std::string second = co_await call(server, "pid", "{}");
  EXPECT_EQ(first, second);
}

CORO_TEST_F(StdioUpstreamTest, ReturnsTheResultBeforeAStubbornProcessIsGone) {
  auto server = stdio_server({"ignore-eof", "ignore-term", "grandchild"});
  server.spec.warm = 0;
  server.revision = "2025-11-25";
  const std::string text = co_await call(server, "echo", "{}");
  EXPECT_EQ("{}", text);
  EXPECT_FALSE(testing::children_of_this_process().living.empty());
}

CORO_TEST_F(StdioUpstreamTest, PutsTheClientsProgressTokenBack) {
  const auto server = stdio_server({});
  auto answer = co_await send(server, "tools/call", R"({"name":"progress","_meta":{"progressToken":"mine","k":1}})");
  EXPECT_EQ("done", testing::text_of_result(answer));
  CO_ASSERT_EQ(3u, sink_.events.size());
  EXPECT_EQ(R"(notifications/progress {"progressToken":"mine","progress":1,"total":3})", sink_.events[0]);
  EXPECT_EQ(R"(notifications/progress {"progressToken":"mine","progress":3,"total":3})", sink_.events[2]);
}

CORO_TEST_F(StdioUpstreamTest, SendsNoProgressTokenThatNobodyAskedFor) {
  const auto server = stdio_server({});
  auto answer = co_await send(server, "tools/call", R"({"name":"params","_meta":{"vendor/x":[1, 2]}})");
  EXPECT_EQ(R"({"name":"params","_meta":{"vendor/x":[1, 2]}})", testing::text_of_result(answer));
}

CORO_TEST_F(StdioUpstreamTest, AnswersRequestsOfTheServer) {
  const auto server = stdio_server({});
  const std::string asked = co_await call(server, "ask", "{}");
  EXPECT_THAT(asked, HasSubstr("error yes"));
  const std::string pinged = co_await call(server, "ping", "{}");
  EXPECT_THAT(pinged, HasSubstr("error no"));
}

CORO_TEST_F(StdioUpstreamTest, PutsAServersQuestionToTheClientOfItsOnlyCall) {
  const auto server = stdio_server({});
  context_of_call_.revision = mcp::kNewestLegacy;
  context_of_call_.client_capabilities = mcp::ClientCapabilities::read(R"({"elicitation":{}})", mcp::kNewestLegacy);
  sink_.answer = mcp::Response::result(R"({"action":"decline"})", mcp::ResultForm::kLegacy);
  const std::string asked = co_await call(server, "ask", "{}");
  EXPECT_THAT(asked, HasSubstr("error no"));
  EXPECT_EQ(std::vector<std::string>{R"(elicitation/create {"message":"Who?"})"}, sink_.questions);
  // The error of a client travels too.
  sink_.answer = mcp::Response::error(-1, "no");
  const std::string refused = co_await call(server, "ask", "{}");
  EXPECT_THAT(refused, HasSubstr("error yes"));
}

CORO_TEST_F(StdioUpstreamTest, AsksNoClientThatDidNotOfferIt) {
  const auto server = stdio_server({});
  context_of_call_.client_capabilities = mcp::ClientCapabilities::read(R"({"roots":{}})", mcp::kNewestLegacy);
  sink_.answer = mcp::Response::result("{}", mcp::ResultForm::kLegacy);
  const std::string asked = co_await call(server, "ask", "{}");
  EXPECT_THAT(asked, HasSubstr("error yes"));
  EXPECT_TRUE(sink_.questions.empty());
}

CORO_TEST_F(StdioUpstreamTest, DoesNotGuessWhoseQuestionItIs) {
  auto server = stdio_server({});
  server.spec.session_mode = catalog::SessionMode::kStateful;
  context_of_call_.client_capabilities = mcp::ClientCapabilities::read(R"({"elicitation":{}})", mcp::kNewestLegacy);
  sink_.answer = mcp::Response::result(R"({"action":"decline"})", mcp::ResultForm::kLegacy);
  std::string hanging;
  spawn(call_into(server, "hang", &hanging));
  co_await call(server, "pid", "{}");
  const std::string asked = co_await call(server, "ask", "{}");
  EXPECT_THAT(asked, HasSubstr("error yes"));
  EXPECT_TRUE(sink_.questions.empty());
  cancel_spawned();
  co_await join();
}

CORO_TEST_F(StdioUpstreamTest, KeepsClientsApartThatCanDoDifferentThings) {
  auto server = stdio_server({});
  server.spec.session_mode = catalog::SessionMode::kStateful;
  sink_.answer = mcp::Response::result("{}", mcp::ResultForm::kLegacy);
  const std::string none = co_await call(server, "pid", "{}");
  context_of_call_.client_capabilities = mcp::ClientCapabilities::read(R"({"roots":{}})", mcp::kNewestLegacy);
  const std::string roots = co_await call(server, "pid", "{}");
  const std::string again = co_await call(server, "pid", "{}");
  EXPECT_NE(none, roots);
  EXPECT_EQ(roots, again);
}

CORO_TEST_F(StdioUpstreamTest, NamesTheLimitAndItsSettingWhenACallTakesTooLong) {
  auto server = stdio_server({});
  server.spec.call_timeout_sec = 1;
  const std::string text = co_await call(server, "hang", "{}");
  EXPECT_EQ(
      "failed: server 'fix': tools/call was not answered within 1 second. To allow more time, use the "
      "MCP_CALL_TIMEOUT_SEC environment variable for the mcpjungle server, or call_timeout_sec for this server",
      text);
}

CORO_TEST_F(StdioUpstreamTest, NamesTheLimitAndItsSettingWhenAServerIsSilent) {
  auto server = stdio_server({"silent"});
  server.spec.init_timeout_sec = 1;
  server.spec.protocol = catalog::Protocol::kLegacy;
  const std::string text = co_await call(server, "echo", "{}");
  EXPECT_THAT(text, HasSubstr("initialization request to MCP server timed out after 1 second, check mcpjungle server "
                              "logs for any errors from this MCP server. To increase the timeout, use the "
                              "MCP_SERVER_INIT_REQ_TIMEOUT_SEC environment variable"));
}

CORO_TEST_F(StdioUpstreamTest, FailsAtOnceWhenTheProcessDoes) {
  const auto server = stdio_server({"exit=2"});
  const std::string text = co_await call(server, "echo", "{}");
  EXPECT_THAT(text, HasSubstr("it exited with code 2; its last output:\ncannot start: no token"));
}

CORO_TEST_F(StdioUpstreamTest, TellsAStatefulServerAboutACancellation) {
  auto server = stdio_server({});
  server.spec.session_mode = catalog::SessionMode::kStateful;
  co_await call(server, "echo", "{}");
  std::string hung;
  spawn(call_into(server, "hang", &hung));
  co_await pass_time(100ms);
  cancel_spawned();
  co_await join();
  EXPECT_EQ("failed: server 'fix': the call was cancelled", hung);
  const std::string count = co_await call(server, "cancelled", "{}");
  EXPECT_EQ("1", count);
}

CORO_TEST_F(StdioUpstreamTest, GivesUpACallWhoseClientReadsTooSlowlyAndNoOther) {
  auto server = stdio_server({});
  server.spec.session_mode = catalog::SessionMode::kStateful;
  sink_.hold(context_.get_executor());
  std::string slow;
  spawn(flood_into(server, &slow));
  const auto is_stuck = [this] { return !sink_.events.empty(); };
  while (!is_stuck())
    co_await pass_time(10ms);
  std::string cancelled;
  while (cancelled != "1") {
    cancelled = co_await call(server, "cancelled", "{}");
    co_await pass_time(10ms);
  }
  EXPECT_EQ("", slow);
  sink_.release();
  co_await join();
  EXPECT_EQ(
      "failed: the client reads too slowly: more than 16 MiB of what the server said during this call waited for it",
      slow);
  EXPECT_LT(sink_.events.size(), 20u);
}

CORO_TEST_F(StdioUpstreamTest, EndsAStatelessProcessWhoseCallWasCancelled) {
  auto server = stdio_server({});
  server.spec.warm = 0;
  server.revision = "2025-11-25";
  std::string hung;
  spawn(call_into(server, "hang", &hung));
  co_await pass_time(100ms);
  cancel_spawned();
  co_await join();
  co_await until_children(0);
  EXPECT_TRUE(testing::children_of_this_process().living.empty());
}

CORO_TEST_F(StdioUpstreamTest, LetsCallsFinishWhenTheServerIsDeregistered) {
  auto server = stdio_server({"slow-start=200"});
  server.spec.session_mode = catalog::SessionMode::kStateful;
  server.revision = "2025-11-25";
  std::string text;
  spawn(call_into(server, "echo", &text));
  co_await pass_time(50ms);
  const catalog::Snapshot empty;
  upstreams_->apply(empty);
  co_await join();
  EXPECT_EQ("{}", text);
  co_await until_children(0);
  EXPECT_TRUE(testing::children_of_this_process().living.empty());
}

CORO_TEST_F(StdioUpstreamTest, StopsWithACallInFlight) {
  const auto server = stdio_server({});
  auto hung = std::make_shared<std::string>();
  spawn(call_into(server, "hang", hung.get()));
  co_await pass_time(200ms);
  co_await upstreams_->stop();
  co_await join();
  EXPECT_THAT(*hung, HasSubstr("the gateway is stopping"));
}

CORO_TEST_F(StdioUpstreamTest, DoesNotLetASlowStarterDelayAnotherServer) {
  auto slow = stdio_server({"slow-start=2000"});
  slow.spec.name = catalog::ServerName("slow");
  slow.spec.session_mode = catalog::SessionMode::kStateful;
  auto quick = stdio_server({});
  quick.spec.session_mode = catalog::SessionMode::kStateful;
  quick.revision = "2025-11-25";
  std::string late;
  spawn(call_into(slow, "echo", &late));
  const std::string text = co_await call(quick, "echo", "{}");
  EXPECT_EQ("{}", text);
  EXPECT_EQ("", late);
  co_await join();
  EXPECT_EQ("{}", late);
}

CORO_TEST_F(StdioUpstreamTest, LeavesNothingBehindAfterManyCallsAtOnce) {
  const auto server = stdio_server({"grandchild"});
  std::string results[20];
  for (std::string& result : results)
    spawn(call_into(server, "echo", &result));
  co_await join();
  for (const std::string& result : results)
    EXPECT_EQ("{}", result);
}

// What a server says of its lists, and what listing it anew was asked for.
class StdioNewsTest : public StdioUpstreamTest {
 protected:
  void count_listings() {
    upstreams_->use([this](catalog::ServerName) {
      ++listings_;
      return nothing();
    });
  }
  static Task<Result<std::shared_ptr<const catalog::ServerEntry>>> nothing() {
    co_return Error{ErrorCode::kNotFound, "gone", {}};
  }
  int listings_ = 0;
};

CORO_TEST_F(StdioNewsTest, ListsAServerAnewWhoseSharedProcessSaysThatItsToolsChanged) {
  count_listings();
  auto server = stdio_server({});
  server.spec.session_mode = catalog::SessionMode::kStateful;
  const std::string text = co_await call(server, "change", "{}");
  EXPECT_EQ("changed", text);
  for (int i = 0; i < 200 && listings_ == 0; ++i)
    co_await pass_time(10ms);
  EXPECT_EQ(1, listings_);
}

CORO_TEST_F(StdioNewsTest, AsksTheSharedProcessWhatItOffersNow) {
  auto server = stdio_server({});
  server.spec.session_mode = catalog::SessionMode::kStateful;
  const std::string pid = co_await call(server, "pid", "{}");
  auto listed = co_await discoverer_->discover(server.spec, attempt_);
  CO_ASSERT_TRUE(listed.has_value());
  EXPECT_EQ(3u, listed->tools.size());
  const std::string still = co_await call(server, "pid", "{}");
  EXPECT_EQ(pid, still);
}

class StdioWatchTest : public StdioNewsTest {
 protected:
  void register_stateful() {
    server_.spec.session_mode = catalog::SessionMode::kStateful;
    if (server_.capabilities == "{}") server_.capabilities = R"({"resources":{"subscribe":true}})";
    upstreams_->resource_watches().on_update(
        [this](const catalog::ServerName&, const std::string& uri) { updates_.push_back(uri); });
    count_listings();
    publish();
  }
  void publish() {
    auto entry = std::make_shared<const catalog::ServerEntry>(server_);
    upstreams_->apply(catalog::Snapshot(1, {entry}));
  }
  Task<std::string> subscribe(std::string uri) {
    auto subscribed = co_await upstreams_->resource_watches().subscribe(server_.spec.name, std::move(uri));
    co_return subscribed ? "yes" : subscribed.error().message;
  }
  Task<void> until_updates(std::size_t wanted) {
    for (int i = 0; i < 400 && updates_.size() < wanted; ++i)
      co_await pass_time(10ms);
  }
  catalog::ServerEntry server_ = stdio_server({});
  std::vector<std::string> updates_;
};

CORO_TEST_F(StdioWatchTest, SubscribesOverTheSharedProcessAndHearsIt) {
  register_stateful();
  const std::string text = co_await subscribe("file:///a");
  EXPECT_EQ("yes", text);
  const std::string touched = co_await call(server_, "touch", "{}");
  EXPECT_EQ("file:///a", touched);
  co_await until_updates(1);
  EXPECT_EQ(std::vector<std::string>{"file:///a"}, updates_);
  upstreams_->resource_watches().unsubscribe(server_.spec.name, "file:///a");
  std::string after = "file:///a";
  for (int i = 0; i < 100 && after == "file:///a"; ++i)
    after = co_await call(server_, "touch", "{}");
  EXPECT_EQ("", after);
}

CORO_TEST_F(StdioWatchTest, StartsAProcessThatDiedAgainAndReportsWhatMayHaveBeenMissed) {
  register_stateful();
  const std::string text = co_await subscribe("file:///a");
  EXPECT_EQ("yes", text);
  co_await call(server_, "die", "{}");
  co_await until_updates(1);
  EXPECT_EQ(std::vector<std::string>{"file:///a"}, updates_);
  const std::string touched = co_await call(server_, "touch", "{}");
  EXPECT_EQ("file:///a", touched);
}

CORO_TEST_F(StdioWatchTest, UnsubscribesWhileTheServerIsDisabled) {
  register_stateful();
  const std::string text = co_await subscribe("file:///a");
  EXPECT_EQ("yes", text);
  server_.enabled = false;
  publish();
  std::string touched = "file:///a";
  for (int i = 0; i < 100 && touched == "file:///a"; ++i)
    touched = co_await call(server_, "touch", "{}");
  EXPECT_EQ("", touched);
  server_.enabled = true;
  publish();
  co_await until_updates(1);
  EXPECT_EQ(std::vector<std::string>{"file:///a"}, updates_) << "something may have been missed";
}

CORO_TEST_F(StdioWatchTest, GivesTheServersOwnWordsWhenItRefuses) {
  register_stateful();
  const std::string text = co_await subscribe("secret:a");
  EXPECT_EQ("server 'fix': not for you", text);
}

CORO_TEST_F(StdioWatchTest, ListensToAModernProcess) {
  server_ = stdio_server({"modern"});
  server_.revision = "2026-07-28";
  register_stateful();
  const std::string text = co_await subscribe("file:///a");
  EXPECT_EQ("yes", text);
  const std::string touched = co_await call(server_, "touch", "{}");
  EXPECT_EQ("file:///a", touched);
  co_await until_updates(1);
  EXPECT_EQ(std::vector<std::string>{"file:///a"}, updates_);
  co_await call(server_, "die", "{}");
  co_await until_updates(2);
  const std::string again = co_await call(server_, "touch", "{}");
  EXPECT_EQ("file:///a", again);
  co_await until_updates(3);
  EXPECT_EQ(3u, updates_.size());
}

CORO_TEST_F(StdioWatchTest, HearsOfTheListsOfAModernProcessWhileThereIsOne) {
  server_ = stdio_server({"modern"});
  server_.revision = "2026-07-28";
  server_.capabilities = R"({"tools":{"listChanged":true}})";
  register_stateful();
  co_await pass_time(100ms);
  EXPECT_TRUE(testing::children_of_this_process().living.empty());
  co_await call(server_, "pid", "{}");
  co_await pass_time(200ms);
  const std::string text = co_await call(server_, "change", "{}");
  EXPECT_EQ("changed", text);
  for (int i = 0; i < 200 && listings_ == 0; ++i)
    co_await pass_time(10ms);
  EXPECT_EQ(1, listings_);
}

CORO_TEST_F(StdioWatchTest, SaysThatAStatelessServerHasNoProcessToListenTo) {
  register_stateful();
  server_.spec.session_mode = catalog::SessionMode::kStateless;
  publish();
  const std::string text = co_await subscribe("file:///a");
  EXPECT_THAT(text, HasSubstr("its session_mode is not stateful"));
}

CORO_TEST_F(StdioNewsTest, TakesNoWordOfAProcessThatServesOneCall) {
  count_listings();
  const auto server = stdio_server({});
  const std::string text = co_await call(server, "change", "{}");
  EXPECT_EQ("changed", text);
  co_await pass_time(3 * kListChangeGather);
  EXPECT_EQ(0, listings_);
}

}  // namespace
}  // namespace jungle::upstream
