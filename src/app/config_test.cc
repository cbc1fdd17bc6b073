#include "app/config.h"

#include <set>

#include <gtest/gtest.h>

namespace jungle::app {
namespace {

class ConfigTest : public ::testing::Test {
 protected:
  Result<Config> resolve() {
    const FileAccess access{[this](const std::string& path) { return files_.count(path) != 0; },
                            [this](const std::string& path) -> Result<std::string> {
                              if (const auto it = files_.find(path); it != files_.end()) return it->second;
                              return Error{ErrorCode::kNotFound, "open " + path + ": no such file or directory", {}};
                            }};
    return config_from(flags_, environment_, access);
  }
  Config config() {
    auto config = resolve();
    EXPECT_TRUE(config.has_value()) << config.error().message;
    return config ? *config : Config{};
  }
  std::string message() {
    auto config = resolve();
    return config ? "(accepted)" : config.error().message;
  }
  std::string postgres() {
    const FileAccess access{{}, [this](const std::string& path) -> Result<std::string> { return files_.at(path); }};
    auto url = postgres_url(environment_, access);
    return *url ? (*url)->reveal() : "(none)";
  }

  StartFlags flags_;
  Environment environment_;
  std::map<std::string, std::string> files_;
};

TEST_F(ConfigTest, HasDefaults) {
  const Config got = config();
  EXPECT_EQ(ServerMode::kDevelopment, got.mode);
  EXPECT_EQ("127.0.0.1", got.host);
  EXPECT_EQ(8080, got.port);
  EXPECT_EQ("mcpjungle.db", got.sqlite_path);
  EXPECT_EQ(Seconds(30), got.init_timeout);
  EXPECT_EQ(Seconds(300), got.call_timeout);
  EXPECT_EQ(Seconds(3600), got.session_idle_timeout);
  EXPECT_FALSE(got.is_telemetry_on);
  EXPECT_EQ(telemetry::LogFormat::kText, got.log_format);
  EXPECT_EQ(telemetry::LogLevel::kInfo, got.log_level);
  EXPECT_EQ(AllowedHosts{}, got.allowed_hosts);
  EXPECT_TRUE(got.warnings.empty());
}

TEST_F(ConfigTest, TakesTheEncryptionKeyAsTextOrFromAFile) {
  EXPECT_FALSE(config().encryption_key.is_given());
  environment_ = {{"MCPJUNGLE_ENCRYPTION_KEY_FILE", "/run/secrets/key"}};
  EXPECT_EQ("/run/secrets/key", config().encryption_key.file);
  const std::string key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  environment_["MCPJUNGLE_ENCRYPTION_KEY"] = key;
  EXPECT_EQ(Secret(key), config().encryption_key.text);
  EXPECT_EQ("", config().encryption_key.file) << "the text wins, as for the other secrets";
}

TEST_F(ConfigTest, RefusesWeakEncryptionKeysWithoutRepeatingThem) {
  environment_ = {{"MCPJUNGLE_ENCRYPTION_KEY", "hunter2!"}};
  EXPECT_EQ(
      "MCPJUNGLE_ENCRYPTION_KEY: it is neither Base64 nor hexadecimal; a key is 32 random bytes in Base64 or "
      "hexadecimal: make one with `openssl rand -base64 32`",
      message());
}

TEST_F(ConfigTest, PrefersFlagsToTheEnvironment) {
  environment_ = {{"PORT", "1"},         {"HOST", "10.0.0.1"},  {"SQLITE_DB_PATH", "env.db"}, {"ALLOWED_HOSTS", "env"},
                  {"LOG_LEVEL", "warn"}, {"LOG_FORMAT", "text"}};
  flags_ = {"2", "10.0.0.2", "flag.db", "flag", "none", "json", "debug"};
  const Config got = config();
  EXPECT_EQ(2, got.port);
  EXPECT_EQ("10.0.0.2", got.host);
  EXPECT_EQ("flag.db", got.sqlite_path);
  EXPECT_EQ((std::vector<std::string>{"flag"}), got.allowed_hosts.hosts);
  EXPECT_EQ(upstream::ListAtStart::kNone, got.list_at_start);
  EXPECT_EQ(telemetry::LogFormat::kJson, got.log_format);
  EXPECT_EQ(telemetry::LogLevel::kDebug, got.log_level);
}

TEST_F(ConfigTest, PrefersTheEnvironmentToTheDotenvFile) {
  auto merged = with_dotenv({{"PORT", "1"}}, "PORT=2\nHOST=::1\n");
  ASSERT_TRUE(merged.has_value());
  environment_ = *merged;
  EXPECT_EQ(1, config().port);
  EXPECT_EQ("::1", config().host);
  EXPECT_FALSE(with_dotenv({}, "nonsense").has_value());
}

TEST_F(ConfigTest, ReadsTheMode) {
  environment_["SERVER_MODE"] = "Enterprise";
  EXPECT_EQ(ServerMode::kEnterprise, config().mode);
  EXPECT_EQ("0.0.0.0", config().host);
  EXPECT_TRUE(config().is_telemetry_on);
  environment_["SERVER_MODE"] = "foo";
  EXPECT_EQ(
      "invalid value for SERVER_MODE environment variable: 'foo', valid values are 'development' and 'enterprise'",
      message());
}

TEST_F(ConfigTest, WarnsOfOldWordsForEnterprise) {
  environment_["SERVER_MODE"] = "production";
  EXPECT_EQ(ServerMode::kEnterprise, config().mode);
  EXPECT_EQ((std::vector<std::string>{"Warning: 'production' value is deprecated for env var SERVER_MODE, please use "
                                      "'enterprise' instead"}),
            config().warnings);
  environment_.clear();
  flags_.prod = true;
  EXPECT_EQ(ServerMode::kEnterprise, config().mode);
  EXPECT_EQ((std::vector<std::string>{"Warning: --prod flag is deprecated, please use --enterprise flag instead"}),
            config().warnings);
}

TEST_F(ConfigTest, FlagsSwitchEnterpriseOnOverTheEnvironment) {
  environment_["SERVER_MODE"] = "development";
  flags_.enterprise = true;
  EXPECT_EQ(ServerMode::kEnterprise, config().mode);
}

TEST_F(ConfigTest, ReadsTheTelemetrySwitch) {
  for (const char* yes : {"true", "TRUE", "1"}) {
    environment_["OTEL_ENABLED"] = yes;
    EXPECT_TRUE(config().is_telemetry_on) << yes;
  }
  flags_.enterprise = true;
  for (const char* no : {"false", "0"}) {
    environment_["OTEL_ENABLED"] = no;
    EXPECT_FALSE(config().is_telemetry_on) << no;
  }
  environment_["OTEL_ENABLED"] = "maybe";
  EXPECT_EQ("invalid value for OTEL_ENABLED environment variable: 'maybe', valid values are 'true' or 'false'",
            message());
}

TEST_F(ConfigTest, KeepsEndpointsApartOnRequest) {
  EXPECT_FALSE(config().separates_sse);
  environment_["SEPARATE_SSE"] = "1";
  EXPECT_TRUE(config().separates_sse);
  environment_["SEPARATE_SSE"] = "false";
  EXPECT_FALSE(config().separates_sse);
  flags_.separate_sse = true;
  EXPECT_TRUE(config().separates_sse);
  environment_["SEPARATE_SSE"] = "maybe";
  EXPECT_EQ("invalid value for SEPARATE_SSE environment variable: 'maybe', valid values are 'true' or 'false'",
            message());
}

TEST_F(ConfigTest, FindsTheDatabaseFile) {
  environment_["SQLITE_DB_PATH"] = " env.db ";
  EXPECT_EQ("env.db", config().sqlite_path);
  environment_.clear();
  files_["mcp.db"] = "";
  EXPECT_EQ("mcp.db", config().sqlite_path);
  EXPECT_EQ(1U, config().warnings.size());
  files_["mcpjungle.db"] = "";
  EXPECT_EQ("mcpjungle.db", config().sqlite_path);
}

TEST_F(ConfigTest, SaysThatPostgresIsNotSupportedYet) {
  environment_["DATABASE_URL"] = "postgres://x";
  EXPECT_EQ("PostgreSQL is not supported yet: unset DATABASE_URL and POSTGRES_HOST to run on SQLite", message());
  environment_ = {{"POSTGRES_HOST", "db"}};
  flags_.sqlite_db_path = "x.db";
  EXPECT_EQ(0U, message().find("PostgreSQL is not supported yet"));
}

TEST_F(ConfigTest, BuildsThePostgresUrl) {
  EXPECT_EQ("(none)", postgres());
  environment_ = {{"POSTGRES_HOST", "db"}};
  EXPECT_EQ("postgres://postgres:@db:5432/postgres", postgres());
  environment_ = {{"POSTGRES_HOST", "db"},
                  {"POSTGRES_PORT", "1"},
                  {"POSTGRES_USER", "u"},
                  {"POSTGRES_USER_FILE", "/user"},
                  {"POSTGRES_PASSWORD_FILE", "/pw"},
                  {"POSTGRES_DB", "n/1"}};
  files_["/pw"] = " p @ss\n";
  EXPECT_EQ("postgres://u:p%20%40ss@db:1/n%2f1", postgres());
  environment_["DATABASE_URL"] = "postgres://verbatim";
  EXPECT_EQ("postgres://verbatim", postgres());
}

TEST_F(ConfigTest, NamesTheSecretFileThatCannotBeRead) {
  environment_ = {{"POSTGRES_HOST", "db"}, {"POSTGRES_PASSWORD_FILE", "/nofile"}};
  EXPECT_EQ(
      "failed to get postgres DSN: failed to get postgres password: failed to read POSTGRES_PASSWORD_FILE: open "
      "/nofile: "
      "no such file or directory",
      message());
  environment_ = {{"POSTGRES_HOST", "db"}, {"POSTGRES_DB_FILE", "/nofile"}};
  EXPECT_EQ(0U, message().find("failed to get postgres DSN: failed to get postgres DB name: "));
}

TEST_F(ConfigTest, ReadsTheTimeouts) {
  environment_ = {{"MCP_SERVER_INIT_REQ_TIMEOUT_SEC", " 10 "}, {"MCP_CALL_TIMEOUT_SEC", "3600"}};
  EXPECT_EQ(Seconds(10), config().init_timeout);
  EXPECT_EQ(Seconds(3600), config().call_timeout);
  for (const char* bad : {"0", "-1", "x", "1.5", "99999999999999999999"}) {
    environment_ = {{"MCP_SERVER_INIT_REQ_TIMEOUT_SEC", bad}};
    EXPECT_EQ(
        "invalid value for MCP_SERVER_INIT_REQ_TIMEOUT_SEC: '" + std::string(bad) + "', must be a positive integer",
        message());
  }
  environment_ = {{"MCP_CALL_TIMEOUT_SEC", "3601"}};  // No call may take longer, whatever it says.
  EXPECT_EQ("invalid value for MCP_CALL_TIMEOUT_SEC: '3601', must be at most 3600", message());
  environment_ = {{"MCP_SERVER_INIT_REQ_TIMEOUT_SEC", "31536001"}};
  EXPECT_EQ("invalid value for MCP_SERVER_INIT_REQ_TIMEOUT_SEC: '31536001', must be at most 31536000", message());
}

TEST_F(ConfigTest, MinusOneAndZeroMeanThatSessionsNeverIdleOut) {
  for (const char* never : {"-1", "0", " 0 "}) {
    environment_["SESSION_IDLE_TIMEOUT_SEC"] = never;
    EXPECT_EQ(std::nullopt, config().session_idle_timeout) << never;
  }
  environment_["SESSION_IDLE_TIMEOUT_SEC"] = "5";
  EXPECT_EQ(Seconds(5), config().session_idle_timeout);
  environment_["SESSION_IDLE_TIMEOUT_SEC"] = "-2";
  EXPECT_EQ("invalid value for SESSION_IDLE_TIMEOUT_SEC: '-2', must be a non-negative integer (0 = no timeout)",
            message());
}

TEST_F(ConfigTest, ChecksTheAddress) {
  for (const char* bad : {"http", "-1", "65536", "80 "}) {
    flags_.port = bad;
    EXPECT_EQ("failed to run the server: listen tcp: address " + std::string(bad) +
                  ": invalid port; it must be a number from 0 to 65535",
              message());
  }
  flags_.port = "0";
  EXPECT_EQ(0, config().port);
  flags_.host = "LocalHost";
  EXPECT_EQ("127.0.0.1", config().host);
  flags_.host = "[::1]";
  EXPECT_EQ("::1", config().host);
  flags_.host = "gateway.example";
  EXPECT_EQ("invalid value for HOST: 'gateway.example', must be an IP address or localhost", message());
}

TEST_F(ConfigTest, ReadsAllowedHosts) {
  flags_.allowed_hosts = " GW.example:8080, [::2]:80,fe80::1, https://App.example/ ,,*";
  const AllowedHosts allowed = config().allowed_hosts;
  EXPECT_EQ((std::vector<std::string>{"gw.example", "::2", "fe80::1"}), allowed.hosts);
  EXPECT_EQ((std::vector<std::string>{"https://app.example"}), allowed.origins);
  EXPECT_TRUE(allowed.any);
}

TEST_F(ConfigTest, ChecksTheLogSettings) {
  flags_.log_level = "loud";
  EXPECT_NE(std::string::npos, message().find("loud"));
  flags_ = {};
  environment_["LIST_AT_START"] = "stdio";
  EXPECT_EQ(
      "invalid value 'stdio' for --list-at-start (or the environment variable LIST_AT_START): must be 'all', "
      "'http' or 'none'",
      message());
  environment_["LIST_AT_START"] = "http";
  environment_["LOG_FORMAT"] = "xml";
  EXPECT_NE(std::string::npos, message().find("xml"));
}

TEST_F(ConfigTest, TellsTheLogWhatItRunsWith) {
  EXPECT_EQ((std::vector<std::string>{"[db] Using sqlite database at mcpjungle.db",
                                      "[server] timeout for initialization requests to MCP servers is 30 seconds",
                                      "[server] idle timeout for stateful sessions is 3600 seconds"}),
            start_lines(config()));
  environment_["SESSION_IDLE_TIMEOUT_SEC"] = "0";
  EXPECT_EQ("[server] stateful sessions will not timeout (run until server shutdown)", start_lines(config()).back());
}

TEST_F(ConfigTest, SaysSoWhenAnybodyCanReachAServerWithoutAuthentication) {
  flags_.host = "0.0.0.0";
  EXPECT_EQ(0U, start_lines(config()).back().find("[server] WARNING: listening on 0.0.0.0 without authentication"));
  flags_.enterprise = true;
  EXPECT_EQ(3U, start_lines(config()).size());
}

}  // namespace
}  // namespace jungle::app
