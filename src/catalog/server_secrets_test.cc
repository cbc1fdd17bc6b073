#include "catalog/server_secrets.h"

#include <gtest/gtest.h>

namespace jungle::catalog {
namespace {

ServerSpec secretive() {
  ServerSpec spec;
  spec.name = ServerName("up");
  spec.url = "https://x/mcp?key=canary-url&mode=all-of-them";
  spec.bearer_token = Secret("canary-bearer");
  spec.headers = {{"X-Key", Secret("canary-header")}, {"X-Empty", Secret()}};
  spec.env = {{"TOKEN", Secret("canary-variable")}};
  spec.oauth_client_id = "client";
  spec.oauth_client_secret = Secret("canary-client");
  spec.oauth_client_private_key = Secret("canary-key");
  return spec;
}

TEST(ServerSecretsTest, RedactsEveryCredential) {
  const std::string text = "canary-url canary-bearer canary-header canary-variable canary-client canary-key";
  const std::string shown = redactor_of(secretive()).redacted(text);
  EXPECT_EQ(std::string::npos, shown.find("canary")) << shown;
  EXPECT_EQ("client up https://x/mcp", redactor_of(secretive()).redacted("client up https://x/mcp"));
}

TEST(ServerSecretsTest, MasksEveryCredential) {
  const ServerSpec spec = masked(secretive());
  EXPECT_EQ("https://x/mcp?key=********&mode=********", spec.url);
  EXPECT_EQ(Secret(kMask), spec.bearer_token);
  EXPECT_EQ(Secret(kMask), spec.headers[0].second);
  EXPECT_TRUE(spec.headers[1].second.empty());
  EXPECT_EQ(Secret(kMask), spec.env[0].second);
  EXPECT_EQ(Secret(kMask), spec.oauth_client_secret);
  EXPECT_EQ(Secret(kMask), spec.oauth_client_private_key);
  EXPECT_EQ("client", spec.oauth_client_id);
  EXPECT_TRUE(masked(ServerSpec()) == ServerSpec());
}

TEST(ServerSecretsTest, MasksUrls) {
  EXPECT_EQ("https://x/mcp", masked_url("https://x/mcp"));
  EXPECT_EQ("https://x/mcp?********", masked_url("https://x/mcp?token"));
  EXPECT_EQ("https://x/mcp?a=&b=********", masked_url("https://x/mcp?a=&b=c=d"));
  EXPECT_EQ("https://x/mcp", masked_url("https://x/mcp?"));
  EXPECT_EQ("https://x/mcp?a=********", masked_url("https://x/mcp?a=1#fragment"));
  EXPECT_EQ("https://********@x/a@b?c=********", masked_url("https://user:pass@word@x/a@b?c=d"));
  EXPECT_EQ("********@x", masked_url("user:password@x")) << "no URL, but it looks like one";
  EXPECT_EQ("", masked_url(""));
}

TEST(ServerSecretsTest, RefusesWhatIsMasked) {
  EXPECT_TRUE(check_not_masked(secretive()).has_value());
  EXPECT_TRUE(check_not_masked(ServerSpec()).has_value());
  const auto refused = check_not_masked(masked(secretive()));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(ErrorCode::kInvalidArgument, refused.error().code);
  EXPECT_TRUE(refused.error().message.starts_with("invalid url: it is masked; ")) << refused.error().message;
  ServerSpec spec = secretive();
  spec.env[0].second = Secret(kMask);
  EXPECT_TRUE(check_not_masked(spec).error().message.starts_with("invalid env.TOKEN: it is masked; "));
}

}  // namespace
}  // namespace jungle::catalog
