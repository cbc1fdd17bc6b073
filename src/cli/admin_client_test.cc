#include "cli/admin_client.h"

#include <gtest/gtest.h>

#include "cli/testing/fake_exchange.h"

namespace jungle::cli {
namespace {

class AdminClientTest : public ::testing::Test {
 protected:
  const HttpCall& last() const { return exchange_.calls().back(); }
  template <typename T>
  static std::string message_of(const Result<T>& result) {
    return result ? "(succeeded)" : result.error().message;
  }

  testing::FakeExchange exchange_;
  AdminClient client_{exchange_, "http://gw:1//", Secret("tok")};
};

TEST_F(AdminClientTest, DropsTrailingSlashesOfTheRegistry) {
  exchange_.answer("GET /metadata", R"({"version":"v1"})");
  EXPECT_EQ(R"({"version":"v1"})", *client_.metadata());
  EXPECT_EQ("http://gw:1/metadata", last().url);
  EXPECT_EQ(kVersionLimit, last().time_limit);
  EXPECT_EQ("tok", last().token.reveal());
}

TEST_F(AdminClientTest, EscapesNamesInPathsAndQueries) {
  (void)client_.tools("a b/&?");
  EXPECT_EQ("http://gw:1/api/v0/tools?server=a%20b%2f%26%3f", last().url);
  (void)client_.deregister_server("../x");
  EXPECT_EQ("http://gw:1/api/v0/servers/..%2fx", last().url);
  EXPECT_EQ("DELETE", last().method);
  (void)client_.switch_tools(Switch::kDisable, "up__Model Details");
  EXPECT_EQ("http://gw:1/api/v0/tools/disable?entity=up__Model%20Details", last().url);
  (void)client_.switch_server(Switch::kEnable, "up");
  EXPECT_EQ("http://gw:1/api/v0/servers/up/enable", last().url);
  (void)client_.switch_prompts(Switch::kEnable, "up__p");
  EXPECT_EQ("http://gw:1/api/v0/prompts/enable?entity=up__p", last().url);
}

TEST_F(AdminClientTest, SendsBodies) {
  admin_api::RegisterInput input;
  input.name = "up";
  (void)client_.register_server(input, true);
  EXPECT_EQ("http://gw:1/api/v0/servers?force=true", last().url);
  EXPECT_EQ(R"({"name":"up","transport":"","description":"","session_mode":"stateless"})", last().body);
  (void)client_.invoke("up__echo", R"({"n": 1.0})");
  EXPECT_EQ(R"({"name":"up__echo","n":1.0})", last().body);
  (void)client_.render_prompt({"up__p", {{"a", "1"}}});
  EXPECT_EQ(R"({"name":"up__p","arguments":{"a":"1"}})", last().body);
  (void)client_.read_resource("mcpj://res/a/eA");
  EXPECT_EQ(R"({"uri":"mcpj://res/a/eA"})", last().body);
}

TEST_F(AdminClientTest, ShowsTheServersOwnWords) {
  exchange_.answer("GET /api/v0/servers", R"({"error":"no such thing: not found"})", 404);
  const auto answer = client_.servers(Secrets::kMasked);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ("no such thing: not found", answer.error().message);
  EXPECT_EQ(ErrorCode::kNotFound, answer.error().code);
}

TEST_F(AdminClientTest, ShowsTheBodyOfAnErrorThatIsNotJson) {
  exchange_.answer("GET /api/v0/servers", "<html>Bad Gateway</html>\n", 502);
  EXPECT_EQ("request failed with status: 502, message: <html>Bad Gateway</html>",
            message_of(client_.servers(Secrets::kMasked)));
}

TEST_F(AdminClientTest, SaysWhoCannotBeReachedInTheWordsOfEachCall) {
  exchange_.fail({ErrorCode::kUnavailable, "dial tcp gw:1: connect: connection refused", {}});
  const std::string rest =
      "dial tcp gw:1: connect: connection refused; is the server running? Start it with 'mcpjungle start', or name "
      "another one with --registry";
  EXPECT_EQ("failed to send request to http://gw:1/api/v0/servers: " + rest,
            message_of(client_.servers(Secrets::kMasked)));
  EXPECT_EQ("failed to send request: " + rest, message_of(client_.resource("u")));
  EXPECT_EQ("request to server failed: " + rest, message_of(client_.invoke("a__b", "{}")));
}

TEST_F(AdminClientTest, RefusesInputThatIsNoObjectBeforeAskingTheServer) {
  EXPECT_EQ("invalid input: unexpected EOF", message_of(client_.invoke("a__b", "{")));
  EXPECT_EQ("invalid input: json: cannot unmarshal array into Go value of type map[string]interface {}",
            message_of(client_.invoke("a__b", "[1]")));
  EXPECT_TRUE(exchange_.calls().empty());
}

TEST_F(AdminClientTest, TellsApartHowARegistrationMayGoOn) {
  const std::string request = "POST /api/v0/servers";
  exchange_.answer(request, "{\"server\":{}}", 201);
  EXPECT_EQ("{\"server\":{}}", std::get<std::string>(*client_.register_server({}, false)));
  exchange_.answer(request,
                   R"({"authorization_required":{"session_id":"s","authorization_url":"https://as/authorize"}})", 202);
  EXPECT_EQ("https://as/authorize",
            std::get<admin_api::AuthorizationRequired>(*client_.register_server({}, false)).authorization_url);
  exchange_.answer(request, R"({"error":"come again","code":"upstream_oauth_required"})", 400);
  EXPECT_EQ("come again", std::get<RedirectUriWanted>(*client_.register_server({}, false)).message);
}

TEST_F(AdminClientTest, TellsWhatIsNoAnswerToARegistration) {
  const std::string request = "POST /api/v0/servers";
  exchange_.answer(request, R"({"error":"bad name"})", 400);
  EXPECT_EQ("bad name", client_.register_server({}, false).error().message);
  exchange_.answer(request, R"({"error":"no","code":"upstream_oauth_required"})", 500);
  EXPECT_EQ(ErrorCode::kUnavailable, client_.register_server({}, false).error().code);
  exchange_.answer(request, "{}", 202);
  EXPECT_EQ("the answer is not understood: the answer has no 'authorization_required'",
            client_.register_server({}, false).error().message);
}

TEST_F(AdminClientTest, EscapesTheSessionItCompletes) {
  exchange_.answer("POST /api/v0/upstream_oauth/sessions/a%2f..%3fb/complete", "{}", 201);
  EXPECT_TRUE(client_.complete_authorization("a/..?b", {}).has_value());
}

}  // namespace
}  // namespace jungle::cli
