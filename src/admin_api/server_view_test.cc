#include "admin_api/server_view.h"

#include <gtest/gtest.h>

namespace jungle::admin_api {
namespace {

ServerView http_server() {
  ServerView server;
  server.name = "up";
  server.transport = "streamable_http";
  server.description = "desc";
  server.url = "http://127.0.0.1:18901/mcp";
  return server;
}

ServerView stdio_server() {
  ServerView server;
  server.name = "st";
  server.transport = "stdio";
  server.enabled = false;
  server.command = "npx";
  server.args = {"-y", "x"};
  server.env = {{"FOO", Secret("bar")}};
  server.session_mode = "stateful";
  return server;
}

TEST(ServerViewTest, HasEveryKeyInTheOrderOfTheContract) {
  EXPECT_EQ(
      R"({"name":"up","transport":"streamable_http","enabled":true,"description":"desc","url":"http://127.0.0.1:18901/mcp",)"
      R"("command":"","args":null,"env":null,"session_mode":"stateless"})",
      render(http_server()));
  EXPECT_EQ(R"({"name":"st","transport":"stdio","enabled":false,"description":"","url":"","command":"npx",)"
            R"("args":["-y","x"],"env":{"FOO":"bar"},"session_mode":"stateful"})",
            render(stdio_server()));
}

TEST(ServerViewTest, ReadsWhatItWrites) {
  const std::vector<ServerView> servers{http_server(), stdio_server()};
  EXPECT_EQ(servers, *parse_server_views(render(servers)));
  EXPECT_EQ(stdio_server(), *parse_registered(render_registered(stdio_server(), {})));
}

TEST(ServerViewTest, NamesAMissingAuthorizationOnlyIfThereIsOne) {
  ServerView server = http_server();
  server.authorization = kNeedsAuthorization;
  const std::string json = render(server);
  EXPECT_NE(std::string::npos, json.find(R"("session_mode":"stateless","authorization":"needs_authorization"})"))
      << json;
  EXPECT_EQ(std::vector<ServerView>{server}, *parse_server_views("[" + json + "]"));
}

TEST(ServerViewTest, SaysWhyAServerIsUnavailable) {
  ServerView server = http_server();
  server.unavailable_reason = "it is down";
  server.unavailable_since = "2026-11-23T12:00:00Z";
  server.next_attempt_at = "2026-11-23T12:00:30Z";
  const std::string json = render(server);
  EXPECT_NE(std::string::npos,
            json.find(R"("unavailable_reason":"it is down","unavailable_since":"2026-11-23T12:00:00Z",)"
                      R"("next_attempt_at":"2026-11-23T12:00:30Z"})"))
      << json;
  EXPECT_EQ(std::vector<ServerView>{server}, *parse_server_views("[" + json + "]"));
}

TEST(ServerViewTest, NamesTheScopesThatAreMissing) {
  ServerView server = http_server();
  server.authorization = kNeedsScopes;
  server.missing_scopes = {"write", "admin"};
  const std::string json = render(server);
  EXPECT_NE(std::string::npos, json.find(R"(,"authorization":"needs_scopes","missing_scopes":["write","admin"]})"))
      << json;
  EXPECT_EQ(std::vector<ServerView>{server}, *parse_server_views("[" + json + "]"));
}

TEST(ServerViewTest, NamesWarningsOnlyIfThereAreAny) {
  EXPECT_EQ(R"({"server":)" + render(http_server()) + "}", render_registered(http_server(), {}));
  const std::string warned = render_registered(http_server(), {"tool 'x' has no name"});
  EXPECT_EQ(R"({"server":)" + render(http_server()) + R"(,"warnings":["tool 'x' has no name"]})", warned);
  EXPECT_EQ(std::vector<std::string>{"tool 'x' has no name"}, *parse_registered_warnings(warned));
  EXPECT_TRUE(parse_registered_warnings(render_registered(http_server(), {}))->empty());
}

TEST(ServerViewTest, AnEmptyRegistryIsAnEmptyArray) {
  EXPECT_EQ("[]", render(std::vector<ServerView>{}));
  EXPECT_TRUE(parse_server_views("[]")->empty());
}

TEST(ServerViewTest, RefusesAnAnswerOfAnotherShape) {
  EXPECT_FALSE(parse_server_views("{}").has_value());
  EXPECT_FALSE(parse_server_views(R"([{"name":1}])").has_value());
  EXPECT_FALSE(parse_registered("{}").has_value());
}

}  // namespace
}  // namespace jungle::admin_api
