#include "http/testing/http_imposter.h"

#include <thread>

#include "http/testing/loopback_fixture.h"

namespace jungle::http::testing {
namespace {

// The imposter has a thread of its own; this one may only wait for it.
bool wait_for(const std::function<bool()>& condition) {
  while (!condition())
    std::this_thread::yield();
  return true;
}

class HttpImposterThreadTest : public ::testing::Test {
 protected:
  RawAnswer ask(std::string_view bytes) {
    RawPeer peer(imposter_->port(), wait_for);
    peer.send(bytes);
    return peer.read_answer();
  }
  HttpImposterThread imposter_;
};

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(HttpImposterThreadTest, AnswersByScriptAndRemembers) {
  imposter_->when("GET", "/a").replies({json("1"), json("2", 201)});
  EXPECT_EQ("1", ask(kGet).body);
  EXPECT_EQ(201, ask(kGet).status);
  EXPECT_EQ(201, ask(kGet).status);
  EXPECT_EQ(404, ask("GET /b HTTP/1.1\r\nHost: x\r\n\r\n").status);
  ASSERT_EQ(4u, imposter_->requests().size());
  EXPECT_EQ("/b", imposter_->requests()[3].target);
  EXPECT_EQ(4, imposter_->accepted_count());
}

TEST_F(HttpImposterThreadTest, HoldsAReplyUntilItIsReleased) {
  imposter_->when_anything().reply(json("held").held());
  RawPeer peer(imposter_->port(), wait_for);
  peer.send(kGet);
  wait_for([&] { return imposter_->requests().size() == 1; });
  imposter_.release();
  EXPECT_EQ("held", peer.read_answer().body);
}

TEST_F(HttpImposterThreadTest, RestartsLikeAServer) {
  imposter_->when_anything().reply(json("{}"));
  RawPeer peer(imposter_->port(), wait_for);
  peer.send(kGet);
  EXPECT_EQ(200, peer.read_answer().status);
  imposter_.close_connections();
  EXPECT_TRUE(peer.ends());
  EXPECT_EQ(200, ask(kGet).status);
}

}  // namespace
}  // namespace jungle::http::testing
