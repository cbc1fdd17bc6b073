#include "upstream/server_discoverer.h"

#include <iterator>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "mcp/client_capabilities.h"
#include "mcp/json_reader.h"
#include "mcp/request.h"
#include "upstream/testing/upstream_test_fixture.h"

namespace jungle::upstream {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> names_of(const Result<catalog::Discovery>& found) {
  std::vector<std::string> names;
  if (!found) return {found.error().message};
  for (const std::string& tool : found->tools)
    names.push_back(mcp::read_params(tool)->find_string("name").value_or(""));
  return names;
}

class ServerDiscovererTest : public testing::UpstreamTest {
 protected:
  // `mode` of the fixture, its options apart by spaces.
  Task<std::vector<std::string>> tools_of(std::string mode) {
    std::istringstream words(mode);
    const auto server = stdio_server({std::istream_iterator<std::string>(words), {}});
    auto found = co_await discoverer_->discover(server.spec, attempt_);
    co_return names_of(found);
  }
};

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

CORO_TEST_F(ServerDiscovererTest, ListsAProcessAsForTheMostCapableClient) {
  const auto legacy = co_await tools_of("conditional");
  EXPECT_THAT(legacy, ElementsAre("echo", "big", "pid", "capable"));
  const auto modern = co_await tools_of("modern conditional");
  EXPECT_THAT(modern, ElementsAre("echo", "big", "pid", "capable"));
}

CORO_TEST_F(ServerDiscovererTest, RefusesAtOnceWhatAProcessAsksBeforeItLists) {
  const auto tools = co_await tools_of("asks-lists conditional");
  EXPECT_THAT(tools, ElementsAre("echo", "big", "pid", "capable"));
}

CORO_TEST_F(ServerDiscovererTest, ListsAProcessThatBearsNoRefusalAsForClientsThatCanDoNothing) {
  const auto tools = co_await tools_of("asks-lists touchy conditional");
  EXPECT_THAT(tools, ElementsAre("echo", "big", "pid"));
}

CORO_TEST_F(ServerDiscovererTest, ListsAProcessThatRefusesCapabilitiesAsForClientsThatCanDoNothing) {
  const auto tools = co_await tools_of("picky conditional");
  EXPECT_THAT(tools, ElementsAre("echo", "big", "pid"));
}

CORO_TEST_F(ServerDiscovererTest, ListsAProcessOnceMoreThatSaysMeanwhileThatItsToolsChanged) {
  const auto tools = co_await tools_of("late-tools");
  EXPECT_THAT(tools, ElementsAre("echo", "grown", "pid"));
}

CORO_TEST_F(ServerDiscovererTest, CallsNeverUseAProcessOfOtherCapabilitiesThanTheirClients) {
  const auto server = stdio_server({"conditional"});
  auto found = co_await discoverer_->discover(server.spec, attempt_);
  EXPECT_THAT(names_of(found), ElementsAre("echo", "big", "pid", "capable"));
  const std::string plain = co_await call(server, "capable", "{}");
  EXPECT_EQ("error: Unknown tool", plain);
  context_of_call_.client_capabilities = mcp::ClientCapabilities::read(R"({"sampling":{}})", mcp::kNewestLegacy);
  sink_.answer = mcp::Response::result("{}", mcp::ResultForm::kLegacy);
  const std::string capable = co_await call(server, "capable", "{}");
  EXPECT_EQ("as you can", capable);
}

CORO_TEST_F(ServerDiscovererTest, AddsWhatMoreCapableClientsHaveToTheListsOfTheSharedProcess) {
  auto server = stdio_server({"conditional"});
  server.spec.session_mode = catalog::SessionMode::kStateful;
  const std::string pid = co_await call(server, "pid", "{}");
  const std::string grown = co_await call(server, "grow", "{}");
  EXPECT_EQ("grown", grown);
  for (int times = 0; times < 2; ++times) {
    auto found = co_await discoverer_->discover(server.spec, attempt_);
    EXPECT_THAT(names_of(found), ElementsAre("echo", "grown", "pid", "capable"));
  }
  for (int i = 0; i < 300 && testing::children_of_this_process().living.size() > 1; ++i)
    co_await pass_time(Millis(10));
  EXPECT_EQ(1u, testing::children_of_this_process().living.size());
  const std::string still = co_await call(server, "pid", "{}");
  EXPECT_EQ(pid, still);
  const std::string plain = co_await call(server, "capable", "{}");
  EXPECT_EQ("error: Unknown tool", plain);
}

CORO_TEST_F(ServerDiscovererTest, ASharedModernProcessListsForTheMostCapableClient) {
  auto server = stdio_server({"modern", "conditional"});
  server.revision = "2026-07-28";
  server.spec.session_mode = catalog::SessionMode::kStateful;
  const std::string grown = co_await call(server, "grow", "{}");
  EXPECT_EQ("grown", grown);
  auto found = co_await discoverer_->discover(server.spec, attempt_);
  EXPECT_THAT(names_of(found), ElementsAre("echo", "grown", "pid", "capable"));
  EXPECT_EQ(1u, testing::children_of_this_process().living.size());
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
