#include "app/oauth_config.h"

#include <gtest/gtest.h>

namespace jungle::app {
namespace {

FileAccess file_of(const std::string& text) {
  return {[](const std::string&) { return true; },
          [text](const std::string& path) -> Result<std::string> {
            if (path == "/profiles.json") return text;
            return Error{ErrorCode::kNotFound, "open " + path + ": no such file or directory", {}};
          }};
}

std::string error_of(const Environment& environment, const std::string& file = "") {
  const auto config = oauth_from(environment, file_of(file));
  return config.has_value() ? "no error" : config.error().message;
}

TEST(OAuthConfigTest, NothingIsPublishedUnlessItIsAskedFor) {
  const auto config = oauth_from({}, file_of(""));
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ("", config->client.metadata_url);
  EXPECT_EQ("", config->client_metadata);
  EXPECT_EQ(oauth::ProviderProfiles::built_in().size(), config->profiles.size());
}

TEST(OAuthConfigTest, TheDocumentLiesBelowThePublicUrl) {
  const auto config = oauth_from(
      {{"MCPJUNGLE_PUBLIC_URL", "https://gateway.example/mcp/"}, {"MCPJUNGLE_OAUTH_CLIENT_NAME", "Ours"}}, file_of(""));
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ("https://gateway.example/mcp/oauth/client-metadata.json", config->client.metadata_url);
  EXPECT_TRUE(config->client.metadata_is_ours);
  EXPECT_EQ("Ours", config->client.client_name);
  EXPECT_NE(std::string::npos, config->client_metadata.find(R"("client_name":"Ours")"));
}

TEST(OAuthConfigTest, ADocumentElsewhereComesFirst) {
  const auto config = oauth_from({{"MCPJUNGLE_PUBLIC_URL", "https://gateway.example"},
                                  {"MCPJUNGLE_OAUTH_CLIENT_METADATA_URL", "https://docs.example/client.json"}},
                                 file_of(""));
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ("https://docs.example/client.json", config->client.metadata_url);
  EXPECT_FALSE(config->client.metadata_is_ours);
}

TEST(OAuthConfigTest, AnOperatorsProfilesComeFirst) {
  const auto config = oauth_from({{"MCPJUNGLE_OAUTH_PROFILES", "/profiles.json"}},
                                 file_of(R"({"profiles":[{"hosts":["as.example"],"client_name":"theirs"}]})"));
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ("theirs", config->profiles.of("as.example", "").client_name);
  EXPECT_EQ(oauth::ProviderProfiles::built_in().size() + 1, config->profiles.size());
}

TEST(OAuthConfigTest, NamesTheVariable) {
  for (const std::string url : {"http://docs.example/client.json", "https://docs.example", "https://docs.example/",
                                "https://docs.example/x?y", "client.json"}) {
    EXPECT_EQ("invalid value for MCPJUNGLE_OAUTH_CLIENT_METADATA_URL: '" + url +
                  "', must be a https URL with a path, without a query",
              error_of({{"MCPJUNGLE_OAUTH_CLIENT_METADATA_URL", url}}));
  }
  EXPECT_EQ("invalid value for MCPJUNGLE_PUBLIC_URL: 'http://gateway', must be a https URL without a query",
            error_of({{"MCPJUNGLE_PUBLIC_URL", "http://gateway"}}));
  EXPECT_EQ("MCPJUNGLE_OAUTH_PROFILES: open /nofile: no such file or directory",
            error_of({{"MCPJUNGLE_OAUTH_PROFILES", "/nofile"}}));
  EXPECT_EQ("MCPJUNGLE_OAUTH_PROFILES /profiles.json: provider profile 1 names no hosts",
            error_of({{"MCPJUNGLE_OAUTH_PROFILES", "/profiles.json"}}, R"({"profiles":[{}]})"));
}

}  // namespace
}  // namespace jungle::app
