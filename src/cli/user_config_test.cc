#include "cli/user_config.h"

#include <gtest/gtest.h>

namespace jungle::cli {
namespace {

TEST(UserConfigTest, ReadsBothMembers) {
  const UserConfig config = parse_user_config("registry_url: http://gw:9000\naccess_token: abc\nother: 1\n");
  EXPECT_EQ("http://gw:9000", config.registry_url);
  EXPECT_EQ("abc", config.access_token.reveal());
}

TEST(UserConfigTest, CountsAMalformedFileAsEmpty) {
  for (const char* text : {"", "registry_url: [", "- a", "registry_url:\n", "\xff"}) {
    EXPECT_EQ("", parse_user_config(text).registry_url) << text;
    EXPECT_TRUE(parse_user_config(text).access_token.empty()) << text;
  }
}

TEST(UserConfigTest, PrefersTheFlagThenTheFileThenTheDefault) {
  const UserConfig config{"http://file", Secret()};
  EXPECT_EQ("http://flag", registry_url("http://flag", config));
  EXPECT_EQ("http://file", registry_url("", config));
  EXPECT_EQ("http://127.0.0.1:8080", registry_url("", UserConfig{}));
}

}  // namespace
}  // namespace jungle::cli
