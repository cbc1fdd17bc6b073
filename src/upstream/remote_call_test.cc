#include "upstream/remote_call.h"

#include <memory>
#include <string>
#include <utility>

#include "base/task_group.h"
#include "base/testing/coro_test.h"
#include "upstream/limits.h"

namespace jungle::upstream {
namespace {

constexpr std::size_t kPiece = 1024 * 1024;
constexpr std::size_t kPieces = kUnreadBytesMax / kPiece;

mcp::Notification event() { return {"notifications/message", std::string(kPiece, 'x')}; }

Task<void> wait_for_room(std::shared_ptr<RemoteCall> call, bool* has_room) {
  co_await call->room();
  *has_room = true;
}

class RemoteCallTest : public testing::CoroTest {
 protected:
  void tell(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      RemoteCall::tell(call_, event());
    time_.run_ready();
  }
  const std::shared_ptr<RemoteCall> call_ = std::make_shared<RemoteCall>(context_.get_executor());
  TaskGroup tasks_{context_.get_executor(), [](std::exception_ptr) {}};
};

TEST_F(RemoteCallTest, LosesACallWhoseCallerTakesNothing) {
  int stops = 0;
  call_->on_overrun([&stops] { ++stops; });
  tell(kPieces - 1);
  EXPECT_FALSE(call_->is_overrun());
  tell(3);
  EXPECT_TRUE(call_->is_overrun());
  EXPECT_EQ(1, stops);
  EXPECT_FALSE(call_->next_event());
}

TEST_F(RemoteCallTest, ForgetsWhatWasTaken) {
  for (std::size_t i = 0; i < 3 * kPieces; ++i) {
    tell(1);
    EXPECT_TRUE(call_->next_event());
  }
  EXPECT_FALSE(call_->is_overrun());
}

TEST_F(RemoteCallTest, LetsTheOtherSideWaitForRoom) {
  tell(kPieces - 1);
  bool has_room = false;
  tasks_.spawn(wait_for_room(call_, &has_room));
  time_.run_ready();
  EXPECT_FALSE(has_room);
  while (call_->next_event()) {
  }
  time_.run_ready();
  EXPECT_TRUE(has_room);
}

}  // namespace
}  // namespace jungle::upstream
