#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "catalog/snapshot.h"
#include "upstream/limits.h"
#include "upstream/sse_channel.h"
#include "upstream/testing/http_upstream_fixture.h"

namespace jungle::upstream {
namespace {

using namespace std::literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kText;
using testing::member;
using testing::Reply;
using testing::SeenRequest;
using ::testing::UnorderedElementsAre;

Reply stream_of(const std::string& endpoint) {
  return http::testing::open_events({"event: endpoint\ndata: " + endpoint + "\n\n"});
}

// A server of HTTP+SSE: its stream is at /sse, and names /messages.
class SseUpstreamTest : public testing::HttpUpstreamTest {
 protected:
  SseUpstreamTest() {
    server_.spec.transport = catalog::Transport::kSse;
    answer("GET", [](const SeenRequest&) { return stream_of("/messages?session=1"); });
    on("initialize", R"("protocolVersion":"2024-11-05","capabilities":{},"serverInfo":{"name":"i"})");
    on("tools/list", R"("tools":[])");
    on("tools/call", kText);
  }
  // Takes what is posted, and says `members` in answer on the stream.
  void on(const std::string& method, const std::string& members) {
    answer(method, [this, members](const SeenRequest& request) {
      say_result(member(request.body, "id"), members);
      return http::testing::text("Accepted", 202);
    });
  }
  // Takes calls, and says nothing. Their ids are in `calls_`.
  void hold_calls() {
    answer("tools/call", [this](const SeenRequest& request) {
      calls_.push_back(member(request.body, "id"));
      return http::testing::text("Accepted", 202);
    });
  }
  void say(const std::string& message) { imposter_.push("event: message\ndata: " + message + "\n\n", "GET"); }
  void say_result(const std::string& id, const std::string& members) {
    say(R"({"jsonrpc":"2.0","id":)" + id + ",\"result\":{" + members + "}}");
  }
  void be_stateful() { server_.spec.session_mode = catalog::SessionMode::kStateful; }
  Task<std::string> call_once() { return call(server_, "t", "{}"); }
  Task<Result<catalog::Discovery>> discover() { return discoverer_->discover(server_.spec, attempt_); }
  oauth::testing::FixedTokenSource& source() { return *tokens_.fixed(server_.spec.name.str()); }
  std::vector<std::string> sent(const std::string& header) const {
    std::vector<std::string> out;
    for (const SeenRequest& request : imposter_.requests())
      out.push_back(request.header(header));
    return out;
  }

  catalog::ServerEntry server_ = http_server(imposter_.url("/sse"));
  std::vector<std::string> calls_;
};

CORO_TEST_F(SseUpstreamTest, PostsToTheNamedUrlAndReadsAnswersOnTheStream) {
  be_stateful();
  const std::string text = co_await call_once();
  EXPECT_EQ("ok", text);
  EXPECT_THAT(methods(), ElementsAre("GET", "initialize", "notifications/initialized", "tools/call"));
  EXPECT_EQ("text/event-stream", last("GET").header("accept"));
  EXPECT_EQ("/sse", last("GET").target);
  EXPECT_EQ("/messages?session=1", last("tools/call").target);
  EXPECT_EQ("application/json", last("tools/call").header("content-type"));
}

CORO_TEST_F(SseUpstreamTest, TheNamedUrlMayBeRelativeOrAbsolute) {
  for (const std::string& endpoint : {"messages/?a=b"s, imposter_.url("/messages/?a=b")}) {
    answer("GET", [endpoint](const SeenRequest&) { return stream_of(endpoint); });
    const auto found = co_await discover();
    EXPECT_TRUE(found.has_value());
    EXPECT_EQ("/messages/?a=b", last("tools/list").target);
  }
}

CORO_TEST_F(SseUpstreamTest, IsListedAsForTheMostCapableClientAndRefusedWhatItAsksMeanwhile) {
  answer("tools/list", [this](const SeenRequest& request) {
    say(R"({"jsonrpc":"2.0","id":"q","method":"roots/list"})");
    say_result(member(request.body, "id"), R"("tools":[{"name":"t","inputSchema":{"type":"object"}}])");
    return http::testing::text("Accepted", 202);
  });
  const auto found = co_await discover();
  CO_ASSERT_TRUE(found.has_value());
  EXPECT_EQ(1u, found->tools.size());
  EXPECT_THAT(last("initialize").body, HasSubstr("\"capabilities\":" + mcp::ClientCapabilities::all().json()));
  const auto said = co_await answers(1);
  EXPECT_THAT(said, ElementsAre(HasSubstr("no call is in flight")));
}

CORO_TEST_F(SseUpstreamTest, MessagesAreOnlyPostedToTheOriginOfTheRegisteredUrl) {
  answer("GET", [](const SeenRequest&) { return stream_of("http://evil.test/messages"); });
  const std::string text = co_await call_once();
  EXPECT_EQ(
      "failed: server 'web': its `endpoint` event leads to another origin, http://evil.test: messages are only "
      "posted to that of its registered URL, http://" +
          imposter_.authority(),
      text);
  EXPECT_THAT(methods(), ElementsAre("GET"));
}

CORO_TEST_F(SseUpstreamTest, AnEndpointThatIsNoUrlIsAnError) {
  answer("GET", [](const SeenRequest&) { return stream_of("/a b"); });
  const std::string text = co_await call_once();
  EXPECT_EQ("failed: server 'web': its `endpoint` event is no URL to post to: '/a b'", text);
}

CORO_TEST_F(SseUpstreamTest, AnEndpointThatNeverComesIsAnInitTimeout) {
  server_.spec.init_timeout_sec = 1;
  answer("GET", [](const SeenRequest&) { return http::testing::open_events({": hello\n\n"}); });
  const std::string text = co_await call_once();
  EXPECT_THAT(text, HasSubstr("initialization request to MCP server timed out after 1 second"));
  EXPECT_THAT(text, HasSubstr("(its `endpoint` event has not come)"));
}

CORO_TEST_F(SseUpstreamTest, AnswersOfOtherRequestsAndSecondOnesAreDropped) {
  be_stateful();
  answer("tools/call", [this](const SeenRequest& request) {
    say_result("987654321", R"("content":[{"type":"text","text":"not yours"}])");
    say("this is no message");
    imposter_.push("event: news\ndata: {}\n\n", "GET");
    say_result(member(request.body, "id"), R"("content":[{"type":"text","text":"first"}])");
    say_result(member(request.body, "id"), R"("content":[{"type":"text","text":"second"}])");
    return http::testing::text("", 202);
  });
  const std::string one = co_await call_once();
  const std::string other = co_await call_once();
  EXPECT_EQ("first", one);
  EXPECT_EQ("first", other);
  EXPECT_EQ(1u, count("GET"));
}

CORO_TEST_F(SseUpstreamTest, AStreamThatEndsFailsTheCallInFlightAndTheNextOneConnectsAgain) {
  be_stateful();
  hold_calls();
  std::string text;
  spawn(call_into(server_, &text));
  co_await until_count("tools/call", 1);
  imposter_.release();
  co_await join();
  EXPECT_EQ(
      "failed: server 'web': transport closed: its event stream ended before it answered, so the call may have "
      "run: the server closed it",
      text);
  EXPECT_EQ(1u, count("tools/call"));
  on("tools/call", kText);
  text = co_await call_once();
  EXPECT_EQ("ok", text);
  EXPECT_EQ(2u, count("GET"));
}

CORO_TEST_F(SseUpstreamTest, TakesAnEventOfTenMegabytes) {
  on("tools/call", R"("content":[{"type":"text","text":")" + std::string(10 << 20, 'x') + "\"}]");
  const std::string text = co_await call_once();
  EXPECT_EQ(std::size_t{10} << 20, text.size());
}

CORO_TEST_F(SseUpstreamTest, ASessionServesOneCallUnlessItIsStateful) {
  for (int i = 0; i < 3; ++i) {
    const std::string text = co_await call_once();
    EXPECT_EQ("ok", text);
  }
  co_await until_count("GET", 4);  // One is kept ready.
  std::function<bool()> rest = [this] { return count("initialize") == 4 && imposter_.open_count() <= 4; };
  co_await until(std::move(rest));
}

CORO_TEST_F(SseUpstreamTest, WhatIsRegisteredGoesWithEveryRequest) {
  server_.spec.bearer_token = Secret("static");
  server_.spec.headers = {{"X-Team", Secret("apes")}};
  const std::string text = co_await call_once();
  EXPECT_EQ("ok", text);
  EXPECT_THAT(sent("authorization"), Each("Bearer static"));
  EXPECT_THAT(sent("x-team"), Each("apes"));
}

CORO_TEST_F(SseUpstreamTest, ARefusedStreamTellsRegistrationHowItWasRefused) {
  answer("GET", [](const SeenRequest&) {
    return http::testing::text("who are you?", 401).with_header("WWW-Authenticate", "Bearer scope=\"a\"");
  });
  const auto found = co_await discover();
  CO_ASSERT_FALSE(found.has_value());
  EXPECT_EQ(ErrorCode::kUnauthenticated, found.error().code);
  EXPECT_EQ(
      "server 'web': failed to start SSE transport for MCP server: the server requires authorization (HTTP 401) and "
      "no credential was given: set bearer_token or headers; it answered HTTP 401 with text/plain: who are you?",
      found.error().message);
  CO_ASSERT_TRUE(attempt_.refusal.has_value());
  EXPECT_THAT(attempt_.refusal->challenges, ElementsAre("Bearer scope=\"a\""));
}

CORO_TEST_F(SseUpstreamTest, ARefusedTokenIsRenewedOnceForTheStreamAndForAPost) {
  be_stateful();
  const auto protect = [this](const std::string& method, const std::string& token, const std::string& members) {
    answer(method, [this, token, members](const SeenRequest& request) {
      if (request.header("authorization") != token) return http::testing::text("no", 401);
      if (request.method == "GET") return stream_of("/messages");
      say_result(member(request.body, "id"), members);
      return http::testing::text("", 202);
    });
  };
  protect("GET", "Bearer second", "");
  source().give("first");
  source().renews_to("second");
  source().renews_to("third");
  std::string text = co_await call_once();
  EXPECT_EQ("ok", text);
  protect("tools/call", "Bearer third", kText);
  text = co_await call_once();
  EXPECT_EQ("ok", text);
  EXPECT_THAT(source().renewed(), ElementsAre("first", "second"));
  EXPECT_EQ(1u, count("initialize"));
  EXPECT_EQ(3u, count("tools/call"));
}

CORO_TEST_F(SseUpstreamTest, NamesWhatCameInsteadOfAStream) {
  answer("GET", [](const SeenRequest&) {
    return http::testing::text("", 307).with_header("Location", "http://elsewhere.test/sse");
  });
  std::string text = co_await call_once();
  EXPECT_THAT(text, HasSubstr("failed to start SSE transport for MCP server: it answered HTTP 307"));
  EXPECT_THAT(text, HasSubstr("redirects are not followed: register the final URL"));
  answer("GET", [](const SeenRequest&) { return http::testing::text("<p>Hi", 200); });
  text = co_await call_once();
  EXPECT_THAT(text, HasSubstr("it answered HTTP 200 with text/plain: <p>Hi"));
  imposter_.stop_listening();
  imposter_.close_connections();
  text = co_await call_once();
  EXPECT_THAT(text, HasSubstr("failed to start SSE transport for MCP server: connection to the MCP server"));
}

CORO_TEST_F(SseUpstreamTest, AMessageThatIsRefusedFailsItsCallAlone) {
  be_stateful();
  answer("tools/call", [](const SeenRequest&) { return http::testing::text("too busy", 503); });
  std::string text = co_await call_once();
  EXPECT_EQ("failed: server 'web': it answered HTTP 503 with text/plain: too busy", text);
  on("tools/call", kText);
  text = co_await call_once();
  EXPECT_EQ("ok", text);
  EXPECT_EQ(1u, count("GET"));
}

CORO_TEST_F(SseUpstreamTest, ASessionThatIsNotKnownAnyMoreIsForgotten) {
  be_stateful();
  answer("tools/call", [](const SeenRequest&) { return http::testing::text("no such session", 404); });
  std::string text = co_await call_once();
  EXPECT_EQ("failed: server 'web': it answered HTTP 404 with text/plain: no such session", text);
  on("tools/call", kText);
  text = co_await call_once();
  EXPECT_EQ("ok", text);
  EXPECT_EQ(2u, count("GET"));
}

// As servers do that answer a POST when they have answered what it brought.
CORO_TEST_F(SseUpstreamTest, APostThatIsNotAnsweredHoldsUpNoOther) {
  be_stateful();
  answer("tools/call", [this](const SeenRequest& request) {
    calls_.push_back(member(request.body, "id"));
    return http::testing::text("", 202).held();
  });
  std::string one;
  std::string other;
  spawn(call_into(server_, &one));
  spawn(call_into(server_, &other));
  co_await until_count("tools/call", 2);
  for (const std::string& id : calls_)
    say_result(id, kText);
  co_await join();
  EXPECT_EQ("ok", one);
  EXPECT_EQ("ok", other);
}

CORO_TEST_F(SseUpstreamTest, ACallWithFieldsOfItsClientSharesNoSession) {
  server_.spec.forward_headers = {{"X-User", "X-User"}};
  const std::vector<HeaderField> fields{{"X-User", "bo"}};
  std::string text = co_await call_once();
  co_await until_count("GET", 2);  // The second one is kept ready, without such fields.
  context_of_call_.client_headers = fields;
  text = co_await call_once();
  EXPECT_EQ("ok", text);
  EXPECT_EQ("bo", last("tools/call").header("x-user"));
  EXPECT_THAT(sent("x-user"), ::testing::Contains("bo").Times(4));  // GET, initialize, initialized, tools/call.
}

CORO_TEST_F(SseUpstreamTest, TellsTheServerThatACallWasGivenUp) {
  hold_calls();
  std::string text;
  spawn(call_into(server_, &text));
  co_await until_count("tools/call", 1);
  cancel_spawned();
  co_await join();
  co_await until_count("notifications/cancelled", 1);
  EXPECT_EQ(calls_[0], member(last("notifications/cancelled").body, "requestId"));
}

class SseQuestionTest : public SseUpstreamTest {
 protected:
  SseQuestionTest() {
    be_stateful();
    hold_calls();
    context_of_call_.client_capabilities =
        mcp::ClientCapabilities::read(R"({"elicitation":{"form":{}}})", mcp::Revision::k2025_11_25);
    sink_.answer = mcp::Response::result(R"({"action":"decline"})", mcp::ResultForm::kLegacy);
  }
  void ask() { say(R"({"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"?"}})"); }
};

CORO_TEST_F(SseQuestionTest, GoesToTheOnlyCallInFlight) {
  std::string text;
  spawn(call_into(server_, &text));
  co_await until_count("tools/call", 1);
  ask();
  const auto said = co_await answers(1);
  EXPECT_THAT(said, ElementsAre(HasSubstr(R"("id":"q","result":{"action":"decline"})")));
  say_result(calls_[0], kText);
  co_await join();
  EXPECT_EQ("ok", text);
}

CORO_TEST_F(SseQuestionTest, IsRefusedWhileSeveralCallsAreInFlight) {
  std::string one;
  std::string other;
  spawn(call_into(server_, &one));
  spawn(call_into(server_, &other));
  co_await until_count("tools/call", 2);
  ask();
  const auto said = co_await answers(1);
  EXPECT_THAT(said, ElementsAre(HasSubstr("2 calls are in flight")));
  for (const std::string& id : calls_)
    say_result(id, kText);
  co_await join();
}

CORO_TEST_F(SseQuestionTest, APingIsAnswered) {
  std::string text;
  spawn(call_into(server_, &text));
  co_await until_count("tools/call", 1);
  say(R"({"jsonrpc":"2.0","id":7,"method":"ping"})");
  const auto said = co_await answers(1);
  EXPECT_THAT(said, ElementsAre(R"({"jsonrpc":"2.0","id":7,"result":{}})"));
  say_result(calls_[0], kText);
  co_await join();
}

class SseNewsTest : public SseUpstreamTest {
 protected:
  void register_server(const std::string& capabilities) {
    server_.capabilities = capabilities;
    upstreams_->use([this](catalog::ServerName) {
      ++listings_;
      return nothing();
    });
    upstreams_->resource_watches().on_update(
        [this](const catalog::ServerName&, const std::string& uri) { updates_.push_back(uri); });
    auto entry = std::make_shared<const catalog::ServerEntry>(server_);
    upstreams_->apply(catalog::Snapshot(++generation_, {entry}));
  }
  static Task<Result<std::shared_ptr<const catalog::ServerEntry>>> nothing() {
    co_return Error{ErrorCode::kNotFound, "gone", {}};
  }
  Task<std::string> subscribe(std::string uri) {
    auto subscribed = co_await upstreams_->resource_watches().subscribe(server_.spec.name, std::move(uri));
    co_return subscribed ? "yes" : subscribed.error().message;
  }
  Task<void> until_listings(int wanted) {
    std::function<bool()> enough = [this, wanted] { return listings_ >= wanted; };
    co_await until(std::move(enough));
  }

  std::uint64_t generation_ = 0;
  int listings_ = 0;
  std::vector<std::string> updates_;
};

CORO_TEST_F(SseNewsTest, AServerThatTellsOfItsListsIsListenedToFromItsRegistrationOn) {
  on("ping", "");
  register_server(R"({"tools":{"listChanged":true}})");
  co_await until_count("ping", 1);
  co_await until_listings(1);  // What it changed since it was listed was not heard.
  say(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})");
  co_await until_listings(2);
  EXPECT_EQ(1u, count("GET"));
}

CORO_TEST_F(SseNewsTest, AfterAStreamThatEndedTheServerIsListedAnew) {
  on("ping", "");
  register_server(R"({"tools":{"listChanged":true}})");
  co_await until_count("ping", 1);
  imposter_.release();
  co_await until_count("ping", 2);
  co_await until_listings(2);
}

CORO_TEST_F(SseNewsTest, UpdatesOfSubscribedResourcesAreHeard) {
  on("resources/subscribe", "");
  on("resources/unsubscribe", "");
  register_server(R"({"tools":{},"resources":{"subscribe":true}})");
  const std::string subscribed = co_await subscribe("file:///a");
  EXPECT_EQ("yes", subscribed);
  say(R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"file:///a"}})");
  std::function<bool()> heard = [this] { return !updates_.empty(); };
  co_await until(std::move(heard));
  EXPECT_THAT(updates_, ElementsAre("file:///a"));
  imposter_.release();
  co_await until_count("resources/subscribe", 2);
  std::function<bool()> missed = [this] { return updates_.size() >= 2; };
  co_await until(std::move(missed));
}

CORO_TEST_F(SseNewsTest, TheSessionForNewsEndsWithTheLastSubscription) {
  on("resources/subscribe", "");
  register_server(R"({"tools":{},"resources":{"subscribe":true}})");
  co_await subscribe("file:///a");
  const int before = imposter_.open_count();
  upstreams_->resource_watches().unsubscribe(server_.spec.name, "file:///a");
  // The imposter notices when it writes.
  std::function<bool()> closed = [this, before] {
    imposter_.push(": still there?\n\n", "GET");
    return imposter_.open_count() < before;
  };
  co_await until(std::move(closed));
}

// Keeps what it hears.
class Heard final : public ChannelListener {
 public:
  void on_message(std::string text) override { messages.push_back(std::move(text)); }
  void on_failed_request(std::uint64_t id, const Error&) override { failed.push_back(id); }
  void on_end(const Error& why) override { ended = why.message; }
  std::vector<std::string> messages;
  std::vector<std::uint64_t> failed;
  std::string ended;
};

// A channel by itself.
class SseChannelTest : public SseUpstreamTest {
 protected:
  SsePlace place_at(Worker& worker) const {
    auto endpoint = HttpEndpoint::create(server_.spec);
    return SsePlace{worker, std::make_shared<const ServerFacts>(server_.spec, UpstreamOptions()),
                    std::make_shared<const HttpEndpoint>(std::move(endpoint.value()))};
  }
};

CORO_TEST_F(SseChannelTest, AnEventOverTheLimitEndsIt) {
  const std::string big = "data: " + std::string(kAnswerBytesMax, 'x');
  answer("GET", [&big](const SeenRequest&) { return http::testing::open_events({big}); });
  Worker worker(context_.get_executor(), time_, log_, deadlines_, *client_);
  const SsePlace place = place_at(worker);
  Heard heard;
  SseChannel channel(place, heard);
  std::function<bool()> ended = [&heard] { return !heard.ended.empty(); };
  co_await until(std::move(ended));
  EXPECT_THAT(heard.ended, HasSubstr("an event is over " + std::to_string(kAnswerBytesMax) + " bytes"));
  EXPECT_TRUE(heard.messages.empty());
  co_await channel.end();
}

CORO_TEST_F(SseChannelTest, AServerThatTakesNothingGetsNoMore) {
  answer("GET", [](const SeenRequest&) { return http::testing::open_events({": no endpoint\n\n"}); });
  Worker worker(context_.get_executor(), time_, log_, deadlines_, *client_);
  const SsePlace place = place_at(worker);
  Heard heard;
  SseChannel channel(place, heard);
  const std::string big(kWriteQueueBytesMax, 'x');
  EXPECT_TRUE(channel.send(big, 1).has_value());
  EXPECT_EQ(ErrorCode::kLimitExceeded, channel.send("x", 2).error().code);
  co_await channel.end();
  EXPECT_EQ(ErrorCode::kUnavailable, channel.send("x", 3).error().code);

  SseChannel other(place, heard);
  for (std::size_t i = 0; i < kSsePostsMax; ++i)
    EXPECT_TRUE(other.send("{}", i).has_value());
  EXPECT_EQ("server 'web' does not take what is posted to it", other.send("{}", 0).error().message);
  co_await other.end();
}

}  // namespace
}  // namespace jungle::upstream
