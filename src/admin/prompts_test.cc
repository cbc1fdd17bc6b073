#include <array>

#include "admin/testing/admin_test.h"
#include "catalog/testing/samples.h"

namespace jungle::admin {
namespace {

class PromptsTest : public testing::AdminTest {
 protected:
  PromptsTest() {
    catalog::Discovery discovery;
    discovery.prompts = {
        R"({"name":"p1","description":"d1","arguments":[{"name":"a","description":"da","required":true}, {"name":"b"}]})",
        R"({"name":"p2"})"};
    discoverer_.find("up", std::move(discovery));
  }
  void SetUp() override { ASSERT_EQ(201, post("/api/v0/servers", http_input("up")).status); }
};

TEST_F(PromptsTest, ListsRowsAsTheContractShowsThem) {
  const std::string rows = get("/api/v0/prompts").body;
  EXPECT_NE(std::string::npos,
            rows.find(R"("DeletedAt":null,"name":"up__p1","enabled":true,"description":"d1",)"
                      R"("arguments":[{"name":"a","description":"da","required":true},{"name":"b"}]})"))
      << rows;
  EXPECT_NE(std::string::npos, rows.find(R"("name":"up__p2","enabled":true,"description":"","arguments":null}])"))
      << rows;
  EXPECT_EQ(rows, get("/api/v0/prompts?server=up").body);
  EXPECT_EQ(404, get("/api/v0/prompts?server=zz").status);
  EXPECT_EQ(400, get("/api/v0/prompts?server=z_").status);
  EXPECT_EQ(200, get("/api/v0/prompt?name=up__p1").status);
}

struct Refusal {
  const char* method;
  const char* target;
  const char* body;
  int status;
  const char* error;
};

TEST_F(PromptsTest, RefusesWhatIsNotThere) {
  ASSERT_EQ(R"(["up__p2"])", post("/api/v0/prompts/disable?entity=up__p2").body);
  constexpr std::array kRefusals{
      Refusal{"GET", "/api/v0/prompt", "", 400, "missing 'name' query parameter"},
      Refusal{"GET", "/api/v0/prompt?name=p1", "", 400,
              "failed to get prompt: prompt name does not contain a __ separator: invalid user input"},
      Refusal{"GET", "/api/v0/prompt?name=zzz__x", "", 404,
              "failed to get prompt: failed to get MCP server zzz from DB: MCP server zzz not found: not found"},
      Refusal{"GET", "/api/v0/prompt?name=up__nothing", "", 404,
              "failed to get prompt: prompt up__nothing not found: not found"},
      Refusal{"POST", "/api/v0/prompts/enable", "", 400, "missing 'entity' query parameter"},
      Refusal{"POST", "/api/v0/prompts/disable?entity=up__nothing", "", 404,
              "failed to disable prompt(s): prompt up__nothing not found: not found"},
      Refusal{"POST", "/api/v0/prompts/enable?entity=zzz", "", 404,
              "failed to enable prompt(s): failed to get MCP server zzz: MCP server zzz not found: not found"},
      Refusal{"POST", "/api/v0/prompts/render", "", 400, "failed to decode request body: EOF"},
      Refusal{"POST", "/api/v0/prompts/render", "{}", 400, "missing 'name' field in request body"},
      Refusal{"POST", "/api/v0/prompts/render", R"({"name":"up__p1","arguments":{"a":1}})", 400,
              "failed to decode request body: json: cannot unmarshal number into Go struct field "
              "PromptGetRequest.arguments of type string"},
      Refusal{"POST", "/api/v0/prompts/render", R"({"name":"p1"})", 400,
              "failed to get prompt: prompt name does not contain a __ separator: invalid user input"},
      Refusal{"POST", "/api/v0/prompts/render", R"({"name":"nosrv__p"})", 404,
              "failed to get prompt: failed to get details about MCP server nosrv from DB: MCP server nosrv not found: "
              "not found"},
      Refusal{"POST", "/api/v0/prompts/render", R"({"name":"up__p2"})", 404,
              "failed to get prompt: prompt up__p2 not found: not found (it is registered but disabled)"}};
  for (const Refusal& c : kRefusals) {
    const RestAnswer answer = send(c.method, c.target, c.body);
    EXPECT_EQ(c.status, answer.status) << c.target << c.body;
    EXPECT_EQ(R"({"error":")" + std::string(c.error) + "\"}", answer.body);
  }
  EXPECT_TRUE(gateway_.seen().empty());
}

TEST_F(PromptsTest, SwitchesPrompts) {
  EXPECT_EQ(R"(["up__p1","up__p2"])", post("/api/v0/prompts/disable?entity=up").body);
  EXPECT_EQ("[]", post("/api/v0/prompts/disable?entity=up").body);
  EXPECT_EQ(R"(["up__p1"])", post("/api/v0/prompts/enable?entity=up__p1").body);
}

TEST_F(PromptsTest, RendersAPrompt) {
  gateway_.reply("prompts/get",
                 R"({"messages":[{"role":"user","content":{"type":"text","text":"x"}}],"_meta":{"m":1}})");
  RestAnswer answer = post("/api/v0/prompts/render", R"({"name":"up__p1","arguments":{"a":"1"}})");
  EXPECT_EQ(200, answer.status);
  EXPECT_EQ(R"({"description":"","messages":[{"role":"user","content":{"type":"text","text":"x"}}],"meta":{"m":1}})",
            answer.body);
  EXPECT_EQ(R"({"name":"up__p1","arguments":{"a":"1"}})", gateway_.seen().back().params);
  post("/api/v0/prompts/render", R"({"name":"up__p1","arguments":{}})");
  EXPECT_EQ(R"({"name":"up__p1"})", gateway_.seen().back().params);
}

TEST_F(PromptsTest, KeepsTheMessageOfAServersError) {
  gateway_.reply_error("prompts/get", -32602, "argument a is missing");
  const RestAnswer answer = post("/api/v0/prompts/render", R"({"name":"up__p1"})");
  EXPECT_EQ(400, answer.status);
  EXPECT_EQ(R"({"error":"failed to get prompt: failed to get prompt p1 from MCP server up: argument a is missing"})",
            answer.body);
}

}  // namespace
}  // namespace jungle::admin
