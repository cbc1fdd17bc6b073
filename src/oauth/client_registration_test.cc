#include "oauth/client_registration.h"

#include <optional>
#include <string>

#include "base/testing/coro_test.h"
#include "oauth/testing/memory_repository.h"
#include "oauth/testing/scripted_fetcher.h"

namespace jungle::oauth {
namespace {

constexpr const char* kRegister = "POST https://as.example/register";
constexpr const char* kRedirectUri = "http://127.0.0.1:9999/oauth/callback";

class ClientRegistrationTest : public jungle::testing::CoroTest {
 protected:
  ClientRegistrationTest() {
    spec_.name = catalog::ServerName("todoist");
    spec_.url = "https://mcp.example/mcp";
    found_.server.issuer = Issuer("https://as.example");
    found_.server.registration_endpoint = "https://as.example/register";
    fetcher_.answer_json(kRegister, R"({"client_id":"dynamic"})", 201);
  }

  Task<void> keep(std::optional<Result<ClientIdentity>>& identity) {
    ClientRegistration registration(fetcher_, time_, repository_, options_);
    const ClientWish wish{spec_, found_, redirect_uri_, scopes_};
    auto got = co_await registration.identify(wish);
    identity.emplace(std::move(got));
  }
  Result<ClientIdentity> identify() {
    std::optional<Result<ClientIdentity>> identity;
    run(keep(identity));
    return std::move(*identity);
  }
  std::string error_of() {
    const auto identity = identify();
    return identity.has_value() ? "no error" : identity.error().message;
  }
  void known_methods(std::vector<ClientAuthMethod> methods) {
    found_.server.token_endpoint_auth_methods = std::move(methods);
  }

  testing::ScriptedFetcher fetcher_{context_.get_executor()};
  testing::MemoryRepository repository_;
  catalog::ServerSpec spec_;
  Discovered found_;
  std::string redirect_uri_ = kRedirectUri;
  std::vector<std::string> scopes_;
  ClientOptions options_;
};

TEST_F(ClientRegistrationTest, TheClientOfTheSettingsComesFirst) {
  options_.metadata_url = "https://gateway.example/client.json";
  found_.server.takes_metadata_documents = true;
  spec_.oauth_client_id = "given";
  const ClientIdentity expected{"given", ClientAuthMethod::kNone, {}, {}};
  EXPECT_EQ(expected, *identify());
  EXPECT_TRUE(fetcher_.requests().empty());
}

TEST_F(ClientRegistrationTest, ASecretIsShownInTheWayTheServerTakes) {
  spec_.oauth_client_id = "given";
  spec_.oauth_client_secret = Secret("s");
  EXPECT_EQ(ClientAuthMethod::kClientSecretBasic, identify()->method) << "RFC 8414 §2: the default";
  known_methods({ClientAuthMethod::kClientSecretPost, ClientAuthMethod::kClientSecretBasic});
  EXPECT_EQ(ClientAuthMethod::kClientSecretBasic, identify()->method);
  known_methods({ClientAuthMethod::kClientSecretPost});
  EXPECT_EQ(ClientAuthMethod::kClientSecretPost, identify()->method);
  known_methods({ClientAuthMethod::kNone});
  EXPECT_EQ(ClientAuthMethod::kClientSecretPost, identify()->method);
  spec_.oauth_client_private_key = Secret("pem");
  EXPECT_EQ(ClientAuthMethod::kPrivateKeyJwt, identify()->method);
}

TEST_F(ClientRegistrationTest, RegistersDynamically) {
  scopes_ = {"mcp.read", "other"};
  const ClientIdentity expected{"dynamic", ClientAuthMethod::kNone, {}, {}};
  EXPECT_EQ(expected, *identify());
  ASSERT_EQ(1u, fetcher_.requests().size());
  EXPECT_EQ(R"({"application_type":"native","client_name":"mcpjungle-todoist","grant_types":["authorization_code",)"
            R"("refresh_token"],"redirect_uris":["http://127.0.0.1:9999/oauth/callback"],"response_types":["code"],)"
            R"("scope":"mcp.read other","token_endpoint_auth_method":"none"})",
            fetcher_.requests()[0].body);
  EXPECT_EQ("application/json", testing::header_of(fetcher_.requests()[0], "Content-Type"));
  EXPECT_EQ("https://mcp.example/mcp", fetcher_.requests()[0].server_url);
}

TEST_F(ClientRegistrationTest, AClientOnTheWebSaysSo) {
  redirect_uri_ = "https://gateway.example/oauth/callback";
  options_.client_name = "Our gateway";
  ASSERT_TRUE(identify().has_value());
  const std::string& body = fetcher_.requests()[0].body;
  EXPECT_NE(std::string::npos, body.find(R"("application_type":"web")")) << body;
  EXPECT_NE(std::string::npos, body.find(R"("client_name":"Our gateway")")) << body;
  EXPECT_EQ(std::string::npos, body.find(R"("scope")")) << body;
}

TEST_F(ClientRegistrationTest, AProfileKnowsBetter) {
  options_.client_name = "Our gateway";
  found_.profile.client_name = "Known there";
  found_.profile.auth_method = ClientAuthMethod::kClientSecretPost;
  ASSERT_TRUE(identify().has_value());
  const std::string& body = fetcher_.requests()[0].body;
  EXPECT_NE(std::string::npos, body.find(R"("client_name":"Known there")")) << body;
  EXPECT_NE(std::string::npos, body.find(R"("token_endpoint_auth_method":"client_secret_post")")) << body;
}

TEST_F(ClientRegistrationTest, AsksForASecretWhereAPublicClientIsNotTaken) {
  known_methods({ClientAuthMethod::kClientSecretPost});
  ASSERT_TRUE(identify().has_value());
  EXPECT_NE(std::string::npos,
            fetcher_.requests()[0].body.find(R"("token_endpoint_auth_method":"client_secret_post")"));
}

struct Registered {
  const char* answer;
  ClientAuthMethod method;
  const char* secret;
};

TEST_F(ClientRegistrationTest, TakesWhatTheServerRegistered) {
  const std::vector<Registered> cases{
      {R"({"client_id":"c","client_secret":"s","token_endpoint_auth_method":"client_secret_basic"})",
       ClientAuthMethod::kClientSecretBasic, "s"},
      {R"({"client_id":"c","client_secret":"s","token_endpoint_auth_method":"client_secret_post"})",
       ClientAuthMethod::kClientSecretPost, "s"},
      {R"({"client_id":"c","token_endpoint_auth_method":"client_secret_post"})", ClientAuthMethod::kNone, ""},
      {R"({"client_id":"c","client_secret":"s","token_endpoint_auth_method":"none"})",
       ClientAuthMethod::kClientSecretPost, "s"},
      {R"({"client_id":"c","client_secret":"s"})", ClientAuthMethod::kClientSecretPost, "s"},
      {R"({"client_id":"c","client_secret":"s","token_endpoint_auth_method":"tls_client_auth"})",
       ClientAuthMethod::kClientSecretPost, "s"},
  };
  int port = 1;
  for (const Registered& each : cases) {
    SCOPED_TRACE(each.answer);
    redirect_uri_ = "http://127.0.0.1:" + std::to_string(port++) + "/";
    fetcher_.answer_json(kRegister, each.answer);
    const auto identity = identify();
    ASSERT_TRUE(identity.has_value());
    const ClientIdentity expected{"c", each.method, Secret(each.secret), {}};
    EXPECT_EQ(expected, *identity);
  }
}

TEST_F(ClientRegistrationTest, UsesAClientAgain) {
  scopes_ = {"a", "b"};
  ASSERT_TRUE(identify().has_value());
  scopes_ = {"b"};
  EXPECT_EQ("dynamic", identify()->id);
  EXPECT_EQ(1u, fetcher_.requests().size());
  EXPECT_EQ(1u, repository_.client_count());
}

// Servers compare redirect URIs exactly, grant no scope that was not registered, and know their own clients only.
TEST_F(ClientRegistrationTest, RegistersAgainWhereTheEarlierClientDoesNotServe) {
  scopes_ = {"a"};
  ASSERT_TRUE(identify().has_value());
  redirect_uri_ = "http://127.0.0.1:1234/oauth/callback";
  ASSERT_TRUE(identify().has_value());
  EXPECT_EQ(2u, fetcher_.requests().size());
  scopes_ = {"a", "more"};
  ASSERT_TRUE(identify().has_value());
  EXPECT_EQ(3u, fetcher_.requests().size());
  found_.server.issuer = Issuer("https://as.example/other");
  fetcher_.answer_json(
      kRegister,
      R"({"client_id":"c","client_secret":"s","client_secret_expires_at":)" +
          std::to_string(std::chrono::duration_cast<Seconds>(time_.system_now().time_since_epoch()).count() + 60) +
          "}");
  ASSERT_TRUE(identify().has_value());
  ASSERT_TRUE(identify().has_value());
  EXPECT_EQ(4u, fetcher_.requests().size());
  time_.advance(Seconds(60));
  ASSERT_TRUE(identify().has_value());
  EXPECT_EQ(5u, fetcher_.requests().size()) << "its secret has expired";
}

TEST_F(ClientRegistrationTest, AMetadataDocumentComesBeforeDynamicRegistration) {
  options_.metadata_url = "https://gateway.example/client.json";
  EXPECT_EQ("dynamic", identify()->id) << "the server does not take one";
  found_.server.takes_metadata_documents = true;
  EXPECT_EQ("dynamic", identify()->id) << "there is an earlier registration";
  redirect_uri_ = "http://127.0.0.1:1/";
  const ClientIdentity expected{"https://gateway.example/client.json", ClientAuthMethod::kNone, {}, {}};
  EXPECT_EQ(expected, *identify());
  EXPECT_EQ(1u, fetcher_.requests().size());
}

TEST_F(ClientRegistrationTest, OurOwnMetadataDocumentServesTheCommandLine) {
  options_.metadata_url = "https://gateway.example/oauth/client-metadata.json";
  options_.metadata_is_ours = true;
  found_.server.takes_metadata_documents = true;
  EXPECT_EQ(options_.metadata_url, identify()->id);
  redirect_uri_ = "https://elsewhere.example/cb";
  EXPECT_EQ("dynamic", identify()->id);
}

TEST_F(ClientRegistrationTest, SaysHowToRegisterByHand) {
  const std::string by_hand =
      ": register an application there by hand with the redirect URI 'http://127.0.0.1:9999/oauth/callback', then "
      "retry "
      "with its oauth_client_id and oauth_client_secret in the MCP server configuration";
  found_.server.registration_endpoint.clear();
  EXPECT_EQ("the authorization server 'https://as.example' does not support dynamic client registration" + by_hand,
            error_of());
  EXPECT_EQ(ErrorCode::kInvalidArgument, identify().error().code);
  found_.server.registration_endpoint = "https://as.example/register";
  found_.profile.registration_hint = "See https://as.example/apps.";
  fetcher_.answer(kRegister, FetchAnswer{.status = 403, .body = "Forbidden"});
  EXPECT_EQ(
      "the authorization server 'https://as.example' does not support dynamic client registration for clients like "
      "this one (HTTP 403)" +
          by_hand + ". See https://as.example/apps.",
      error_of());
}

TEST_F(ClientRegistrationTest, SaysWhyTheServerRefused) {
  fetcher_.answer_json(kRegister, R"({"error":"invalid_redirect_uri","error_description":"nope"})", 400);
  auto identity = identify();
  ASSERT_FALSE(identity.has_value());
  EXPECT_EQ(ErrorCode::kUpstreamRejected, identity.error().code);
  EXPECT_EQ(0u, identity.error().message.find(
                    "failed to dynamically register OAuth client: OAuth error: invalid_redirect_uri - nope. If this"))
      << identity.error().message;
  fetcher_.answer(kRegister, FetchAnswer{.status = 401, .body = "unauthorized"});
  EXPECT_EQ(0u, error_of().find("failed to dynamically register OAuth client: registration request failed with status "
                                "401: unauthorized"));
  fetcher_.answer(kRegister, FetchAnswer{.status = 503});
  identity = identify();
  EXPECT_EQ(ErrorCode::kUnavailable, identity.error().code);
  EXPECT_EQ("failed to dynamically register OAuth client: registration request failed with status 503",
            identity.error().message);
  fetcher_.fail(kRegister, {ErrorCode::kUnavailable, "connection refused", {}});
  EXPECT_EQ("failed to dynamically register OAuth client: connection refused", error_of());
  EXPECT_EQ(0u, repository_.client_count());
}

TEST_F(ClientRegistrationTest, RefusesAnswersThatMakeNoSense) {
  for (const std::string body :
       {"", "[]", "{}", R"({"client_id":""})", R"({"client_id":7})", R"({"client_id":"c","client_secret":["s"]})"}) {
    fetcher_.answer_json(kRegister, body);
    EXPECT_EQ(0u, error_of().find("failed to dynamically register OAuth client: the answer ")) << body;
  }
}

TEST_F(ClientRegistrationTest, ClientCredentialsNeedAClient) {
  spec_.oauth_grant = GrantKind::kClientCredentials;
  EXPECT_EQ(0u, error_of().find("oauth_grant client_credentials needs an oauth_client_id"));
  EXPECT_TRUE(fetcher_.requests().empty());
}

}  // namespace
}  // namespace jungle::oauth
