#include "store/config_secrets.h"

#include <map>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "base/random.h"

namespace jungle::store {
namespace {

namespace json = boost::json;

std::map<std::string, std::string> secrets_in(const std::string& text) {
  json::value config = json::parse(text);
  std::map<std::string, std::string> found;
  EXPECT_TRUE(visit_secrets(config.get_object(), [&](std::string_view field, json::string& value) -> Result<void> {
                found[std::string(field)] = std::string(value);
                return {};
              }).has_value());
  return found;
}

using Found = std::map<std::string, std::string>;

TEST(ConfigSecretsTest, FindsWhatIsSecret) {
  EXPECT_EQ((Found{{"bearer_token", "b"},
                   {"headers.A", "1"},
                   {"headers.B", "2"},
                   {"oauth_client_secret", "c"},
                   {"oauth_client_private_key", "k"}}),
            secrets_in(R"({"url":"http://x/mcp","bearer_token":"b","headers":{"A":"1","B":"2"},"oauth_client_id":"i",)"
                       R"("oauth_client_secret":"c","oauth_client_private_key":"k"})"));
  EXPECT_EQ((Found{{"env.TOKEN", "t"}}),
            secrets_in(R"({"command":"npx","args":["-y"],"env":{"TOKEN":"t"},"cwd":"/x"})"));
}

TEST(ConfigSecretsTest, AUrlIsSecretIfItHasAQuery) {
  EXPECT_EQ((Found{{"url", "https://x/mcp?api_key=k"}}), secrets_in(R"({"url":"https://x/mcp?api_key=k"})"));
  EXPECT_EQ((Found{}), secrets_in(R"({"url":"https://x/mcp"})"));
}

TEST(ConfigSecretsTest, PassesOverWhatIsMalformed) {
  EXPECT_EQ((Found{{"env.A", "a"}}),
            secrets_in(R"({"bearer_token":1,"headers":["x"],"env":{"A":"a","B":2},"oauth_client_secret":null})"));
  EXPECT_EQ((Found{}), secrets_in("{}"));
}

TEST(ConfigSecretsTest, StopsAtTheFirstFailure) {
  json::value config = json::parse(R"({"headers":{"A":"1","B":"2"},"env":{"C":"3"}})");
  int visited = 0;
  const auto result = visit_secrets(config.get_object(), [&](std::string_view, json::string&) -> Result<void> {
    ++visited;
    return Error{ErrorCode::kInternal, "no", {}};
  });
  EXPECT_FALSE(result.has_value());
  EXPECT_EQ(1, visited);
}

TEST(ConfigSecretsTest, SealsForOneServerAndKeepsTheRest) {
  SystemRandom random;
  const Sealer sealer(std::make_shared<const crypto::KeyRing>(std::vector{crypto::make_master_key(random)}), random);
  const std::string text =
      R"({"url":"https://x/mcp?key=k","headers":{"A":"1"},"later":{"number":18446744073709551615}})";
  json::value config = json::parse(text);
  seal_config(config.get_object(), sealer, "up");
  const std::string sealed = json::serialize(config);
  EXPECT_EQ(std::string::npos, sealed.find("key=k"));
  EXPECT_NE(std::string::npos, sealed.find(R"("later":{"number":18446744073709551615})"));

  json::value moved = config;
  const auto refused = open_config(moved.get_object(), sealer, "down");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ("url of 'down' in table mcp_servers cannot be opened: it was changed, or moved here from another place",
            refused.error().message);

  ASSERT_TRUE(open_config(config.get_object(), sealer, "up").has_value());
  EXPECT_EQ(text, json::serialize(config));
}

TEST(ConfigSecretsTest, HeadersCannotChangePlaces) {
  SystemRandom random;
  const Sealer sealer(std::make_shared<const crypto::KeyRing>(std::vector{crypto::make_master_key(random)}), random);
  json::value config = json::parse(R"({"headers":{"A":"1","B":"2"}})");
  seal_config(config.get_object(), sealer, "up");
  json::object& headers = config.at("headers").get_object();
  std::swap(headers.at("A"), headers.at("B"));
  EXPECT_FALSE(open_config(config.get_object(), sealer, "up").has_value());
}

}  // namespace
}  // namespace jungle::store
