#include <array>

#include "admin/testing/admin_test.h"
#include "catalog/testing/samples.h"

namespace jungle::admin {
namespace {

class ResourcesTest : public testing::AdminTest {
 protected:
  // file:///a b?.txt, whose Base64 has a slash.
  static constexpr const char* kUri = "mcpj://res/up/ZmlsZTovLy9hIGI/LnR4dA";

  ResourcesTest() {
    catalog::Discovery discovery;
    discovery.capabilities = R"({"resources":{}})";
    discovery.resources = {R"({"uri":"file:///a b?.txt","name":"r1","description":"res","mimeType":"text/plain",)"
                           R"("annotations":{"audience":["user"],"priority":0.5},"_meta":{"m":1}})",
                           R"({"uri":"x:y","name":"r2","annotations":null})"};
    discoverer_.find("up", std::move(discovery));
  }
  void SetUp() override { ASSERT_EQ(201, post("/api/v0/servers", http_input("up")).status); }

  static std::string uri_body(const std::string& uri) { return R"({"uri":")" + uri + "\"}"; }
};

TEST_F(ResourcesTest, ListsRowsAsTheContractShowsThem) {
  const std::string rows = get("/api/v0/resources").body;
  const std::string first =
      R"("DeletedAt":null,"uri":"mcpj://res/up/ZmlsZTovLy9hIGI/LnR4dA","name":"up__r1","enabled":true,)"
      R"("description":"res","mime_type":"text/plain","annotations":{"audience":["user"],"priority":0.5},"meta":{"m":1}})";
  EXPECT_NE(std::string::npos, rows.find(first)) << rows;
  EXPECT_NE(std::string::npos, rows.find(R"("name":"up__r2","enabled":true,"description":"","mime_type":"",)"
                                         R"("annotations":null,"meta":null}])"))
      << rows;
  EXPECT_EQ(rows, get("/api/v0/resources?server=up").body);
  EXPECT_EQ(404, get("/api/v0/resources?server=zz").status);
  EXPECT_EQ(400, get("/api/v0/resources?server=z__").status);

  const RestAnswer one = post("/api/v0/resources/get", uri_body(kUri));
  EXPECT_EQ(200, one.status);
  EXPECT_NE(std::string::npos, one.body.find(first)) << one.body;
}

struct Refusal {
  const char* body;
  int status;
  const char* error;
};

TEST_F(ResourcesTest, RefusesUrisThatLeadNowhere) {
  constexpr std::array kRefusals{
      Refusal{"", 400, "failed to decode request body: EOF"},
      Refusal{"{}", 400, "missing 'uri' field in request body"},
      Refusal{
          R"({"uri":1})", 400,
          "failed to decode request body: json: cannot unmarshal number into Go struct field ResourceGetRequest.uri "
          "of type string"},
      Refusal{R"({"uri":"not-a-mcpj-uri"})", 400,
              "@resource URI not-a-mcpj-uri is not a valid MCPJungle resource URI: invalid user input"},
      Refusal{R"({"uri":"mcpj://res/up/!!!"})", 400,
              "@resource URI mcpj://res/up/!!! contains an invalid upstream URI encoding: invalid user input"},
      Refusal{R"({"uri":"mcpj://res/zz/eA"})", 404, "@resource mcpj://res/zz/eA not found: not found"}};
  constexpr std::array<std::pair<const char*, const char*>, 2> kRoutes{
      {{"/api/v0/resources/get", "failed to get resource: "}, {"/api/v0/resources/read", "failed to read resource: "}}};
  for (const auto& [target, prefix] : kRoutes) {
    for (const Refusal& c : kRefusals) {
      const RestAnswer answer = post(target, c.body);
      const std::string error = c.error[0] == '@' ? prefix + std::string(c.error + 1) : c.error;
      EXPECT_EQ(c.status, answer.status) << target << c.body;
      EXPECT_EQ(R"({"error":")" + error + "\"}", answer.body);
    }
    EXPECT_EQ(400, post(target, uri_body("mcpj://res/a__b/eA")).status);
  }
  EXPECT_EQ(R"({"error":"failed to get resource: resource mcpj://res/up/eA not found: not found"})",
            post("/api/v0/resources/get", uri_body("mcpj://res/up/eA")).body);
  EXPECT_TRUE(gateway_.seen().empty());
}

TEST_F(ResourcesTest, ReadsAResourceUnderTheUriThatWasAskedFor) {
  gateway_.reply("resources/read",
                 R"({"contents":[{"uri":"other:1","mimeType":"text/plain","text":"t","_meta":{"a":1}},)"
                 R"({"uri":"other:2","blob":"AAEC"}],"resultType":"complete"})");
  const RestAnswer answer = post("/api/v0/resources/read", uri_body(kUri));
  EXPECT_EQ(200, answer.status);
  EXPECT_EQ(R"({"contents":[{"uri":"mcpj://res/up/ZmlsZTovLy9hIGI/LnR4dA","mimeType":"text/plain","text":"t",)"
            R"("_meta":{"a":1}},{"uri":"mcpj://res/up/ZmlsZTovLy9hIGI/LnR4dA","blob":"AAEC"}]})",
            answer.body);
  EXPECT_EQ(uri_body(kUri), gateway_.seen().back().params);
}

TEST_F(ResourcesTest, RefusesADisabledResource) {
  ASSERT_EQ(200, post("/api/v0/servers/up/disable").status);
  const RestAnswer answer = post("/api/v0/resources/read", uri_body(kUri));
  EXPECT_EQ(404, answer.status);
  EXPECT_NE(std::string::npos, answer.body.find("failed to read resource: resource mcpj://res/up/")) << answer.body;
  EXPECT_NE(std::string::npos, answer.body.find("not found: not found (it is registered but disabled)"));
  EXPECT_TRUE(gateway_.seen().empty());
  EXPECT_EQ(200, post("/api/v0/resources/get", uri_body(kUri)).status);
}

// Tools and templates name resources that no list has.
TEST_F(ResourcesTest, AsksTheServerAboutAResourceThatIsNotListed) {
  for (const int code : {-32002, -32602}) {
    gateway_.reply_error("resources/read", code, "no such thing");
    const RestAnswer answer = post("/api/v0/resources/read", uri_body("mcpj://res/up/eA"));
    EXPECT_EQ(404, answer.status);
    EXPECT_EQ(
        R"x({"error":"failed to read resource: resource mcpj://res/up/eA not found: not found (MCP server up: no such thing)"})x",
        answer.body);
  }
  gateway_.fail("resources/read", {ErrorCode::kUnavailable, "MCP server up is gone", ""});
  post("/api/v0/resources/read", uri_body("mcpj://res/up/eA"));
  const RestAnswer answer = post("/api/v0/resources/read", uri_body("mcpj://tpl/up/file:///x"));
  EXPECT_EQ(502, answer.status);
  EXPECT_EQ(R"({"error":"failed to read resource: MCP server up is gone"})", answer.body);
}

}  // namespace
}  // namespace jungle::admin
