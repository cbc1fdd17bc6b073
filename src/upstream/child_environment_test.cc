#include "upstream/child_environment.h"

#include <gtest/gtest.h>

namespace jungle::upstream {
namespace {

using Env = std::vector<std::string>;
using Extra = std::vector<std::pair<std::string, Secret>>;

TEST(ChildEnvironmentTest, PassesWhatProgramsNeed) {
  const Env ours{
      "PATH=/bin",        "HOME=/root", "LC_ALL=C.UTF-8", "https_proxy=http://p:3128", "npm_config_registry=http://r",
      "XDG_CACHE_HOME=/c"};
  EXPECT_EQ(ours, child_environment(ours, Extra{}));
}

TEST(ChildEnvironmentTest, KeepsOurSecretsBack) {
  const Env ours{"DATABASE_URL=postgres://u:p@h/d",
                 "POSTGRES_PASSWORD=x",
                 "MCPJUNGLE_ADMIN_TOKEN=y",
                 "OTEL_EXPORTER_OTLP_HEADERS=z",
                 "GITHUB_TOKEN=g",
                 "npm_config__authToken=t",
                 "UV_PUBLISH_PASSWORD=s",
                 "AWS_SECRET_ACCESS_KEY=k",
                 "MCPJUNGLE_ENCRYPTION_KEY=k",
                 "MCPJUNGLE_ENCRYPTION_KEY_FILE=/run/secrets/k"};
  EXPECT_EQ(Env{}, child_environment(ours, Extra{}));
}

TEST(ChildEnvironmentTest, KnowsWhatIsSecretOfUrls) {
  const Env environment{"HTTPS_PROXY=http://u:p4ssword@proxy:3128",
                        "http_proxy=v:p5ssword@proxy",
                        "UV_INDEX=a=https://w:p6ssword@a/x@y b=https://token@b",
                        "HOME=/h@x",
                        "NO_PROXY=a,b",
                        "npm_config_registry=https://r/@scope",
                        "MAIL=me:you@x"};
  std::vector<std::string> secrets;
  for (const Secret& secret : secrets_in_urls(environment))
    secrets.push_back(secret.reveal());
  EXPECT_EQ(
      (std::vector<std::string>{"u:p4ssword", "p4ssword", "v:p5ssword", "p5ssword", "w:p6ssword", "p6ssword", "token"}),
      secrets);
}

TEST(ChildEnvironmentTest, PutsTheServersOwnVariablesOnTop) {
  Extra extra;
  extra.emplace_back("PATH", Secret("/opt/bin"));
  extra.emplace_back("API_TOKEN", Secret("a=b"));
  const Env expected{"PATH=/opt/bin", "HOME=/h", "API_TOKEN=a=b"};
  const Env ours{"PATH=/bin", "HOME=/h"};
  EXPECT_EQ(expected, child_environment(ours, extra));
  EXPECT_EQ("a=b", find_variable(expected, "API_TOKEN"));
  EXPECT_FALSE(find_variable(expected, "API"));
}

TEST(ChildEnvironmentTest, IgnoresWhatIsNoVariable) {
  const Env ours{"PATH", "=x", "HOME=/h"};
  EXPECT_EQ(Env{"HOME=/h"}, child_environment(ours, Extra{}));
}

}  // namespace
}  // namespace jungle::upstream
