#include "admin_api/register_input.h"

#include <gtest/gtest.h>

namespace jungle::admin_api {
namespace {

std::string message_of(std::string_view json) {
  auto input = parse_register_input(json);
  return input ? "(parsed)" : input.error().message;
}

RegisterInput full_input() {
  RegisterInput input;
  input.name = "n";
  input.transport = "stdio";
  input.description = "d";
  input.url = "http://h/mcp";
  input.bearer_token = Secret("t");
  input.headers = {{"X-A", Secret("1")}};
  input.forward_headers = {{"X-B", "Authorization"}};
  input.ca_file = "/ca.pem";
  input.command = "npx";
  input.args = {"-y"};
  input.env = {{"E", Secret("v")}};
  input.cwd = "/tmp";
  input.session_mode = "stateful";
  input.oauth_grant = "client_credentials";
  input.oauth_redirect_uri = "http://127.0.0.1/cb";
  input.oauth_client_id = "id";
  input.oauth_client_secret = Secret("s");
  input.oauth_client_private_key = Secret("pem");
  input.oauth_scopes = {"mcp.read"};
  input.oauth_issuer = "https://as";
  input.oauth_assume_s256 = true;
  input.protocol = "modern";
  input.init_timeout = Seconds(5);
  input.call_timeout = Seconds(60);
  input.sync_interval = Seconds(90);
  input.warm = 0;
  return input;
}

TEST(RegisterInputTest, ReadsWhatItWrites) { EXPECT_EQ(full_input(), *parse_register_input(render(full_input()))); }

TEST(RegisterInputTest, WritesEveryFieldWithItsSecrets) {
  EXPECT_EQ(
      R"({"name":"n","transport":"stdio","description":"d","url":"http://h/mcp","bearer_token":"t","headers":{"X-A":"1"},)"
      R"("forward_headers":{"X-B":"Authorization"},"ca_file":"/ca.pem","command":"npx","args":["-y"],"env":{"E":"v"},"cwd":"/tmp","session_mode":"stateful",)"
      R"("oauth_grant":"client_credentials","oauth_redirect_uri":"http://127.0.0.1/cb","oauth_client_id":"id",)"
      R"("oauth_client_secret":"s","oauth_client_private_key":"pem","oauth_scopes":["mcp.read"],)"
      R"("oauth_issuer":"https://as","oauth_assume_s256":true,"protocol":"modern","init_timeout_sec":5,"call_timeout_sec":60,"sync_interval_sec":90,"warm":0})",
      render(full_input()));
}

TEST(RegisterInputTest, LeavesEmptyFieldsOutExceptTheFourThatExportsHave) {
  EXPECT_EQ(R"([{"name":"","transport":"","description":"","session_mode":"stateless"}])",
            render(std::vector<RegisterInput>{RegisterInput{}}));
}

TEST(RegisterInputTest, MatchesNamesInAnyCaseAndIgnoresUnknownOnesAndWhatFollows) {
  auto input = parse_register_input(R"({"NAME":"a","Transport":"stdio","nope":[1],"args":null} trailing)");
  ASSERT_TRUE(input.has_value()) << input.error().message;
  EXPECT_EQ("a", input->name);
  EXPECT_EQ("stdio", input->transport);
}

TEST(RegisterInputTest, WordsErrorsAsGoDoes) {
  EXPECT_EQ("EOF", message_of(""));
  EXPECT_EQ("unexpected EOF", message_of("{"));
  EXPECT_EQ("json: cannot unmarshal string into Go struct field RegisterServerInput.oauth_scopes of type []string",
            message_of(R"({"oauth_scopes":"mcp.read"})"));
  EXPECT_EQ("json: cannot unmarshal number into Go struct field RegisterServerInput.name of type string",
            message_of(R"({"name":5})"));
  EXPECT_EQ("json: cannot unmarshal bool into Go struct field RegisterServerInput.args of type string",
            message_of(R"({"args":["a",true]})"));
  EXPECT_EQ("json: cannot unmarshal number into Go struct field RegisterServerInput.env of type string",
            message_of(R"({"env":{"PORT":8080}})"));
  EXPECT_EQ("json: cannot unmarshal array into Go struct field RegisterServerInput.headers of type map[string]string",
            message_of(R"({"headers":[]})"));
  EXPECT_EQ("json: cannot unmarshal number 1.5 into Go struct field RegisterServerInput.warm of type int",
            message_of(R"({"warm":1.5})"));
  EXPECT_EQ("json: cannot unmarshal array into Go value of type RegisterServerInput", message_of("[]"));
}

TEST(RegisterInputTest, LeavesTheRangesOfNumbersToTheCatalog) {
  const auto input = parse_register_input(R"({"init_timeout_sec":0,"call_timeout_sec":4294967296,"warm":-1})");
  ASSERT_TRUE(input.has_value());
  EXPECT_EQ(Seconds(0), input->init_timeout);
  EXPECT_EQ(Seconds(4294967296), input->call_timeout);
  EXPECT_EQ(-1, input->warm);
}

TEST(RegisterInputTest, NamesEveryFieldItWrites) {
  auto json = parse_json(render(full_input()), Trailing::kRefuse);
  ASSERT_TRUE(json.has_value());
  std::vector<std::string> written;
  for (const Json::Member& member : json->members)
    written.push_back(member.key);
  EXPECT_EQ(written, register_field_names());
}

TEST(RegisterInputTest, ReadsForceAsGoReadsBooleans) {
  for (const char* yes : {"1", "t", "T", "true", "TRUE", "True"})
    EXPECT_TRUE(*parse_switch("force", yes)) << yes;
  for (const char* no : {"", "0", "f", "F", "false", "FALSE", "False"})
    EXPECT_FALSE(*parse_switch("force", no)) << no;
  EXPECT_EQ("invalid force query parameter: strconv.ParseBool: parsing \"maybe\": invalid syntax",
            parse_switch("force", "maybe").error().message);
}

}  // namespace
}  // namespace jungle::admin_api
