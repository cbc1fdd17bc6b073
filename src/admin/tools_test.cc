#include <array>

#include "admin/testing/admin_test.h"
#include "base/task_group.h"
#include "catalog/testing/samples.h"
#include "mcp/error_code.h"

namespace jungle::admin {
namespace {

using catalog::testing::discovery_of_tools;
using catalog::testing::small_discovery;

class ToolsTest : public testing::AdminTest {
 protected:
  ToolsTest() {
    catalog::Discovery discovery;
    discovery.tools = {
        R"({"name":"echo","title":"lost before","description":"says \"hi\"","inputSchema":{"type":"object",)"
        R"( "properties" : {"message":{"type":"string","description":"a b"}},"required":["message"]},)"
        R"("annotations":{"title":"AT","readOnlyHint":true}})",
        R"({"name":"bare","inputSchema":{"$schema":"s"}})"};
    discovery.prompts = {catalog::testing::prompt_json("p1")};
    discoverer_.find("up", std::move(discovery));
  }
  void SetUp() override { ASSERT_EQ(201, post("/api/v0/servers", http_input("up")).status); }

  // `body` without the times, which the repository chooses.
  static std::string timeless(std::string body) {
    for (std::size_t at = 0; (at = body.find("\":\"2026-01-01T", at)) != std::string::npos; ++at) {
      const std::size_t end = body.find('"', at + 3);
      body.replace(at + 3, end - at - 3, "T");
    }
    return body;
  }
};

TEST_F(ToolsTest, ListsRowsAsTheContractShowsThem) {
  EXPECT_EQ(
      R"([{"ID":2,"CreatedAt":"T","UpdatedAt":"T","DeletedAt":null,"name":"up__echo","enabled":true,)"
      R"("description":"says \"hi\"","input_schema":{"type":"object","properties":{"message":{"type":"string",)"
      R"("description":"a b"}},"required":["message"]},"annotations":{"title":"AT","readOnlyHint":true}},)"
      R"({"ID":3,"CreatedAt":"T","UpdatedAt":"T","DeletedAt":null,"name":"up__bare","enabled":true,"description":"",)"
      R"("input_schema":{"properties":{},"required":[],"type":"object","$schema":"s"},"annotations":{}}])",
      timeless(get("/api/v0/tools").body));
}

TEST_F(ToolsTest, ListsTheToolsOfOneServer) {
  register_server("other", discovery_of_tools({"x"}));
  const std::string all = get("/api/v0/tools").body;
  EXPECT_LT(all.find("up__bare"), all.find("other__x"));
  const std::string some = get("/api/v0/tools?server=other").body;
  EXPECT_EQ(std::string::npos, some.find("up__"));
  EXPECT_NE(std::string::npos, some.find("other__x"));
  RestAnswer answer = get("/api/v0/tools?server=zz");
  EXPECT_EQ(404, answer.status);
  EXPECT_EQ(R"({"error":"failed to get MCP server zz from DB: MCP server zz not found: not found"})", answer.body);
  answer = get("/api/v0/tools?server=a%20b");
  EXPECT_EQ(400, answer.status);
  EXPECT_NE(std::string::npos, answer.body.find("must follow the regular expression"));
}

struct Refusal {
  const char* target;
  int status;
  const char* error;
};

TEST_F(ToolsTest, GetsOneTool) {
  EXPECT_EQ(200, get("/api/v0/tool?name=up__echo").status);
  EXPECT_NE(std::string::npos, get("/api/v0/tool?name=up__echo").body.find(R"("name":"up__echo")"));
  constexpr std::array kRefusals{
      Refusal{"/api/v0/tool", 400, "missing 'name' query parameter"},
      Refusal{"/api/v0/tool?name=", 400, "missing 'name' query parameter"},
      Refusal{"/api/v0/tool?name=echo", 400,
              "failed to get tool: tool name does not contain a __ separator: invalid user input"},
      Refusal{"/api/v0/tool?name=azz__x", 404,
              "failed to get tool: failed to get MCP server azz from DB: MCP server azz not found: not found"},
      Refusal{"/api/v0/tool?name=up__nothing", 404, "failed to get tool: tool up__nothing not found: not found"},
      Refusal{"/api/v0/tool?name=up__ehco", 404,
              "failed to get tool: tool up__ehco not found: not found; did you mean 'up__echo'?"}};
  for (const Refusal& c : kRefusals) {
    const RestAnswer answer = get(c.target);
    EXPECT_EQ(c.status, answer.status) << c.target;
    EXPECT_EQ(R"({"error":")" + std::string(c.error) + "\"}", answer.body);
  }
}

TEST_F(ToolsTest, SwitchesToolsOneByOneAndByServer) {
  EXPECT_EQ(R"(["up__echo"])", post("/api/v0/tools/disable?entity=up__echo").body);
  EXPECT_EQ(R"(["up__echo"])", post("/api/v0/tools/disable?entity=up__echo").body);
  EXPECT_EQ(R"(["up__bare"])", post("/api/v0/tools/disable?entity=up").body);
  EXPECT_EQ("[]", post("/api/v0/tools/disable?entity=up").body);
  EXPECT_NE(std::string::npos, get("/api/v0/tool?name=up__echo").body.find(R"("enabled":false)"));
  EXPECT_EQ(R"(["up__echo","up__bare"])", post("/api/v0/tools/enable?entity=up").body);

  constexpr std::array kRefusals{
      Refusal{"/api/v0/tools/enable", 400, "missing 'entity' query parameter"},
      Refusal{"/api/v0/tools/disable?entity=", 400, "missing 'entity' query parameter"},
      Refusal{"/api/v0/tools/enable?entity=up__zzz", 404,
              "failed to enable tool(s): tool up__zzz not found: not found"},
      Refusal{"/api/v0/tools/disable?entity=zzz", 404,
              "failed to disable tool(s): failed to get MCP server zzz: MCP server zzz not found: not found"}};
  for (const Refusal& c : kRefusals) {
    const RestAnswer answer = post(c.target);
    EXPECT_EQ(c.status, answer.status) << c.target;
    EXPECT_EQ(R"({"error":")" + std::string(c.error) + "\"}", answer.body);
  }
}

TEST_F(ToolsTest, InvokesAToolWithTheArgumentsAsTheyWereWritten) {
  gateway_.reply("tools/call", R"({"content":[{"type":"text","text":"hi"}],"resultType":"complete"})");
  const RestAnswer answer =
      post("/api/v0/tools/invoke", R"({"name":"up__echo","n":1.0,"big":12345678901234567890123,"s":"\u00e9"})");
  EXPECT_EQ(200, answer.status);
  EXPECT_EQ(R"({"content":[{"type":"text","text":"hi"}]})", answer.body);
  ASSERT_EQ(1U, gateway_.seen().size());
  const auto& seen = gateway_.seen().front();
  EXPECT_EQ("tools/call", seen.method);
  EXPECT_EQ(R"({"name":"up__echo","arguments":{"n":1.0,"big":12345678901234567890123,"s":"\u00e9"}})", seen.params);
  EXPECT_EQ("anonymous", seen.call.principal.str());
  EXPECT_EQ(16U, seen.call.request_id.size());
  EXPECT_EQ("", seen.call.scope);
  EXPECT_LT(time_.steady_now(), seen.call.deadline);
  EXPECT_GT(kNever, seen.call.deadline);
}

TEST_F(ToolsTest, AlwaysSendsArguments) {
  gateway_.reply("tools/call", "{}");
  EXPECT_EQ(R"({"content":[]})", post("/api/v0/tools/invoke", R"({"name":"up__bare"})").body);
  EXPECT_EQ(R"({"name":"up__bare","arguments":{}})", gateway_.seen().front().params);
}

TEST_F(ToolsTest, PassesLargeArgumentsOn) {
  gateway_.reply("tools/call", "{}");
  const std::string large(8 * 1024 * 1024, 'x');
  EXPECT_EQ(200, post("/api/v0/tools/invoke", R"({"name":"up__echo","message":")" + large + "\"}").status);
  EXPECT_EQ(R"({"name":"up__echo","arguments":{"message":")" + large + "\"}}", gateway_.seen().front().params);
}

TEST_F(ToolsTest, ShowsResultsInTheShapeOfTheContract) {
  gateway_.reply("tools/call",
                 R"({"structuredContent":{"n":1.0},"isError":true,"_meta":{"a":1},"content":[],"later":2})");
  RestAnswer answer = post("/api/v0/tools/invoke", R"({"name":"up__echo"})");
  EXPECT_EQ(200, answer.status);
  EXPECT_EQ(R"({"_meta":{"a":1},"isError":true,"content":[],"structuredContent":{"n":1.0},"later":2})", answer.body);
}

TEST_F(ToolsTest, RefusesInvocationsThatCannotBeMade) {
  ASSERT_EQ(200, post("/api/v0/tools/disable?entity=up__bare").status);
  constexpr std::array kRefusals{
      Refusal{"", 400, "failed to decode request body: EOF"},
      Refusal{"{", 400, "failed to decode request body: unexpected EOF"},
      Refusal{
          "[]", 400,
          "failed to decode request body: json: cannot unmarshal array into Go value of type map[string]interface {}"},
      Refusal{"{}", 400, "missing 'name' field in request body"},
      Refusal{"null", 400, "missing 'name' field in request body"},
      Refusal{R"({"name":5})", 400, "'name' field must be a string"},
      Refusal{R"({"name":"echo"})", 400,
              "failed to invoke tool: tool name does not contain a __ separator: invalid user input"},
      Refusal{
          R"({"name":"nosrv__x"})", 404,
          "failed to invoke tool: failed to get details about MCP server nosrv from DB: MCP server nosrv not found: "
          "not found"},
      Refusal{R"({"name":"up__unknown"})", 404, "failed to invoke tool: tool up__unknown not found: not found"},
      Refusal{R"({"name":"up__bare"})", 404,
              "failed to invoke tool: tool up__bare not found: not found (it is registered but disabled)"}};
  for (const Refusal& c : kRefusals) {
    const RestAnswer answer = post("/api/v0/tools/invoke", c.target);
    EXPECT_EQ(c.status, answer.status) << c.target;
    EXPECT_EQ(R"({"error":")" + std::string(c.error) + "\"}", answer.body);
  }
  EXPECT_TRUE(gateway_.seen().empty());
}

TEST_F(ToolsTest, ShowsAnEndlessNameShortened) {
  const std::string endless = "up__" + std::string(1'000'000, 'x');
  const RestAnswer answer = post("/api/v0/tools/invoke", R"({"name":")" + endless + "\"}");
  EXPECT_EQ(404, answer.status);
  EXPECT_GT(1000U, answer.body.size());
}

TEST_F(ToolsTest, RefusesABodyThatIsTooDeep) {
  const std::string deep = R"({"name":"up__echo","a":)" + std::string(10'000, '[') + std::string(10'000, ']') + "}";
  EXPECT_EQ(413, post("/api/v0/tools/invoke", deep).status);
  EXPECT_EQ(400, post("/api/v0/tools/invoke", "{\"name\":\"up__echo\",\"a\":\"\xff\"}").status);
}

struct RpcError {
  int code;
  int status;
};

TEST_F(ToolsTest, KeepsTheMessageOfAServersError) {
  constexpr std::array kErrors{RpcError{-32000, 502}, RpcError{mcp::kInternalError, 502},
                               RpcError{mcp::kMethodNotFound, 502}, RpcError{mcp::kInvalidParams, 400},
                               RpcError{mcp::kResourceNotFound, 404}};
  for (const RpcError& error : kErrors)
    gateway_.reply_error("tools/call", error.code, "custom \"rpc\" error");
  for (const RpcError& error : kErrors) {
    const RestAnswer answer = post("/api/v0/tools/invoke", R"({"name":"up__echo"})");
    EXPECT_EQ(error.status, answer.status) << error.code;
    EXPECT_EQ(R"({"error":"failed to invoke tool: failed to call tool echo on MCP server up: custom \"rpc\" error"})",
              answer.body);
  }
}

struct Fault {
  ErrorCode code;
  int status;
};

TEST_F(ToolsTest, TellsFaultsOfTheServerFromOurs) {
  constexpr std::array kFaults{Fault{ErrorCode::kUnavailable, 502},      Fault{ErrorCode::kUpstreamRejected, 502},
                               Fault{ErrorCode::kDeadlineExceeded, 504}, Fault{ErrorCode::kUnauthenticated, 502},
                               Fault{ErrorCode::kLimitExceeded, 502},    Fault{ErrorCode::kNotFound, 404}};
  for (const Fault& fault : kFaults)
    gateway_.fail("tools/call", {fault.code, "MCP server up: what happened", ""});
  for (const Fault& fault : kFaults) {
    const RestAnswer answer = post("/api/v0/tools/invoke", R"({"name":"up__echo"})");
    EXPECT_EQ(fault.status, answer.status);
    EXPECT_EQ(R"({"error":"failed to invoke tool: MCP server up: what happened"})", answer.body);
  }
}

TEST_F(ToolsTest, RefusesResultsThatAreNone) {
  constexpr std::array kResults{"[]", "7", R"({"resultType":"input_required","inputRequests":{}})"};
  for (const char* result : kResults)
    gateway_.reply("tools/call", result);
  for (const char* result : kResults) {
    const RestAnswer answer = post("/api/v0/tools/invoke", R"({"name":"up__echo"})");
    EXPECT_EQ(502, answer.status) << result;
    EXPECT_NE(std::string::npos, answer.body.find("failed to call tool echo on MCP server up: ")) << answer.body;
  }
}

TEST_F(ToolsTest, ACallerThatLeavesCancelsTheCall) {
  gateway_.reply("tools/call", "{}");
  gateway_.hold();
  TaskGroup group(context_.get_executor(), nullptr);
  RestAnswer answer;
  group.spawn(keep(request("POST", "/api/v0/tools/invoke", R"({"name":"up__echo"})"), answer));
  time_.run_ready();
  EXPECT_EQ(1U, gateway_.waiting());
  group.cancel();
  time_.run_ready();
  EXPECT_EQ(1U, gateway_.cancelled());
  EXPECT_EQ(499, answer.status);
}

}  // namespace
}  // namespace jungle::admin
