// `register` and `authorize` with a scripted gateway and a scripted person.
#include "cli/oauth/authorization_flow.h"

#include <sstream>

#include <gtest/gtest.h>

#include "base/percent_encoding.h"
#include "base/testing/fake_time.h"
#include "cli/command_line.h"
#include "cli/testing/fake_approval.h"
#include "cli/testing/fake_exchange.h"

namespace jungle::cli {
namespace {

using testing::FakePerson;

constexpr const char* kRegister = "POST /api/v0/servers";
constexpr const char* kAuthorize = "POST /api/v0/servers/up/authorize";
constexpr const char* kComplete = "POST /api/v0/upstream_oauth/sessions/5e55/complete";
constexpr const char* kWanted =
    R"({"error":"upstream server requires OAuth authorization","code":"upstream_oauth_required"})";
constexpr const char* kDone =
    R"({"server":{"name":"up","transport":"streamable_http","enabled":true,"description":"","url":"http://u/mcp",)"
    R"("command":"","args":null,"env":null,"session_mode":"stateless"}})";

std::string required(const std::string& url) {
  return R"({"authorization_required":{"session_id":"5e55","authorization_url":")" + url +
         R"(","expires_at":"2026-11-23T00:59:58Z"}})";
}

std::string url_for(const std::string& redirect_uri) {
  return "https://as/authorize?client_id=c&redirect_uri=" + percent_encoded(redirect_uri, HexCase::kUpper) +
         "&state=s-1";
}

class AuthorizationFlowTest : public ::testing::Test {
 protected:
  ExitCode run(const std::vector<std::string>& words) {
    out_.str("");
    err_.str("");
    Console console(out_, err_, StreamKind::kPipe, StreamKind::kPipe);
    const Process process{console, exchange_, time_, {}, {}, {}, {}, person_.opener()};
    return run_line(words, process);
  }
  ExitCode register_up(std::vector<std::string> more = {}) {
    std::vector<std::string> words{"register", "--name", "up", "--url", "http://u/mcp"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  // The gateway wants a redirect URI first, then a person.
  void script_interactive(const std::string& request = kRegister) {
    exchange_.answer(request, kWanted, 400);
    exchange_.answer_next(request, required(url_for(FakePerson::kOwnRedirectUri)), 202);
  }
  std::vector<std::string> bodies() const {
    std::vector<std::string> all;
    for (const HttpCall& call : exchange_.calls())
      all.push_back(call.body);
    return all;
  }

  testing::FakeExchange exchange_;
  FakePerson person_;
  asio::io_context context_;
  jungle::testing::FakeTime time_{context_};
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(AuthorizationFlowTest, RegistersAgainWithARedirectUriAndCompletes) {
  script_interactive();
  exchange_.answer(kComplete, kDone, 201);
  person_.answer = AuthorizationResponse{Secret("c0de"), "s-1", "https://as", "", ""};
  EXPECT_EQ(ExitCode::kOk, register_up()) << err_.str();
  EXPECT_EQ(0U, out_.str().find("Server up registered successfully!\n"));
  EXPECT_EQ(std::vector<std::string>{""}, person_.opened);
  EXPECT_EQ(std::vector<std::string>{url_for(FakePerson::kOwnRedirectUri)}, person_.urls);
  EXPECT_EQ("s-1", person_.state);
  EXPECT_EQ(BrowserUse::kOpen, person_.browser_use);
  EXPECT_EQ(kApprovalTime, person_.limit);
  EXPECT_EQ(std::vector<std::string>{""}, person_.conclusions);
  ASSERT_LE(3U, bodies().size());
  EXPECT_EQ(std::string::npos, bodies()[0].find("oauth_redirect_uri"));
  EXPECT_NE(std::string::npos, bodies()[1].find(R"("oauth_redirect_uri":"http://127.0.0.1:4711/oauth/callback")"));
  EXPECT_EQ(R"({"code":"c0de","state":"s-1","iss":"https://as"})", bodies()[2]);
}

TEST_F(AuthorizationFlowTest, AsksNobodyWhenTheServerWantsNothing) {
  exchange_.answer(kRegister, kDone, 201);
  EXPECT_EQ(ExitCode::kOk, register_up());
  EXPECT_TRUE(person_.opened.empty());
}

TEST_F(AuthorizationFlowTest, KeepsTheForceFlag) {
  exchange_.answer("POST /api/v0/servers?force=true", required(url_for("http://127.0.0.1:1/cb")), 202);
  EXPECT_EQ(ExitCode::kFailure, register_up({"--force"}));
  EXPECT_EQ(std::vector<std::string>{"http://127.0.0.1:1/cb"}, person_.opened);
}

TEST_F(AuthorizationFlowTest, PassesOnHowLongToWaitAndHow) {
  script_interactive();
  EXPECT_EQ(ExitCode::kFailure, register_up({"--no-browser", "--oauth-timeout", "7"}));
  EXPECT_EQ("nobody came\n", err_.str());
  EXPECT_EQ(BrowserUse::kPaste, person_.browser_use);
  EXPECT_EQ(Seconds(7), person_.limit);
  for (const char* bad : {"", "0", "-1", "x", "5s", "86401", "99999999999999999999"}) {
    EXPECT_EQ(ExitCode::kFailure, register_up({"--oauth-timeout", bad}));
    EXPECT_EQ("invalid argument \"" + std::string(bad) +
                  "\" for \"--oauth-timeout\" flag: must be a number of seconds from 1 to 86400\n",
              err_.str());
  }
}

TEST_F(AuthorizationFlowTest, ReportsARefusalWithoutCompleting) {
  script_interactive();
  person_.answer = AuthorizationResponse{Secret(), "s-1", "", "access_denied", "not today"};
  EXPECT_EQ(ExitCode::kFailure, register_up());
  EXPECT_EQ("upstream OAuth authorization failed: access_denied: not today\n", err_.str());
  EXPECT_EQ(2U, exchange_.calls().size());
  EXPECT_EQ(std::vector<std::string>{"upstream OAuth authorization failed: access_denied: not today"},
            person_.conclusions);
}

TEST_F(AuthorizationFlowTest, TellsTheBrowserWhenTheCompletionFails) {
  script_interactive();
  exchange_.answer(kComplete, R"({"error":"token request failed"})", 502);
  person_.answer = AuthorizationResponse{Secret("c"), "s-1", "", "", ""};
  EXPECT_EQ(ExitCode::kFailure, register_up());
  EXPECT_EQ("failed to complete upstream OAuth registration: token request failed\n", err_.str());
  EXPECT_EQ("", out_.str());
  EXPECT_EQ(1U, person_.conclusions.size());
  EXPECT_NE("", person_.conclusions.at(0));
}

TEST_F(AuthorizationFlowTest, LeavesARedirectUriElsewhereToWhoeverListensThere) {
  const std::string url = url_for("https://gw.example/oauth/callback");
  exchange_.answer(kRegister, required(url), 202);
  EXPECT_EQ(ExitCode::kFailure, register_up());
  EXPECT_EQ("upstream OAuth authorization required. Open this URL to continue: " + url + "\n", err_.str());
  EXPECT_TRUE(person_.opened.empty());

  EXPECT_EQ(ExitCode::kFailure, register_up({"--no-browser"}));
  EXPECT_EQ(std::vector<std::string>{"https://gw.example/oauth/callback"}, person_.opened) << "an answer can be pasted";
}

TEST_F(AuthorizationFlowTest, SendsNobodyToWhatIsNoWebPage) {
  for (const std::string url : {"javascript:alert(1)", "file:///etc/passwd", "https://as/authorize?state=s",
                                "https://a:b@as/?state=s&redirect_uri=x", "-https://as/?state=s&redirect_uri=x",
                                "https://as/?state=s&redirect_uri=http%3A%2F%2F127.0.0.1%2F#x"}) {
    exchange_.answer(kRegister, required(url), 202);
    EXPECT_EQ(ExitCode::kFailure, register_up()) << url;
    EXPECT_EQ(0U, err_.str().find("the gateway's authorization URL ")) << err_.str();
  }
  EXPECT_TRUE(person_.urls.empty());
}

TEST_F(AuthorizationFlowTest, SaysWhyNobodyCanListen) {
  script_interactive();
  person_.open_fault = Error{ErrorCode::kConflict, "the port is taken", {}};
  EXPECT_EQ(ExitCode::kFailure, register_up());
  EXPECT_EQ("the port is taken\n", err_.str());
  EXPECT_EQ(1U, exchange_.calls().size());
}

TEST_F(AuthorizationFlowTest, AuthorizesARegisteredServerAgain) {
  script_interactive(kAuthorize);
  exchange_.answer(kComplete, kDone, 201);
  person_.answer = AuthorizationResponse{Secret("c"), "s-1", "", "", ""};
  EXPECT_EQ(ExitCode::kOk, run({"authorize", "up"})) << err_.str();
  EXPECT_EQ("Server up authorized successfully!\n", out_.str());
  EXPECT_EQ((std::vector<std::string>{"{}", R"({"oauth_redirect_uri":"http://127.0.0.1:4711/oauth/callback"})",
                                      R"({"code":"c","state":"s-1"})"}),
            bodies());
}

TEST_F(AuthorizationFlowTest, SaysWhichServerCannotBeAuthorized) {
  exchange_.answer(kAuthorize, R"({"error":"MCP server up not found: not found"})", 404);
  EXPECT_EQ(ExitCode::kFailure, run({"authorize", "up"}));
  EXPECT_EQ("failed to authorize server up: MCP server up not found: not found\n", err_.str());
  EXPECT_EQ(ExitCode::kFailure, run({"authorize"}));
  EXPECT_EQ("accepts 1 arg(s), received 0\n", err_.str());
}

TEST_F(AuthorizationFlowTest, PrintsADryRunWithoutSecretsAndSendsNothing) {
  EXPECT_EQ(ExitCode::kOk, register_up({"--bearer-token", "s3cret", "--dry-run", "--force"}));
  EXPECT_EQ(
      "{\n  \"name\": \"up\",\n  \"transport\": \"streamable_http\",\n  \"description\": \"\",\n"
      "  \"url\": \"http://u/mcp\",\n  \"bearer_token\": \"********\",\n  \"session_mode\": \"stateless\"\n}\n",
      out_.str());
  EXPECT_NE(std::string::npos, err_.str().find("POST http://127.0.0.1:8080/api/v0/servers?force=true\n"));
  EXPECT_TRUE(exchange_.calls().empty());
}

}  // namespace
}  // namespace jungle::cli
