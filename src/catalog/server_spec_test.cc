#include "catalog/server_spec.h"

#include <gtest/gtest.h>

#include "catalog/testing/samples.h"

namespace jungle::catalog {
namespace {

using testing::http_spec;
using testing::stdio_spec;

std::string why_not(const ServerSpec& spec) {
  const auto ok = validate(spec);
  return ok ? "accepted" : ok.error().message;
}

ServerSpec with_header(const std::string& name, const std::string& value) {
  ServerSpec spec = http_spec("up");
  spec.headers = {{name, Secret(value)}};
  return spec;
}

TEST(ServerSpecTest, AcceptsWhatIsWhole) {
  EXPECT_EQ("accepted", why_not(http_spec("up")));
  EXPECT_EQ("accepted", why_not(stdio_spec("up")));
  EXPECT_EQ("accepted", why_not(with_header("X-Api-Key", "a b\tgröße")));
  EXPECT_EQ("accepted", why_not(with_header("Authorization", "Basic x")));
  EXPECT_EQ("accepted", why_not(with_header("Content-Type", "application/json")));
}

// The texts are MCPJungle's: scripts match on them.
TEST(ServerSpecTest, AsksForTheMandatoryFieldsOfTheTransport) {
  ServerSpec spec;
  EXPECT_EQ("error creating streamable http server: url is required for streamable HTTP transport", why_not(spec));
  spec.transport = Transport::kSse;
  EXPECT_EQ("error creating SSE server: url is required for SSE transport", why_not(spec));
  spec.transport = Transport::kStdio;
  EXPECT_EQ("error creating stdio server: command is required for stdio transport", why_not(spec));
}

TEST(ServerSpecTest, ChecksTheNameBeforeTheUrl) {
  ServerSpec spec = http_spec("a b");
  spec.url = "ftp://x/y";
  EXPECT_NE(std::string::npos, why_not(spec).find("invalid server name: 'a b'"));
  spec.name = ServerName("ab");
  EXPECT_EQ("invalid url: 'ftp://x/y' must be a valid http or https url: invalid user input", why_not(spec));
}

TEST(ServerSpecTest, RefusesHeadersThatCannotBeSentNamingThem) {
  for (const char* name : {"", "a b", "a:", "größe", "a\r\nb"})
    EXPECT_NE(std::string::npos, why_not(with_header(name, "v")).find("a header name holds only")) << name;
  for (const char* name : {"Host", "connection", "Transfer-Encoding", "CONTENT-LENGTH", "te", "Upgrade", "Expect"})
    EXPECT_EQ(std::string("invalid header '") + name +
                  "': it belongs to the connection and cannot be set: " + "invalid user input",
              why_not(with_header(name, "v")));
  EXPECT_NE(std::string::npos, why_not(with_header("mcp-session-id", "v")).find("'mcp-session-id'"));
  EXPECT_EQ("invalid header 'X-A': its value has control characters: invalid user input",
            why_not(with_header("X-A", "a\r\nX-B: c")));
  ServerSpec twice = with_header("X-A", "1");
  twice.headers.emplace_back("x-a", Secret("2"));
  EXPECT_EQ("invalid header 'x-a': it is given twice: invalid user input", why_not(twice));
}

TEST(ServerSpecTest, TakesAuthoritiesFromAFileOfItsOwnMachine) {
  ServerSpec spec = http_spec("up");
  spec.ca_file = "/etc/ssl/corp.pem";
  EXPECT_EQ("accepted", why_not(spec));
  for (const char* path : {"corp.pem", "/etc/\ncorp.pem", "~/corp.pem"}) {
    spec.ca_file = path;
    EXPECT_EQ("invalid ca_file: it must be the absolute path of a file, as the gateway sees it: invalid user input",
              why_not(spec));
  }
  spec.ca_file = "/" + std::string(kPathBytesMax, 'x');
  EXPECT_NE("accepted", why_not(spec));
  ServerSpec stdio = stdio_spec("up");
  stdio.ca_file = "/etc/ssl/corp.pem";
  EXPECT_EQ("invalid ca_file: a stdio server is not reached over TLS: invalid user input", why_not(stdio));
}

TEST(ServerSpecTest, ErrorsDoNotRepeatSecrets) {
  ServerSpec spec = http_spec("up");
  spec.bearer_token = Secret("hunter2\n");
  EXPECT_EQ("invalid bearer_token: it has control characters: invalid user input", why_not(spec));
  EXPECT_EQ(std::string::npos, why_not(with_header("X-A", "hunter2\n")).find("hunter2"));
}

TEST(ServerSpecTest, KeepsToItsLimits) {
  EXPECT_EQ("accepted", why_not(with_header("X-A", std::string(kHeaderValueBytesMax, 'a'))));
  EXPECT_NE("accepted", why_not(with_header("X-A", std::string(kHeaderValueBytesMax + 1, 'a'))));
  EXPECT_EQ("accepted", why_not(with_header(std::string(kHeaderNameBytesMax, 'a'), "")));
  EXPECT_NE("accepted", why_not(with_header(std::string(kHeaderNameBytesMax + 1, 'a'), "")));
  ServerSpec many = http_spec("up");
  for (std::size_t i = 0; i < kHeadersMax; ++i)
    many.headers.emplace_back("X-" + std::to_string(i), Secret("v"));
  EXPECT_EQ("accepted", why_not(many));
  many.headers.emplace_back("X-more", Secret("v"));
  EXPECT_NE("accepted", why_not(many));

  ServerSpec process = stdio_spec("up");
  process.args.assign(kArgsMax, "a");
  EXPECT_EQ("accepted", why_not(process));
  process.args.push_back("a");
  EXPECT_NE("accepted", why_not(process));
  process.args = {std::string(kProcessTextBytesMax + 1, 'a')};
  EXPECT_NE("accepted", why_not(process));
}

TEST(ServerSpecTest, ChecksWhatAProcessIsGiven) {
  ServerSpec spec = stdio_spec("up");
  spec.args = {std::string("a\0b", 3)};
  EXPECT_EQ("invalid args: it contains a NUL character: invalid user input", why_not(spec));
  spec.args = {"line\nbreaks are fine"};
  spec.env = {{"A=B", Secret("x")}};
  EXPECT_NE(std::string::npos, why_not(spec).find("invalid env variable name 'A=B'"));
  spec.env = {{"A", Secret("1")}, {"A", Secret("2")}};
  EXPECT_EQ("invalid env variable 'A': it is given twice: invalid user input", why_not(spec));
}

TEST(ServerSpecTest, ChecksNumbers) {
  ServerSpec spec = stdio_spec("up");
  spec.init_timeout_sec = 0;
  EXPECT_EQ("invalid init_timeout_sec: '0', must be a number of seconds from 1 to 3600: invalid user input",
            why_not(spec));
  spec.init_timeout_sec = kTimeoutSecMax;
  for (const int interval : {0, kSyncIntervalSecMin, kSyncIntervalSecMax}) {
    spec.sync_interval_sec = interval;
    EXPECT_TRUE(validate(spec).has_value()) << interval;
  }
  for (const int interval : {-1, kSyncIntervalSecMin - 1, kSyncIntervalSecMax + 1}) {
    spec.sync_interval_sec = interval;
    EXPECT_EQ("invalid sync_interval_sec: '" + std::to_string(interval) +
                  "', must be 0 or a number of seconds from 5 to 86400: invalid user input",
              validate(spec).error().message);
  }
  spec.sync_interval_sec = 0;
  spec.call_timeout_sec = kTimeoutSecMax + 1;
  EXPECT_EQ("invalid call_timeout_sec: '3601', must be a number of seconds from 1 to 3600: invalid user input",
            why_not(spec));
  spec.call_timeout_sec = 1;
  spec.warm = kWarmMax;
  EXPECT_EQ("accepted", why_not(spec));
  spec.warm = kWarmMax + 1;
  EXPECT_NE(std::string::npos, why_not(spec).find("invalid warm: '17'"));
  spec.warm = -1;
  EXPECT_NE("accepted", why_not(spec));
}

TEST(ServerSpecTest, ReadsTheWordsItWrites) {
  for (const Transport transport : {Transport::kStreamableHttp, Transport::kStdio, Transport::kSse})
    EXPECT_EQ(transport, parse_transport(text_of(transport)));
  for (const SessionMode mode : {SessionMode::kStateless, SessionMode::kStateful})
    EXPECT_EQ(mode, parse_session_mode(text_of(mode)));
  for (const Protocol protocol : {Protocol::kAuto, Protocol::kLegacy, Protocol::kModern})
    EXPECT_EQ(protocol, parse_protocol(text_of(protocol)));
  EXPECT_FALSE(parse_transport("ws").has_value());
  EXPECT_FALSE(parse_transport("").has_value());
}

}  // namespace
}  // namespace jungle::catalog
