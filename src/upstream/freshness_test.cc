#include "upstream/freshness.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/testing/coro_test.h"
#include "base/testing/fake_random.h"
#include "catalog/testing/samples.h"
#include "telemetry/testing/recording_log.h"
#include "upstream/limits.h"

namespace jungle::upstream {
namespace {

using catalog::ServerEntry;
using catalog::ServerName;
using Entry = std::shared_ptr<const ServerEntry>;

// With servers whose listings end at once, and fail as the test says.
class FreshnessTest : public jungle::testing::CoroTest {
 protected:
  FreshnessTest() {
    relister_.use([this](ServerName server) { return list(std::move(server)); });
    relister_.on_listed(
        [this](const ServerName& server, const Relister::Listed& listed) { freshness_.on_listed(server, listed); });
    health_.on_turn([this](const ServerName& server, Turn turn) { freshness_.on_turn(server, turn); });
  }
  void TearDown() override {
    freshness_.stop();
    run(relister_.stop());
  }

  Task<Relister::Listed> list(ServerName server) {
    listed_.push_back(server.str());
    if (failure_) co_return *failure_;
    co_return std::make_shared<const ServerEntry>();
  }
  void add(const std::string& name, int sync_interval_sec = 0, bool is_stdio = false, bool is_enabled = true) {
    ServerEntry entry;
    entry.spec = is_stdio ? catalog::testing::stdio_spec(name) : catalog::testing::http_spec(name);
    entry.spec.sync_interval_sec = sync_interval_sec;
    entry.enabled = is_enabled;
    put(std::make_shared<const ServerEntry>(std::move(entry)));
  }
  // Adds it, or puts it into the place of the one of its name.
  void put(Entry entry) {
    std::erase_if(servers_, [&](const Entry& other) { return other->spec.name == entry->spec.name; });
    servers_.push_back(std::move(entry));
    publish();
  }
  void remove_all() {
    servers_.clear();
    publish();
  }
  void publish() {
    const catalog::Snapshot snapshot(1, servers_, nullptr);
    freshness_.apply(snapshot);
  }
  void fail_with(ErrorCode code) { failure_ = Error{code, "server 'up': no", {}}; }
  void pass(Millis time) {
    for (Millis passed{0}; passed < time; passed += DeadlineList::kTick) {
      time_.advance(DeadlineList::kTick);
      deadlines_.sweep();
      time_.run_ready();
    }
  }
  std::shared_ptr<ServerHealth> health_of_up() { return health_.of(servers_.back()->spec); }
  using Names = std::vector<std::string>;

  telemetry::testing::RecordingLog log_;
  jungle::testing::FakeRandom random_;
  DeadlineList deadlines_{time_};
  HealthBoard health_{time_, random_, log_};
  Relister relister_{context_.get_executor(), time_, log_};
  Freshness freshness_{context_.get_executor(), deadlines_, random_, relister_, health_};
  std::vector<Entry> servers_;
  std::optional<Error> failure_;
  Names listed_;
};

TEST_F(FreshnessTest, ListsAllServersOnceAtTheStart) {
  add("a");
  add("b", 0, true);
  add("off", 0, false, false);
  pass(Seconds(10));
  EXPECT_EQ(Names{}, listed_) << "not before";
  freshness_.start(ListAtStart::kAll);
  pass(Seconds(3600));
  EXPECT_EQ((Names{"a", "b"}), listed_);
}

TEST_F(FreshnessTest, StartsNoProcessAtTheStartIfToldSo) {
  add("a");
  add("b", 0, true);
  freshness_.start(ListAtStart::kHttp);
  pass(Seconds(1));
  EXPECT_EQ(Names{"a"}, listed_);
  freshness_.start(ListAtStart::kNone);
  pass(Seconds(1));
  EXPECT_EQ(Names{"a"}, listed_);
}

TEST_F(FreshnessTest, PollsAboutEveryInterval) {
  add("up", 60);
  pass(Seconds(53));
  EXPECT_EQ(0u, listed_.size()) << "it was just registered";
  pass(Seconds(14));
  EXPECT_EQ(1u, listed_.size());
  pass(Seconds(60 * 100));
  EXPECT_GE(listed_.size(), 90u);
  EXPECT_LE(listed_.size(), 112u);
}

TEST_F(FreshnessTest, DoesNotPollWhereChangesAreHeard) {
  add("up", 10);
  freshness_.set_hearing(ServerName("up"), Hearing::kYes);
  pass(Seconds(100));
  EXPECT_EQ(0u, listed_.size());
  freshness_.set_hearing(ServerName("up"), Hearing::kNo);
  pass(Seconds(12));
  EXPECT_EQ(1u, listed_.size());
}

TEST_F(FreshnessTest, TriesAServerThatIsDownMoreAndMoreSeldomAndNoticesThatItIsBack) {
  add("up");
  fail_with(ErrorCode::kUnavailable);
  freshness_.start(ListAtStart::kAll);
  pass(kRetryMin + Millis(200));
  EXPECT_EQ(2u, listed_.size());
  ASSERT_TRUE(health_.outage_of(ServerName("up")));
  EXPECT_EQ("server 'up': no", health_.outage_of(ServerName("up"))->reason);
  pass(Seconds(3600));
  const std::size_t attempts = listed_.size();
  EXPECT_GE(attempts, 60u);
  EXPECT_LE(attempts, 130u);
  failure_.reset();
  pass(kRetryMax);
  EXPECT_EQ(attempts + 1, listed_.size());
  EXPECT_FALSE(health_.outage_of(ServerName("up")));
  EXPECT_TRUE(log_.contains("a server is unavailable: what it offered last stays"));
  EXPECT_TRUE(log_.contains("a server is back"));
  pass(Seconds(3600));
  EXPECT_EQ(attempts + 1, listed_.size());
}

TEST_F(FreshnessTest, WaitsForAPersonWhereOneIsNeeded) {
  add("up", 10);
  fail_with(ErrorCode::kUnauthenticated);
  freshness_.start(ListAtStart::kAll);
  pass(Seconds(600));
  EXPECT_EQ(1u, listed_.size());
  EXPECT_EQ(kNever, health_.outage_of(ServerName("up"))->next_attempt);
  failure_.reset();
  relister_.refresh(ServerName("up"), nullptr);  // As after an authorization.
  pass(Seconds(12));
  EXPECT_EQ(3u, listed_.size());
}

TEST_F(FreshnessTest, AsksAgainWhateverElseWentWrong) {
  add("up");
  for (const ErrorCode code : {ErrorCode::kPermissionDenied, ErrorCode::kInvalidArgument, ErrorCode::kUpstreamRejected,
                               ErrorCode::kDeadlineExceeded, ErrorCode::kConflict, ErrorCode::kInternal}) {
    fail_with(code);
    relister_.refresh(ServerName("up"), nullptr);
    pass(Seconds(1));
    const std::size_t before = listed_.size();
    pass(kRetryMax + Seconds(1));
    EXPECT_LT(before, listed_.size()) << static_cast<int>(code);
    failure_.reset();
    relister_.refresh(ServerName("up"), nullptr);
    pass(Seconds(2));
  }
}

TEST_F(FreshnessTest, ListsAServerThatCallsFoundToBeDownAndBack) {
  add("up");
  const auto health = health_of_up();
  fail_with(ErrorCode::kUnavailable);
  for (std::uint32_t i = 0; i < kFailuresMax; ++i)
    health->failed(health->look(), *failure_);
  pass(kRetryMin + Millis(200));
  EXPECT_EQ(1u, listed_.size()) << "it may come back without a call";
  const std::size_t before = listed_.size();
  failure_.reset();
  health->reached(health->look());
  pass(kRetryMin + Millis(200));
  EXPECT_EQ(before + 1, listed_.size()) << "it may be another version";
  pass(Seconds(3600));
  EXPECT_EQ(before + 1, listed_.size());
}

TEST_F(FreshnessTest, IsNotHurriedForEverByCallsThatWorkBesideListingsThatFail) {
  add("up");
  const auto health = health_of_up();
  fail_with(ErrorCode::kUnavailable);
  freshness_.start(ListAtStart::kAll);
  for (int second = 0; second < 3600; ++second) {
    health->reached(health->look());
    pass(Seconds(1));
  }
  EXPECT_GE(listed_.size(), 60u);
  EXPECT_LE(listed_.size(), 135u);
}

TEST_F(FreshnessTest, HoldsNothingAgainstAServerThatWasDisabled) {
  add("up");
  fail_with(ErrorCode::kUnavailable);
  freshness_.start(ListAtStart::kAll);
  pass(Seconds(100));
  ASSERT_TRUE(health_.outage_of(ServerName("up")));
  add("up", 0, false, false);
  EXPECT_FALSE(health_.outage_of(ServerName("up")));
  EXPECT_EQ(0u, health_of_up()->look());
  relister_.refresh(ServerName("up"), nullptr);
  pass(Seconds(100));
  EXPECT_FALSE(health_.outage_of(ServerName("up"))) << "whoever asked was told";
  const std::size_t before = listed_.size();
  add("up");
  pass(kRetryMin + Millis(300));
  EXPECT_EQ(before + 2, listed_.size()) << "at once, and again soon";
}

TEST_F(FreshnessTest, LeavesDisabledServersAloneUntilTheyAreEnabled) {
  add("up", 10, false, false);
  freshness_.start(ListAtStart::kAll);
  pass(Seconds(100));
  EXPECT_EQ(0u, listed_.size());
  add("up", 10);
  pass(Seconds(1));
  EXPECT_EQ(1u, listed_.size());
  add("up", 10, false, false);
  pass(Seconds(100));
  EXPECT_EQ(1u, listed_.size());
}

TEST_F(FreshnessTest, OtherSettingsBeginAnew) {
  add("up");
  fail_with(ErrorCode::kUnavailable);
  freshness_.start(ListAtStart::kAll);
  pass(Seconds(100));
  const std::size_t before = listed_.size();
  add("up", 20);
  EXPECT_FALSE(health_of_up()->outage());
  pass(Seconds(15));
  EXPECT_EQ(before, listed_.size()) << "it was just registered";
  pass(Seconds(10));
  EXPECT_LT(before, listed_.size());
}

TEST_F(FreshnessTest, ForgetsServersThatAreGone) {
  add("up", 10);
  fail_with(ErrorCode::kUnavailable);
  freshness_.start(ListAtStart::kAll);
  pass(Seconds(5));
  remove_all();
  const std::size_t before = listed_.size();
  pass(Seconds(600));
  EXPECT_EQ(before, listed_.size());
  EXPECT_FALSE(health_.outage_of(ServerName("up")));
}

}  // namespace
}  // namespace jungle::upstream
