#include "catalog/header_rules.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "catalog/testing/samples.h"

namespace jungle::catalog {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string why_not(Pairs forwarded) {
  ServerSpec spec = testing::http_spec("up");
  spec.forward_headers = std::move(forwarded);
  const auto ok = validate(spec);
  return ok ? "accepted" : ok.error().message;
}

TEST(HeaderRulesTest, ForwardsNamedFieldsAlsoUnderOtherNames) {
  EXPECT_EQ("accepted", why_not({}));
  EXPECT_EQ("accepted", why_not({{"X-Request-Id", "X-Request-Id"}, {"X-Wiki-Token", "Authorization"}}));
  EXPECT_EQ("accepted", why_not({{"X-A", "X-B"}, {"X-B", "X-A"}}));
}

TEST(HeaderRulesTest, NeverForwardsWhatIsBetweenClientAndGateway) {
  for (const char* name : {"Cookie", "cookie", "Set-Cookie", "Proxy-Authorization"}) {
    const std::string error = "invalid forward_headers '" + std::string(name) + "': it is never forwarded: ";
    EXPECT_EQ(error + "invalid user input", why_not({{name, "X-A"}}));
    EXPECT_EQ(error + "invalid user input", why_not({{"X-A", name}}));
  }
  const std::string error = why_not({{"authorization", "X-Token"}});
  EXPECT_TRUE(error.starts_with("invalid forward_headers 'authorization': it is for the gateway")) << error;
}

TEST(HeaderRulesTest, ForwardsNothingThatFramesAMessageOrIsTheGatewaysToSay) {
  for (const char* name :
       {"Host", "Connection", "TE", "Transfer-Encoding", "content-length", "Keep-Alive", "Upgrade"}) {
    const std::string error = "invalid forward_headers '" + std::string(name) + "': it belongs to the connection";
    EXPECT_TRUE(why_not({{name, "X-A"}}).starts_with(error)) << name;
    EXPECT_TRUE(why_not({{"X-A", name}}).starts_with(error)) << name;
  }
  for (const char* name : {"Mcp-Session-Id", "MCP-PROTOCOL-VERSION", "Content-Type", "Accept", "Last-Event-ID"}) {
    const std::string error = why_not({{"X-A", name}});
    EXPECT_TRUE(error.starts_with("invalid forward_headers '" + std::string(name) + "': ")) << error;
    EXPECT_NE(std::string::npos, error.find("set by the gateway")) << error;
    EXPECT_EQ(error, why_not({{name, "X-A"}}));
  }
  for (const char* name : {"", "a b", "a\r\nb"}) {
    EXPECT_NE("accepted", why_not({{name, "X-A"}})) << name;
    EXPECT_NE("accepted", why_not({{"X-A", name}})) << name;
  }
  EXPECT_NE("accepted", why_not({{std::string(kHeaderNameBytesMax + 1, 'x'), "X-A"}}));
}

TEST(HeaderRulesTest, ForwardsEachNameOnceAndUnderANameOfItsOwn) {
  EXPECT_EQ("invalid forward_headers 'x-a': it is given twice: invalid user input",
            why_not({{"X-A", "X-B"}, {"x-a", "X-C"}}));
  EXPECT_EQ("invalid forward_headers 'x-c': two fields are forwarded under this name: invalid user input",
            why_not({{"X-A", "X-C"}, {"X-B", "x-c"}}));
  Pairs many;
  for (std::size_t i = 0; i <= kForwardHeadersMax; ++i)
    many.emplace_back("X-" + std::to_string(i), "X-" + std::to_string(i));
  EXPECT_EQ("too many forward_headers: at most 32: invalid user input", why_not(many));
}

TEST(HeaderRulesTest, ForwardsOverHttpAndWithoutSharedSessionsOnly) {
  ServerSpec stdio = testing::stdio_spec("up");
  stdio.forward_headers = {{"X-A", "X-A"}};
  EXPECT_EQ("invalid forward_headers: they need the transport 'streamable_http' or 'sse': invalid user input",
            validate(stdio).error().message);
  ServerSpec shared = testing::http_spec("up");
  shared.forward_headers = {{"X-A", "X-A"}};
  shared.session_mode = SessionMode::kStateful;
  const std::string error = validate(shared).error().message;
  EXPECT_TRUE(error.starts_with("invalid forward_headers: a stateful session is shared")) << error;
}

}  // namespace
}  // namespace jungle::catalog
