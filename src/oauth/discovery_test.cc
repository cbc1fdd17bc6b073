#include "oauth/discovery.h"

#include <optional>
#include <string>

#include "base/testing/coro_test.h"
#include "oauth/limits.h"
#include "oauth/testing/scripted_fetcher.h"
#include "telemetry/testing/recording_log.h"

namespace jungle::oauth {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kPathResource = "GET https://mcp.example/.well-known/oauth-protected-resource/mcp";
constexpr const char* kRootResource = "GET https://mcp.example/.well-known/oauth-protected-resource";
constexpr const char* kServerMetadata = "GET https://as.example/.well-known/oauth-authorization-server";
constexpr const char* kOriginMetadata = "GET https://mcp.example/.well-known/oauth-authorization-server";
constexpr const char* kResourceDocument =
    R"({"resource":"https://mcp.example/mcp","authorization_servers":["https://as.example"],"scopes_supported":["s"]})";

std::string server_document(const std::string& issuer, const std::string& more = "") {
  return R"({"issuer":")" + issuer + R"(","authorization_endpoint":")" + issuer + R"(/authorize","token_endpoint":")" +
         issuer + R"(/token","registration_endpoint":")" + issuer + "/register\"" + more + "}";
}

class DiscoveryTest : public jungle::testing::CoroTest {
 protected:
  using Found = Result<std::optional<Discovered>>;

  void publish_all() {
    fetcher_.answer_json(kPathResource, kResourceDocument);
    fetcher_.answer_json(kServerMetadata, server_document("https://as.example"));
  }

  static DiscoveryQuestion question(const std::string& server = "https://mcp.example/mcp") {
    return {.server = http::Url::parse(server).value(), .challenge = {}, .issuer = {}};
  }
  static DiscoveryQuestion challenged(const std::string& resource_metadata) {
    DiscoveryQuestion asked = question();
    asked.challenge.emplace();
    asked.challenge->resource_metadata = resource_metadata;
    return asked;
  }

  Task<void> keep(DiscoveryQuestion question, std::optional<Found>& found) {
    auto got = co_await discovery_.discover(std::move(question));
    found.emplace(std::move(got));
  }
  Found discover(DiscoveryQuestion asked = question()) {
    std::optional<Found> found;
    run(keep(std::move(asked), found));
    return std::move(*found);
  }
  std::string error_of(DiscoveryQuestion asked = question()) {
    const Found found = discover(std::move(asked));
    return found.has_value() ? "no error" : found.error().message;
  }

  testing::ScriptedFetcher fetcher_{context_.get_executor()};
  telemetry::testing::RecordingLog log_;
  Discovery discovery_{fetcher_, time_, log_,
                       ProviderProfiles::parse(R"({"profiles":[{"hosts":["odd.example"],"endpoint_prefix":"/v1",)"
                                               R"("issuers":["https://real.example"],"assume_s256":true}]})")
                           .value()};
};

TEST_F(DiscoveryTest, FollowsTheTrailByWellKnownUrls) {
  publish_all();
  const Found found = discover();
  ASSERT_TRUE(found.has_value() && *found);
  EXPECT_EQ("https://as.example", (*found)->server.issuer.str());
  EXPECT_EQ("https://as.example/token", (*found)->server.token_endpoint);
  EXPECT_EQ("https://mcp.example/mcp", (*found)->resource);
  EXPECT_EQ(Lines{"s"}, (*found)->scopes_supported);
  EXPECT_EQ((Lines{kPathResource, kServerMetadata}), fetcher_.asked());
  EXPECT_EQ("application/json", testing::header_of(fetcher_.requests()[0], "Accept"));
  EXPECT_EQ("2026-07-28", testing::header_of(fetcher_.requests()[0], "MCP-Protocol-Version"));
  EXPECT_EQ("https://mcp.example/mcp", fetcher_.requests()[1].server_url);
}

TEST_F(DiscoveryTest, AsksWhereTheChallengeSaysFirst) {
  publish_all();
  fetcher_.answer_json("GET https://mcp.example/custom", kResourceDocument);
  EXPECT_TRUE(*discover(challenged("https://mcp.example/custom")));
  EXPECT_EQ((Lines{"GET https://mcp.example/custom", kServerMetadata}), fetcher_.asked());
}

TEST_F(DiscoveryTest, AsksTheWellKnownUrlsIfThereIsNothingWhereTheChallengeSays) {
  fetcher_.answer_json(kRootResource,
                       R"({"resource":"https://mcp.example","authorization_servers":["https://as.example"]})");
  fetcher_.answer_json(kServerMetadata, server_document("https://as.example"));
  const Found found = discover(challenged("https://elsewhere.example/prm"));
  ASSERT_TRUE(found.has_value() && *found);
  EXPECT_EQ("https://mcp.example", (*found)->resource) << "byte for byte";
  EXPECT_EQ((Lines{"GET https://elsewhere.example/prm", kPathResource, kRootResource, kServerMetadata}),
            fetcher_.asked());
}

TEST_F(DiscoveryTest, AsksEachWellKnownUrlOnce) {
  publish_all();
  fetcher_.answer(kPathResource, FetchAnswer{.status = 404});
  EXPECT_FALSE(*discover(challenged("https://mcp.example/.well-known/oauth-protected-resource/mcp")));
  EXPECT_EQ(1u, fetcher_.count(kPathResource));
}

TEST_F(DiscoveryTest, TriesEveryFormOfAuthorizationServerMetadata) {
  fetcher_.answer_json(kPathResource,
                       R"({"resource":"https://mcp.example/mcp","authorization_servers":["https://as.example/t1"]})");
  fetcher_.answer_json("GET https://as.example/t1/.well-known/openid-configuration",
                       server_document("https://as.example/t1"));
  EXPECT_TRUE(*discover());
  EXPECT_EQ((Lines{kPathResource, "GET https://as.example/.well-known/oauth-authorization-server/t1",
                   "GET https://as.example/.well-known/openid-configuration/t1",
                   "GET https://as.example/t1/.well-known/openid-configuration"}),
            fetcher_.asked());
}

TEST_F(DiscoveryTest, AFormThatNamesAnotherIssuerDoesNotHideTheRightOne) {
  fetcher_.answer_json(kPathResource,
                       R"({"resource":"https://mcp.example/mcp","authorization_servers":["https://as.example/t1"]})");
  fetcher_.answer_json("GET https://as.example/.well-known/oauth-authorization-server/t1",
                       server_document("https://as.example"));
  fetcher_.answer_json("GET https://as.example/t1/.well-known/openid-configuration",
                       server_document("https://as.example/t1"));
  EXPECT_EQ("https://as.example/t1", (*discover())->server.issuer.str());
}

TEST_F(DiscoveryTest, TriesTheNextAuthorizationServer) {
  fetcher_.answer_json(
      kPathResource,
      R"({"resource":"https://mcp.example/mcp","authorization_servers":["https://gone.example","https://as.example"]})");
  fetcher_.answer_json(kServerMetadata, server_document("https://as.example"));
  EXPECT_EQ("https://as.example", (*discover())->server.issuer.str());
}

TEST_F(DiscoveryTest, TakesTheIssuerOfTheSettingsOnly) {
  fetcher_.answer_json(
      kPathResource,
      R"({"resource":"https://mcp.example/mcp","authorization_servers":["https://evil.example","https://as.example"]})");
  fetcher_.answer_json(kServerMetadata, server_document("https://as.example"));
  fetcher_.answer_json("GET https://evil.example/.well-known/oauth-authorization-server",
                       server_document("https://evil.example"));
  DiscoveryQuestion asked = question();
  asked.issuer = "https://as.example";
  EXPECT_EQ("https://as.example", (*discover(asked))->server.issuer.str());
  asked.issuer = "https://as.example/";
  EXPECT_EQ(
      "the server names the authorization server 'https://evil.example', not the one of its settings, "
      "'https://as.example/': check oauth_issuer, or register the server anew if it has moved",
      error_of(asked));
}

TEST_F(DiscoveryTest, FallsBackToTheOriginOfTheServer) {
  fetcher_.answer_json(kOriginMetadata, server_document("https://mcp.example/"));
  const Found found = discover();
  ASSERT_TRUE(found.has_value() && *found);
  EXPECT_EQ("https://mcp.example/", (*found)->server.issuer.str());
  EXPECT_EQ("https://mcp.example/mcp", (*found)->resource);
  EXPECT_EQ((Lines{kPathResource, kRootResource, kOriginMetadata}), fetcher_.asked());
}

TEST_F(DiscoveryTest, FallsBackToDefaultEndpointsAfterABearerChallenge) {
  fetcher_.answer("GET https://mcp.example/authorize", FetchAnswer{.status = 400});
  const Found found = discover(challenged(""));
  ASSERT_TRUE(found.has_value() && *found);
  const AuthorizationServer& server = (*found)->server;
  EXPECT_EQ("https://mcp.example", server.issuer.str());
  EXPECT_EQ("https://mcp.example/authorize", server.authorization_endpoint);
  EXPECT_EQ("https://mcp.example/token", server.token_endpoint);
  EXPECT_EQ("https://mcp.example/register", server.registration_endpoint);
  EXPECT_EQ(Lines{"S256"}, server.code_challenge_methods);
}

// mcpjungle/MCPJungle#289.
TEST_F(DiscoveryTest, AServerThatOnlyWantsAnotherTokenAdvertisesNothing) {
  EXPECT_FALSE(*discover());
  EXPECT_EQ(0u, fetcher_.count("GET https://mcp.example/authorize"));
  EXPECT_FALSE(*discover(challenged("")));
  EXPECT_EQ(1u, fetcher_.count("GET https://mcp.example/authorize"));
  for (const int status : {401, 403, 405, 410}) {
    fetcher_.answer("GET https://mcp.example/authorize", FetchAnswer{.status = status});
    EXPECT_FALSE(*discover(challenged(""))) << status;
  }
  for (const FetchRequest& request : fetcher_.requests())
    EXPECT_EQ("GET", request.method) << request.url.str();
}

TEST_F(DiscoveryTest, APageForEveryPathIsNoMetadata) {
  for (const char* request : {kPathResource, kRootResource, kOriginMetadata})
    fetcher_.answer(request, FetchAnswer{.status = 200, .content_type = "text/html", .body = "<!doctype html>"});
  EXPECT_FALSE(*discover());
}

TEST_F(DiscoveryTest, StopsAtMetadataAboutAnotherResource) {
  publish_all();
  fetcher_.answer_json(kPathResource,
                       R"({"resource":"https://evil.example.com/mcp","authorization_servers":["https://as.example"]})");
  EXPECT_NE(std::string::npos, error_of().find("is about another resource"));
  EXPECT_EQ(Lines{kPathResource}, fetcher_.asked());
}

TEST_F(DiscoveryTest, StopsAtMetadataOfAnotherIssuer) {
  publish_all();
  fetcher_.answer_json(kServerMetadata, server_document("https://evil.example"));
  EXPECT_EQ(
      "https://as.example/.well-known/oauth-authorization-server: the authorization server metadata names the issuer "
      "'https://evil.example', not 'https://as.example' (RFC 8414 §3.3)",
      error_of());
}

TEST_F(DiscoveryTest, AnOlderWayDoesNotMakeUpForMissingMetadata) {
  publish_all();
  fetcher_.answer(kServerMetadata, FetchAnswer{.status = 404});
  fetcher_.answer_json(kOriginMetadata, server_document("https://mcp.example"));
  EXPECT_EQ("the authorization server 'https://as.example' publishes no metadata (RFC 8414)", error_of());
  EXPECT_EQ(0u, fetcher_.count(kOriginMetadata));
}

TEST_F(DiscoveryTest, RefusesAChallengeThatLeadsAstray) {
  for (const std::string url :
       {"http://169.254.169.254/latest/meta-data/", "javascript:alert(1)", "http://localhost:8080/",
        "https://user:pw@mcp.example/x", "https://mcp.example/x#y", "file:///etc/passwd"}) {
    const Found found = discover(challenged(url));
    ASSERT_FALSE(found.has_value()) << url;
    EXPECT_EQ(ErrorCode::kPermissionDenied, found.error().code);
  }
  EXPECT_TRUE(fetcher_.requests().empty());
}

TEST_F(DiscoveryTest, AChallengeMayNameTheServersOwnOriginWhateverItsScheme) {
  DiscoveryQuestion asked = question("http://mcp.internal/mcp");
  asked.challenge.emplace();
  asked.challenge->resource_metadata = "http://mcp.internal/prm";
  fetcher_.answer_json("GET http://mcp.internal/prm",
                       R"({"resource":"http://mcp.internal/mcp","authorization_servers":["https://as.example"]})");
  fetcher_.answer_json(kServerMetadata, server_document("https://as.example"));
  EXPECT_TRUE(*discover(asked));
}

TEST_F(DiscoveryTest, FollowsRedirectsWithinTheOriginOnly) {
  publish_all();
  fetcher_.answer(kPathResource, FetchAnswer{.status = 307, .location = "/moved"});
  fetcher_.answer_json("GET https://mcp.example/moved", kResourceDocument);
  EXPECT_TRUE(*discover());
  fetcher_.answer(kServerMetadata, FetchAnswer{.status = 302, .location = "http://169.254.169.254/"});
  EXPECT_EQ(
      "https://as.example/.well-known/oauth-authorization-server redirects to another origin, which is not followed",
      error_of());
  EXPECT_EQ(0u, fetcher_.count("GET http://169.254.169.254/"));
}

TEST_F(DiscoveryTest, DoesNotRunInCircles) {
  publish_all();
  fetcher_.answer(kServerMetadata, FetchAnswer{.status = 302, .location = "/.well-known/oauth-authorization-server"});
  EXPECT_EQ("https://as.example/.well-known/oauth-authorization-server redirects too often", error_of());
  EXPECT_EQ(static_cast<std::size_t>(kRedirectsMax) + 1, fetcher_.count(kServerMetadata));
}

TEST_F(DiscoveryTest, AServerInTroubleIsNoServerWithoutMetadata) {
  fetcher_.answer(kPathResource, FetchAnswer{.status = 503});
  const Found found = discover();
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(ErrorCode::kUnavailable, found.error().code);
  EXPECT_EQ(Lines{kPathResource}, fetcher_.asked());
}

TEST_F(DiscoveryTest, TakesSoLongAtMost) {
  publish_all();
  fetcher_.hold();
  std::optional<Found> found;
  asio::co_spawn(context_, keep(question(), found), [](std::exception_ptr) {});
  time_.run_ready();
  time_.advance(kDiscoveryTime - Seconds(1));
  EXPECT_FALSE(found.has_value());
  time_.advance(Seconds(1));
  ASSERT_TRUE(found.has_value());
  ASSERT_FALSE(found->has_value());
  EXPECT_EQ(ErrorCode::kDeadlineExceeded, found->error().code);
  EXPECT_EQ("finding the authorization server took longer than 30 seconds", found->error().message);
}

TEST_F(DiscoveryTest, KeepsDocumentsForTheirLifetime) {
  publish_all();
  FetchAnswer answer{.status = 200, .content_type = "application/json", .body = kResourceDocument};
  answer.cache_control = "max-age=60";
  fetcher_.answer(kPathResource, answer);
  EXPECT_TRUE(*discover());
  EXPECT_TRUE(*discover());
  EXPECT_EQ(1u, fetcher_.count(kPathResource));
  EXPECT_EQ(2u, fetcher_.count(kServerMetadata)) << "it has no lifetime";
  DiscoveryQuestion anew = question();
  anew.freshness = Freshness::kFetchAnew;
  EXPECT_TRUE(*discover(anew));
  EXPECT_EQ(2u, fetcher_.count(kPathResource));
  time_.advance(Seconds(60));
  EXPECT_TRUE(*discover());
  EXPECT_EQ(3u, fetcher_.count(kPathResource));
}

TEST_F(DiscoveryTest, KnowsTheHabitsOfProviders) {
  fetcher_.answer_json(kPathResource,
                       R"({"resource":"https://mcp.example/mcp","authorization_servers":["https://odd.example"]})");
  fetcher_.answer_json("GET https://odd.example/.well-known/oauth-authorization-server",
                       server_document("https://real.example"));
  const Found found = discover();
  ASSERT_TRUE(found.has_value() && *found);
  EXPECT_EQ("https://real.example", (*found)->server.issuer.str());
  EXPECT_EQ("https://real.example/v1/token", (*found)->server.token_endpoint);
  EXPECT_EQ(Lines{"S256"}, (*found)->server.code_challenge_methods);
}

TEST(CanonicalResourceTest, IsTheUrlWithoutWhatDoesNotMatter) {
  EXPECT_EQ("https://mcp.example/A", canonical_resource(http::Url::parse("HTTPS://MCP.example:443/A/?q=1").value()));
  EXPECT_EQ("http://localhost:9000", canonical_resource(http::Url::parse("http://localhost:9000/").value()));
}

}  // namespace
}  // namespace jungle::oauth
