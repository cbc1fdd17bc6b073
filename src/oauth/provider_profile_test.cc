#include "oauth/provider_profile.h"

#include <gtest/gtest.h>

namespace jungle::oauth {
namespace {

ProviderProfiles parsed(const std::string& profiles) {
  return ProviderProfiles::parse("{\"profiles\":[" + profiles + "]}").value();
}

TEST(ProviderProfilesTest, TheBuiltInOnesAreGood) { EXPECT_GT(ProviderProfiles::built_in().size(), 0u); }

TEST(ProviderProfilesTest, ReadsEveryMember) {
  const auto profiles =
      parsed(R"({"hosts":["as.example"],"issuers":["https://other.example"],"client_name":"n","scopes":["a"],)"
             R"("endpoint_prefix":"/v1","token_endpoint_auth_method":"client_secret_post","assume_s256":true,)"
             R"("registration_hint":"h"})");
  EXPECT_EQ((ProviderProfile{{"as.example"},
                             {"https://other.example"},
                             "n",
                             {"a"},
                             "/v1",
                             ClientAuthMethod::kClientSecretPost,
                             true,
                             "h"}),
            profiles.of("as.example", "mcp.example"));
}

TEST(ProviderProfilesTest, TheIssuerCountsBeforeTheServer) {
  const auto profiles = parsed(R"({"hosts":["mcp.example"],"client_name":"server"},{"hosts":["as.example"],)"
                               R"("client_name":"issuer"},{"hosts":["*.wild.example"],"client_name":"wild"})");
  EXPECT_EQ("issuer", profiles.of("as.example", "mcp.example").client_name);
  EXPECT_EQ("server", profiles.of("other.example", "mcp.example").client_name);
  EXPECT_EQ("wild", profiles.of("a.b.wild.example", "").client_name);
  EXPECT_EQ("", profiles.of("wild.example", "").client_name);
  EXPECT_EQ("", profiles.of("xwild.example", "").client_name);
  EXPECT_EQ(ProviderProfile(), profiles.of("", "other.example"));
}

// A server must not vouch for what another host says.
TEST(ProviderProfilesTest, AProfileOfTheServerChangesNothingAboutItsIssuer) {
  const auto profiles = parsed(R"({"hosts":["mcp.example"],"issuers":["https://good.example"],"endpoint_prefix":"/v1",)"
                               R"("assume_s256":true,"scopes":["a"]})");
  ProviderProfile expected;
  expected.hosts = {"mcp.example"};
  expected.scopes = {"a"};
  EXPECT_EQ(expected, profiles.of("evil.example", "mcp.example"));
}

TEST(ProviderProfilesTest, AnOperatorsComeFirst) {
  const auto ours =
      parsed(R"({"hosts":["as.example"],"client_name":"ours"},{"hosts":["b.example"],"client_name":"b"})");
  const auto both = ours.behind(parsed(R"({"hosts":["as.example"],"client_name":"theirs"})"));
  EXPECT_EQ("theirs", both.of("as.example", "").client_name);
  EXPECT_EQ("b", both.of("b.example", "").client_name);
}

TEST(ProviderProfilesTest, NamesWhatIsWrong) {
  const auto error = [](const std::string& text) {
    const auto result = ProviderProfiles::parse(text);
    return result.has_value() ? "no error" : result.error().message;
  };
  EXPECT_EQ("provider profiles must be JSON of the form {\"profiles\": [...]}", error("[]"));
  EXPECT_EQ("provider profiles must be JSON of the form {\"profiles\": [...]}", error("{\"profiles\":[}"));
  EXPECT_EQ("provider profile 1 must be an object", error(R"({"profiles":[1]})"));
  EXPECT_EQ("provider profile 2 names no hosts", error(R"({"profiles":[{"hosts":["a"]},{}]})"));
  EXPECT_EQ("provider profile 1, member 'host' is not known", error(R"({"profiles":[{"host":"a"}]})"));
  EXPECT_EQ("provider profile 1, member 'scopes' must be a list of strings", error(R"({"profiles":[{"scopes":"a"}]})"));
  EXPECT_EQ("provider profile 1, member 'client_name' must be a string", error(R"({"profiles":[{"client_name":1}]})"));
  EXPECT_EQ("provider profile 1, member 'assume_s256' must be true or false",
            error(R"({"profiles":[{"assume_s256":"yes"}]})"));
  for (const std::string prefix : {"v1", "/", "/v1/", "/v 1", ""})
    EXPECT_EQ("provider profile 1, member 'endpoint_prefix' must be a path like /v1",
              error(R"({"profiles":[{"endpoint_prefix":")" + prefix + "\"}]}"));
}

TEST(PrefixedEndpointTest, PutsThePrefixWhereItIsMissing) {
  ProviderProfile profile;
  EXPECT_EQ("https://as/token", prefixed_endpoint(profile, "https://as/token"));
  profile.endpoint_prefix = "/v1";
  EXPECT_EQ("https://as:8443/v1/token?a=b", prefixed_endpoint(profile, "https://as:8443/token?a=b"));
  EXPECT_EQ("https://as/v1/token", prefixed_endpoint(profile, "https://as/v1/token"));
  EXPECT_EQ("https://as/v1/v10/token", prefixed_endpoint(profile, "https://as/v10/token"));
  EXPECT_EQ("", prefixed_endpoint(profile, ""));
}

}  // namespace
}  // namespace jungle::oauth
