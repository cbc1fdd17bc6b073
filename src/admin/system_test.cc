#include <array>

#include "admin/testing/admin_test.h"

namespace jungle::admin {
namespace {

class SystemTest : public testing::AdminTest {};

TEST_F(SystemTest, IsHealthyAndReady) {
  for (const char* target : {"/health", "/health?ready", "/health?ready=1", "/ready"}) {
    const RestAnswer answer = get(target);
    EXPECT_EQ(200, answer.status) << target;
    EXPECT_EQ(R"({"status":"ok"})", answer.body);
    EXPECT_EQ("application/json; charset=utf-8", answer.content_type);
  }
}

TEST_F(SystemTest, IsAliveButNotReadyWithoutItsDatabase) {
  for (const char* target : {"/health?ready", "/ready"}) {
    repository_.fail_next({ErrorCode::kUnavailable, "disk I/O error", "errno 5"});
    const RestAnswer answer = get(target);
    EXPECT_EQ(503, answer.status) << target;
    EXPECT_EQ(R"({"error":"not ready: the database does not answer: disk I/O error"})", answer.body);
  }
  EXPECT_TRUE(log_.contains("errno 5"));
  repository_.fail_next({ErrorCode::kUnavailable, "disk I/O error", "errno 5"});
  EXPECT_EQ(200, get("/health").status);
}

TEST_F(SystemTest, ShowsItsVersion) {
  EXPECT_EQ(R"({"version":"v0.4.2"})", get("/metadata").body);
  make_api("v1.0.0-rc1");
  EXPECT_EQ(R"({"version":"v1.0.0-rc1"})", get("/metadata").body);
  make_api("");
  EXPECT_EQ(R"({"version":"dev"})", get("/metadata").body);
}

struct InitCase {
  const char* body;
  const char* error;
};

TEST_F(SystemTest, IsInitializedAlready) {
  constexpr std::array kCases{
      InitCase{R"({"mode":"development"})", "Server is already initialized"},
      InitCase{R"({"mode":"enterprise"})", "Server is already initialized"},
      InitCase{R"({"Mode":"production","x":1})", "Server is already initialized"},
      InitCase{"", "Invalid request body: EOF"},
      InitCase{"{", "Invalid request body: unexpected EOF"},
      InitCase{"{}",
               "Invalid request body: Key: 'Mode' Error:Field validation for 'Mode' failed on the 'required' tag"},
      InitCase{R"({"mode":"x"})",
               "Invalid request body: Key: 'Mode' Error:Field validation for 'Mode' failed on the 'oneof' tag"},
  };
  for (const InitCase& c : kCases) {
    const RestAnswer answer = post("/init", c.body);
    EXPECT_EQ(400, answer.status) << c.body;
    EXPECT_EQ(R"({"error":")" + std::string(c.error) + "\"}", answer.body);
  }
}

TEST_F(SystemTest, SaysWhatNeedsEnterpriseMode) {
  constexpr std::array<std::pair<const char*, const char*>, 9> kRoutes{{{"GET", "/api/v0/clients"},
                                                                        {"POST", "/api/v0/clients"},
                                                                        {"PUT", "/api/v0/clients/c"},
                                                                        {"DELETE", "/api/v0/clients/c"},
                                                                        {"GET", "/api/v0/users"},
                                                                        {"POST", "/api/v0/users"},
                                                                        {"GET", "/api/v0/users/whoami"},
                                                                        {"PUT", "/api/v0/users/u"},
                                                                        {"DELETE", "/api/v0/users/u"}}};
  for (const auto& [method, target] : kRoutes) {
    const RestAnswer answer = send(method, target);
    EXPECT_EQ(403, answer.status) << method << target;
    EXPECT_EQ(R"({"error":"this request is only allowed in enterprise mode"})", answer.body);
  }
}

TEST_F(SystemTest, KnowsNoOtherRoutes) {
  constexpr std::array<std::pair<const char*, const char*>, 10> kRoutes{{{"GET", "/"},
                                                                         {"GET", "/metrics"},
                                                                         {"GET", "/api/v0"},
                                                                         {"GET", "/api/v0/tools/enable"},
                                                                         {"HEAD", "/health"},
                                                                         {"OPTIONS", "/api/v0/servers"},
                                                                         {"PUT", "/api/v0/servers"},
                                                                         {"DELETE", "/api/v0/servers"},
                                                                         {"POST", "/health"},
                                                                         {"GET", "/api/v0/Servers"}}};
  for (const auto& [method, target] : kRoutes) {
    const RestAnswer answer = send(method, target);
    EXPECT_EQ(404, answer.status) << method << target;
    EXPECT_EQ("404 page not found", answer.body);
    EXPECT_EQ("text/plain", answer.content_type);
  }
}

TEST_F(SystemTest, RedirectsPathsWithASlashTooMany) {
  RestAnswer answer = get("/api/v0/tools/?server=up");
  EXPECT_EQ(301, answer.status);
  EXPECT_EQ("/api/v0/tools?server=up", answer.location);
  answer = post("/api/v0/servers/up/enable/");
  EXPECT_EQ(307, answer.status);
  EXPECT_EQ("/api/v0/servers/up/enable", answer.location);
  EXPECT_EQ("", answer.body);
}

// A form or a plain text can be sent across sites without asking; JSON cannot.
TEST_F(SystemTest, TakesNothingButJsonWhereSomethingMayChange) {
  constexpr std::array kTargets{"/init",
                                "/api/v0/servers",
                                "/api/v0/servers/up/enable",
                                "/api/v0/servers/up/disable",
                                "/api/v0/tools/invoke",
                                "/api/v0/tools/enable?entity=up",
                                "/api/v0/tools/disable?entity=up",
                                "/api/v0/prompts/render",
                                "/api/v0/prompts/enable?entity=up",
                                "/api/v0/prompts/disable?entity=up",
                                "/api/v0/resources/get",
                                "/api/v0/resources/read"};
  constexpr std::array kRefused{"text/plain",
                                "application/x-www-form-urlencoded",
                                "multipart/form-data; boundary=x",
                                "text/json",
                                "application/jsonx",
                                ""};
  for (const char* target : kTargets) {
    for (const char* type : kRefused) {
      for (const char* body : {"", "{}"}) {
        RestRequest asked = request("POST", target, body);
        asked.content_type = type;
        const RestAnswer answer = send(std::move(asked));
        EXPECT_EQ(415, answer.status) << target << " " << type;
        EXPECT_EQ(R"({"error":"Content-Type ')" + std::string(type) +
                      R"(' is not accepted: send JSON with Content-Type: application/json"})",
                  answer.body);
      }
    }
    for (const char* type : {"application/json", "Application/JSON ; charset=utf-8"}) {
      RestRequest asked = request("POST", target, "{}");
      asked.content_type = type;
      EXPECT_NE(415, send(std::move(asked)).status) << target << " " << type;
    }
    EXPECT_NE(415, send("POST", target).status) << target;
  }
  RestRequest removal = request("DELETE", "/api/v0/servers/up");
  removal.content_type = "text/plain";
  EXPECT_EQ(415, send(std::move(removal)).status);
  RestRequest reading = request("GET", "/health");
  reading.content_type = "text/plain";
  EXPECT_EQ(200, send(std::move(reading)).status);
}

}  // namespace
}  // namespace jungle::admin
