#include "app/egress_config.h"

#include <gtest/gtest.h>

namespace jungle::app {
namespace {

TEST(EgressConfigTest, ReadsWhatPeersMayPointTo) {
  const auto url = *http::Url::parse("https://10.20.0.1/");
  const auto guard = egress_from({{"MCPJUNGLE_EGRESS_ALLOW", "10.20.0.0/16"}});
  ASSERT_TRUE(guard);
  EXPECT_TRUE(guard->check(url, http::UrlSource::kPeer));
  EXPECT_FALSE(egress_from({})->check(url, http::UrlSource::kPeer));
}

TEST(EgressConfigTest, NamesTheVariable) {
  const auto guard = egress_from({{"MCPJUNGLE_EGRESS_ALLOW", "10.0.0.0/99"}});
  ASSERT_FALSE(guard);
  EXPECT_EQ(
      "invalid value for MCPJUNGLE_EGRESS_ALLOW: '10.0.0.0/99' is no host name, address, network (such as "
      "10.0.0.0/8) or *",
      guard.error().message);
}

}  // namespace
}  // namespace jungle::app
