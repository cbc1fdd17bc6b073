#include "upstream/relister.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/signal.h"
#include "base/testing/coro_test.h"
#include "mcp/json_reader.h"
#include "telemetry/testing/recording_log.h"
#include "upstream/limits.h"
#include "upstream/testing/http_upstream_fixture.h"

namespace jungle::upstream {
namespace {

using testing::error;
using ::testing::HasSubstr;
using testing::kText;
using testing::result;
using testing::SeenRequest;

// A modern server that wants `Mcp-Param-Region`, and a catalog that does not know it yet.
class RelisterTest : public testing::HttpUpstreamTest {
 protected:
  using Listed = Result<std::shared_ptr<const catalog::ServerEntry>>;

  void want_region() {
    be_modern();
    answer("tools/call", [](const SeenRequest& r) {
      if (r.header("mcp-param-region") != "eu") return error(r, -32020, 400);
      return result(r, R"("resultType":"complete",)" + kText);
    });
  }
  // What listing the server anew leads to.
  void list_as(Listed listed) {
    upstreams_->use([this, listed = std::move(listed)](catalog::ServerName server) {
      listed_.push_back(server.str());
      return give(listed);
    });
  }
  static Task<Listed> give(Listed listed) { co_return listed; }
  static Listed entry(const std::string& tool, mcp::ParamHeaders headers) {
    auto server = std::make_shared<catalog::ServerEntry>();
    server->tools.resize(1);
    server->tools[0].own_name = tool;
    server->tools[0].param_headers = std::move(headers);
    return std::shared_ptr<const catalog::ServerEntry>(std::move(server));
  }
  Task<std::string> call_region() { return call(server_, "t", R"({"region":"eu"})"); }
  Task<void> call_region_into(std::string* out) { *out = co_await call_region(); }

  const mcp::ParamHeaders region_{{"Region", {"region"}}};
  const catalog::ServerEntry server_ = http_server(imposter_.url());
  std::vector<std::string> listed_;
};

CORO_TEST_F(RelisterTest, SendsTheCallAgainWithTheHeadersThatTheServerNowLists) {
  want_region();
  list_as(entry("t", region_));
  const std::string text = co_await call_region();
  EXPECT_EQ("ok", text);
  EXPECT_EQ(2u, count("tools/call"));
  EXPECT_EQ(std::vector<std::string>{"web"}, listed_);
}

CORO_TEST_F(RelisterTest, ListsOnceForCallsAtTheSameTime) {
  want_region();
  list_as(entry("t", region_));
  std::string texts[3];
  for (std::string& text : texts)
    spawn(call_region_into(&text));
  co_await join();
  EXPECT_EQ(1u, listed_.size());
  for (const std::string& text : texts)
    EXPECT_EQ("ok", text);
}

CORO_TEST_F(RelisterTest, DoesNotRepeatTheCallIfNothingNewIsListed) {
  want_region();
  list_as(entry("t", {}));
  const mcp::ParamHeaders none;
  mcp::Request request;
  request.method = mcp::Method::kToolsCall;
  request.method_name = "tools/call";
  request.params = mcp::read_params(R"({"name":"t","arguments":{"region":"eu"}})").value();
  request.param_headers = &none;
  auto answered = co_await directory_->service_of(server_).handle(std::move(request), context_of_call_, sink_);
  EXPECT_THAT(testing::text_of_result(answered), HasSubstr("error: server 'web' refused the HTTP headers of the call"));
  EXPECT_EQ(1u, count("tools/call"));
}

CORO_TEST_F(RelisterTest, DoesNotListAgainSoonWhateverTheServerAnswers) {
  be_modern();
  answer("tools/call", [](const SeenRequest& r) { return error(r, -32020, 400); });
  list_as(entry("t", region_));
  for (int i = 0; i < 3; ++i) {
    const std::string text = co_await call_region();
    EXPECT_THAT(text, HasSubstr("refused the HTTP headers"));
  }
  EXPECT_EQ(1u, listed_.size());
  EXPECT_EQ(6u, count("tools/call"));
}

CORO_TEST_F(RelisterTest, GivesTheServersRefusalIfItCannotBeListed) {
  want_region();
  list_as(Error{ErrorCode::kUnavailable, "down", {}});
  const std::string text = co_await call_region();
  EXPECT_THAT(text, HasSubstr("refused the HTTP headers"));
  EXPECT_EQ(1u, count("tools/call"));
}

CORO_TEST_F(RelisterTest, HasNobodyToAskWithoutAnApplication) {
  want_region();
  const std::string text = co_await call_region();
  EXPECT_THAT(text, HasSubstr("refused the HTTP headers"));
}

// What servers say of their lists, on fake time.
class RelisterChangesTest : public jungle::testing::CoroTest {
 protected:
  RelisterChangesTest() {
    relister_.use([this](catalog::ServerName server) { return list(std::move(server)); });
  }
  void TearDown() override { run(relister_.stop()); }

  Task<Relister::Listed> list(catalog::ServerName server) {
    begun_.push_back(server.str());
    most_at_once_ = std::max(most_at_once_, ++at_once_);
    co_await time_.sleep_until(time_.steady_now() + takes_);
    --at_once_;
    if (says_so_always_) relister_.changed(server);
    if (fails_) co_return Error{*fails_, "no", {}};
    auto entry = std::make_shared<catalog::ServerEntry>();
    entry->instructions = offer_;
    co_return std::shared_ptr<const catalog::ServerEntry>(std::move(entry));
  }
  void changed(const char* server = "web") {
    relister_.changed(catalog::ServerName(server));
    time_.run_ready();
  }
  std::size_t listings() const { return begun_.size(); }

  telemetry::NullLog log_;
  Relister relister_{context_.get_executor(), time_, log_};
  Millis takes_{0};
  std::optional<ErrorCode> fails_;
  std::string offer_;
  bool says_so_always_ = false;  // Whenever it is listed.
  std::vector<std::string> begun_;
  int at_once_ = 0;
  int most_at_once_ = 0;
};

TEST_F(RelisterChangesTest, ListsOnceForAllThatChangesAtOnce) {
  for (int i = 0; i < 50; ++i)
    changed();
  EXPECT_EQ(0u, listings());
  time_.advance(kListChangeGather);
  EXPECT_EQ(1u, listings());
  time_.advance(Seconds(3600));
  EXPECT_EQ(1u, listings());
}

TEST_F(RelisterChangesTest, ListsOnceMoreForWhatChangesMeanwhile) {
  takes_ = Millis(500);
  changed();
  time_.advance(kListChangeGather);
  changed();
  changed();
  time_.advance(Seconds(60));
  EXPECT_EQ(2u, listings());
  EXPECT_EQ(1, most_at_once_);
}

TEST_F(RelisterChangesTest, DelaysAChangeThatComesSoonAndDropsNone) {
  changed();
  time_.advance(kListChangeGather);
  changed();
  time_.advance(kListChangePause - Millis(1));
  EXPECT_EQ(1u, listings());
  time_.advance(Millis(1));
  EXPECT_EQ(2u, listings());
}

TEST_F(RelisterChangesTest, RestsAsLongAsAListingTakes) {
  takes_ = Millis(5000);
  changed();
  time_.advance(kListChangeGather + takes_);
  changed();
  time_.advance(takes_ - Millis(1));
  EXPECT_EQ(1u, listings());
  time_.advance(Millis(1));
  EXPECT_EQ(2u, listings());
}

TEST_F(RelisterChangesTest, ListsServersSideBySide) {
  takes_ = Millis(500);
  changed("a");
  changed("b");
  time_.advance(kListChangeGather);
  EXPECT_EQ(2u, listings());
  EXPECT_EQ(2, most_at_once_);
  time_.advance(takes_);
}

TEST_F(RelisterChangesTest, TriesNothingAgain) {
  fails_ = ErrorCode::kUnavailable;
  changed();
  time_.advance(Seconds(3600));
  EXPECT_EQ(1u, listings());
  changed();
  time_.advance(kListChangeGather);
  EXPECT_EQ(2u, listings());
}

TEST_F(RelisterChangesTest, ListsAServerThatAlwaysSaysSoMoreAndMoreSeldomWhileNothingIsNew) {
  says_so_always_ = true;
  changed();
  time_.advance(Seconds(600));
  EXPECT_GE(listings(), 10u);
  EXPECT_LE(listings(), 18u);
  const std::size_t before = listings();
  offer_ = "another";
  time_.advance(kListChangePauseMax + 2 * kListChangePause);
  EXPECT_GE(listings(), before + 2) << "after something new the next one comes soon";
}

TEST_F(RelisterChangesTest, DoesNotDelayAChangeBecauseOtherListingsFoundNothing) {
  for (int i = 0; i < 8; ++i) {
    relister_.refresh(catalog::ServerName("web"), nullptr);
    time_.advance(Seconds(5));
  }
  changed();
  time_.advance(kListChangeGather);
  EXPECT_EQ(9u, listings());
}

// A call that says it on its stream, over HTTP.
CORO_TEST_F(RelisterTest, ListsAServerThatSaysOnTheStreamOfACallThatItsToolsChanged) {
  be_legacy(false);
  answer("tools/call", [](const SeenRequest& r) {
    return http::testing::events(
        {R"(data: {"jsonrpc":"2.0","method":"notifications/tools/list_changed"})"
         "\n\n",
         "data: {\"jsonrpc\":\"2.0\",\"id\":" + testing::member(r.body, "id") + ",\"result\":{" + kText + "}}\n\n"});
  });
  list_as(entry("t", {}));
  const std::string text = co_await call_region();
  EXPECT_EQ("ok", text);
  std::function<bool()> listed = [this] { return listed_.size() == 1; };
  co_await until(std::move(listed));
}

// Without calls: the order and number of listings, which wait until the test lets them go.
class ListingTurnsTest : public jungle::testing::CoroTest {
 protected:
  using Listed = Relister::Listed;

  ListingTurnsTest() {
    relister_.use([this](catalog::ServerName server) { return list(std::move(server)); });
  }
  Task<Listed> list(catalog::ServerName server) {
    started_.push_back(server.str());
    ++running_;
    while (allowed_ == 0) {
      const bool woken = co_await changed_.wait();
      if (woken) continue;
      --running_;
      co_return Error{ErrorCode::kCancelled, "stopped", {}};
    }
    --allowed_;
    --running_;
    auto entry = std::make_shared<catalog::ServerEntry>();
    entry->revision = std::to_string(started_.size());
    co_return std::shared_ptr<const catalog::ServerEntry>(std::move(entry));
  }
  void let(std::size_t count) {
    allowed_ += count;
    changed_.notify_all();
    drain();
  }
  void drain() { time_.run_ready(); }
  std::shared_ptr<Relister::EntryReply> reply() {
    return std::make_shared<Relister::EntryReply>(context_.get_executor());
  }
  Task<void> keep(std::shared_ptr<Relister::EntryReply> reply, std::optional<Listed>& answer) {
    answer = co_await reply->wait();
  }

  telemetry::testing::RecordingLog log_;
  Relister relister_{context_.get_executor(), time_, log_};
  Signal changed_{context_.get_executor()};
  std::vector<std::string> started_;
  std::size_t running_ = 0;
  std::size_t allowed_ = 0;
};

TEST_F(ListingTurnsTest, OnlySoManyRunAtOnceAndThoseThatAreWaitedForGoFirst) {
  for (std::size_t i = 0; i < kListingsMax + 2; ++i)
    relister_.refresh(catalog::ServerName("s" + std::to_string(i)), nullptr);
  drain();
  EXPECT_EQ(kListingsMax, running_);
  const auto waiting = reply();
  relister_.refresh(catalog::ServerName("urgent"), waiting);
  let(1);
  EXPECT_EQ(kListingsMax, running_);
  EXPECT_EQ("urgent", started_.back());
  let(100);
  EXPECT_EQ(kListingsMax + 3, started_.size());
  run(relister_.stop());
}

TEST_F(ListingTurnsTest, AListingThatRunsDoesNotCountForWhoComesLater) {
  relister_.refresh(catalog::ServerName("up"), nullptr);
  drain();
  std::optional<Listed> first;
  std::optional<Listed> second;
  const auto waiting = reply();
  const auto also_waiting = reply();
  relister_.refresh(catalog::ServerName("up"), waiting);
  relister_.refresh(catalog::ServerName("up"), also_waiting);
  drain();
  EXPECT_EQ(1u, started_.size()) << "one at a time";
  let(2);
  run(keep(waiting, first));
  run(keep(also_waiting, second));
  EXPECT_EQ(2u, started_.size()) << "one more for both";
  ASSERT_TRUE(first && *first && second && *second);
  EXPECT_EQ("2", (**first)->revision);
  EXPECT_EQ(**first, **second);
  run(relister_.stop());
}

TEST_F(ListingTurnsTest, WhoeverWaitsAtTheEndIsTold) {
  relister_.refresh(catalog::ServerName("up"), nullptr);
  drain();
  std::optional<Listed> answer;
  const auto waiting = reply();
  relister_.refresh(catalog::ServerName("up"), waiting);
  drain();
  run(relister_.stop());
  run(keep(waiting, answer));
  ASSERT_TRUE(answer);
  EXPECT_EQ(ErrorCode::kUnavailable, answer->error().code);
  EXPECT_EQ(0u, running_);
}

}  // namespace
}  // namespace jungle::upstream
