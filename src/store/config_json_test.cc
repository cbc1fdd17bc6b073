#include "store/config_json.h"

#include <memory>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "base/random.h"
#include "store/config_secrets.h"

namespace jungle::store {
namespace {

using catalog::ServerSpec;
using catalog::Transport;

Sealer make_sealer() {
  static SystemRandom random;
  static const auto keys = std::make_shared<const crypto::KeyRing>(std::vector{crypto::make_master_key(random)});
  return Sealer(keys, random);
}

ServerSpec spec_of(Transport transport) {
  ServerSpec spec;
  spec.name = catalog::ServerName("up");
  spec.transport = transport;
  return spec;
}

// What is written, with its seals taken off.
std::string config_of(const ServerSpec& spec) {
  boost::json::value config = boost::json::parse(render_config(spec, make_sealer()));
  EXPECT_TRUE(open_config(config.get_object(), make_sealer(), spec.name.str()).has_value());
  return boost::json::serialize(config);
}

std::string why_not(Transport transport, const std::string& config) {
  ServerSpec spec = spec_of(transport);
  const auto ok = read_config(config, make_sealer(), spec);
  return ok ? "accepted" : ok.error().message;
}

TEST(ConfigJsonTest, WritesMcpJunglesObjects) {
  ServerSpec http = spec_of(Transport::kStreamableHttp);
  http.url = "http://x/mcp";
  EXPECT_EQ(R"({"url":"http://x/mcp"})", config_of(http));
  http.bearer_token = Secret("t");
  http.headers = {{"B", Secret("1")}, {"A", Secret("2")}};
  EXPECT_EQ(R"({"url":"http://x/mcp","bearer_token":"t","headers":{"B":"1","A":"2"}})", config_of(http));
  http.headers.clear();
  http.forward_headers = {{"X-B", "X-B"}, {"X-A", "X-C"}};
  EXPECT_EQ(R"({"url":"http://x/mcp","bearer_token":"t","forward_headers":{"X-B":"X-B","X-A":"X-C"}})",
            config_of(http));
  ServerSpec sse = spec_of(Transport::kSse);
  sse.url = "http://x/sse";
  sse.bearer_token = Secret("t");
  EXPECT_EQ(R"({"url":"http://x/sse","bearer_token":"t"})", config_of(sse));
  ServerSpec stdio = spec_of(Transport::kStdio);
  stdio.command = "npx";
  stdio.args = {"-y", "x"};
  stdio.env = {{"K", Secret("v")}};
  EXPECT_EQ(R"({"command":"npx","args":["-y","x"],"env":{"K":"v"}})", config_of(stdio));
}

TEST(ConfigJsonTest, ReadsWhatItWrites) {
  ServerSpec spec = spec_of(Transport::kStdio);
  spec.command = "c";
  spec.args = {"", "größe"};
  spec.cwd = "/x y";
  spec.warm = 0;
  spec.protocol = catalog::Protocol::kModern;
  spec.init_timeout_sec = 1;
  spec.call_timeout_sec = 2;
  spec.sync_interval_sec = 30;
  spec.oauth_scopes = {"a"};
  spec.oauth_client_secret = Secret("s");
  ServerSpec read = spec_of(Transport::kStdio);
  ASSERT_TRUE(read_config(render_config(spec, make_sealer()), make_sealer(), read).has_value());
  EXPECT_TRUE(spec == read);
}

TEST(ConfigJsonTest, TakesNullForAbsentAndIgnoresWhatItDoesNotKnow) {
  EXPECT_EQ("accepted", why_not(Transport::kStdio, R"({"command":"c","args":null,"env":null,"later":{"x":1}})"));
  EXPECT_EQ("accepted", why_not(Transport::kSse, "{}"));
}

TEST(ConfigJsonTest, SaysWhichMemberIsBrokenAndNotItsValue) {
  EXPECT_EQ("its config is not a JSON object", why_not(Transport::kSse, ""));
  EXPECT_EQ("its config is not a JSON object", why_not(Transport::kSse, "[]"));
  EXPECT_EQ("the config member 'url' is not a string", why_not(Transport::kSse, R"({"url":1})"));
  EXPECT_EQ("the config member 'headers' is not an object of strings",
            why_not(Transport::kStreamableHttp, R"({"headers":{"Authorization":["hunter2"]}})"));
  EXPECT_EQ("the config member 'args' is not a list of strings", why_not(Transport::kStdio, R"({"args":"x"})"));
  EXPECT_EQ("the config member 'warm' is not a number that fits", why_not(Transport::kStdio, R"({"warm":1.5})"));
  EXPECT_EQ("the config member 'warm' is not a number that fits", why_not(Transport::kStdio, R"({"warm":9999999999})"));
  EXPECT_EQ("the config member 'protocol' is not auto, legacy or modern",
            why_not(Transport::kStdio, R"({"protocol":"x"})"));
}

}  // namespace
}  // namespace jungle::store
