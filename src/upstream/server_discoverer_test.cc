#include "upstream/server_discoverer.h"

#include <string>

#include "upstream/testing/upstream_test_fixture.h"

namespace jungle::upstream {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ServerDiscovererTest : public testing::UpstreamTest {};

CORO_TEST_F(ServerDiscovererTest, ListsALegacyStdioServer) {
  const auto server = stdio_server({"chatty", "noisy=1000"});
  auto found = co_await discoverer_->discover(server.spec, attempt_);
  CO_ASSERT_TRUE(found.has_value());
  EXPECT_EQ("2025-11-25", found->revision);
  EXPECT_EQ(R"({"tools":{},"prompts":{},"resources":{}})", found->capabilities);
  EXPECT_EQ(R"({"name":"fixture","version":"1"})", found->server_info);
  EXPECT_EQ("Be kind.", found->instructions);
  EXPECT_EQ(3u, found->tools.size());
  EXPECT_THAT(found->prompts, ElementsAre(R"({"name":"greet","title":"Greets"})"));
  EXPECT_THAT(found->resources, ElementsAre(R"({"name":"a","uri":"file:///a"})"));
  EXPECT_TRUE(found->resource_templates.empty());  // "Method not found" is an empty list.
  EXPECT_TRUE(found->warnings.empty());
}

CORO_TEST_F(ServerDiscovererTest, ListsAModernStdioServer) {
  const auto server = stdio_server({"modern"});
  auto found = co_await discoverer_->discover(server.spec, attempt_);
  CO_ASSERT_TRUE(found.has_value());
  EXPECT_EQ("2026-07-28", found->revision);
  EXPECT_EQ(3u, found->tools.size());
}

CORO_TEST_F(ServerDiscovererTest, ListsAServerThatExitsWhenProbed) {
  const auto server = stdio_server({"strict"});
  auto found = co_await discoverer_->discover(server.spec, attempt_);
  CO_ASSERT_TRUE(found.has_value());
  EXPECT_EQ("2025-11-25", found->revision);
}

CORO_TEST_F(ServerDiscovererTest, FailsAtTheInitLimitWhenTheServerIsSilentAndLeavesNoProcess) {
  auto server = stdio_server({"silent", "ignore-eof"});
  server.spec.init_timeout_sec = 1;
  auto found = co_await discoverer_->discover(server.spec, attempt_);
  CO_ASSERT_FALSE(found.has_value());
  EXPECT_EQ(ErrorCode::kDeadlineExceeded, found.error().code);
  EXPECT_THAT(found.error().message, HasSubstr("timed out after 1 second"));
}

CORO_TEST_F(ServerDiscovererTest, SaysWhyTheProcessEnded) {
  const auto server = stdio_server({"exit=1"});
  auto found = co_await discoverer_->discover(server.spec, attempt_);
  CO_ASSERT_FALSE(found.has_value());
  EXPECT_EQ(ErrorCode::kUnavailable, found.error().code);
  EXPECT_THAT(found.error().message, HasSubstr("transport closed"));
  EXPECT_THAT(found.error().message, HasSubstr("it exited with code 1; its last output:\ncannot start: no token"));
}

CORO_TEST_F(ServerDiscovererTest, RefusesUrlsThatNothingMayFetch) {
  for (const char* url : {"http://169.254.169.254/mcp", "http://2852039166/mcp", "http://metadata.google.internal/"}) {
    const auto server = http_server(url);
    auto found = co_await discoverer_->discover(server.spec, attempt_);
    CO_ASSERT_FALSE(found.has_value());
    EXPECT_EQ(ErrorCode::kInvalidArgument, found.error().code);
    EXPECT_THAT(found.error().message, HasSubstr("server 'web': invalid url: http://"));
    EXPECT_THAT(found.error().message, HasSubstr("metadata service"));
  }
}

CORO_TEST_F(ServerDiscovererTest, SaysWhichCommandIsMissing) {
  auto server = stdio_server({});
  server.spec.command = "no-such-command";
  auto found = co_await discoverer_->discover(server.spec, attempt_);
  CO_ASSERT_FALSE(found.has_value());
  EXPECT_THAT(found.error().message, HasSubstr("server 'fix': failed to create stdio client for MCP server: failed to "
                                               "start command: no-such-command: no such file or directory"));
}

}  // namespace
}  // namespace jungle::upstream
