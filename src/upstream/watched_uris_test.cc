#include "upstream/watched_uris.h"

#include "base/testing/coro_test.h"

namespace jungle::upstream {
namespace {

// One who waits for the confirmation of "u".
class WatchedUrisTest : public jungle::testing::CoroTest {
 protected:
  WatchedUrisTest() { uris_.add("u", reply_); }
  ErrorCode told() {
    ErrorCode code = ErrorCode::kInternal;
    run(wait(&code));
    return code;
  }
  Task<void> wait(ErrorCode* code) {
    const auto answer = co_await reply_->wait();
    if (answer && !*answer) *code = answer->error().code;
  }

  WatchedUris uris_;
  std::shared_ptr<WatchedUris::Confirmation> reply_ =
      std::make_shared<WatchedUris::Confirmation>(context_.get_executor());
};

TEST_F(WatchedUrisTest, TellsWhoAwaitsWhatIsGivenUp) {
  uris_.remove("u");
  EXPECT_EQ(ErrorCode::kCancelled, told());
  EXPECT_TRUE(uris_.empty());
}

TEST_F(WatchedUrisTest, TellsWhoAwaitsWhatIsClearedWhy) {
  uris_.add("v", nullptr);
  uris_.clear(Error{ErrorCode::kNotFound, "no", {}});
  EXPECT_EQ(ErrorCode::kNotFound, told());
  EXPECT_TRUE(uris_.empty());
}

}  // namespace
}  // namespace jungle::upstream
