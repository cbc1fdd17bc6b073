#include "mcp/url_elicitation.h"

#include <gtest/gtest.h>

#include "mcp/error_code.h"
#include "mcp/projection.h"

namespace jungle::mcp {
namespace {

constexpr const char* kError =
    R"({"code":-32042,"message":"Authorize first","data":{"elicitations":[)"
    R"({"mode":"url","elicitationId":"e1","url":"https://a.example/go","message":"Please","x":1},)"
    R"({"elicitationId":"e2","url":"https://b.example/"},{"elicitationId":"no url"},7]}})";

ClientCapabilities capabilities(std::string_view declared) { return ClientCapabilities::read(declared, kNewestModern); }

std::string shown(std::string_view declared, Method method = Method::kToolsCall, const char* error = kError) {
  const Response response = url_elicitation_for_modern(Response::error(error), method, capabilities(declared));
  return std::string(response.payload());
}

TEST(UrlElicitationTest, BecomesAQuestionToAModernClient) {
  EXPECT_EQ(
      R"({"resultType":"input_required","inputRequests":{"url-1":{"method":"elicitation/create","params":)"
      R"({"mode":"url","url":"https://a.example/go","message":"Please","x":1}},"url-2":{"method":"elicitation/create",)"
      R"("params":{"mode":"url","url":"https://b.example/"}}}})",
      shown(R"({"elicitation":{"url":{}}})"));
}

TEST(UrlElicitationTest, NamesTheCapabilityThatTheClientLacks) {
  for (const char* declared : {"{}", R"({"elicitation":{}})", R"({"elicitation":{"form":{}}})"}) {
    EXPECT_EQ(R"({"code":-32021,"message":"Authorize first https://a.example/go https://b.example/",)"
              R"("data":{"requiredCapabilities":{"elicitation":{"url":{}}}}})",
              shown(declared));
  }
}

TEST(UrlElicitationTest, IsAnErrorWhereNothingCanBeAsked) {
  const std::string declared = R"({"elicitation":{"url":{}}})";
  EXPECT_EQ(R"({"code":-32603,"message":"Authorize first https://a.example/go https://b.example/"})",
            shown(declared, Method::kCompletionComplete));
  for (const char* broken : {R"({"code":-32042,"message":"m"})", R"({"code":-32042,"message":"m","data":[]})",
                             R"({"code":-32042,"message":"m","data":{"elicitations":{}}})",
                             R"({"code":-32042,"message":"m","data":{"elicitations":[{"url":5}]}})"})
    EXPECT_EQ(R"({"code":-32603,"message":"m"})", shown(declared, Method::kToolsCall, broken)) << broken;
}

TEST(UrlElicitationTest, LeavesOtherResponsesAlone) {
  const std::string declared = R"({"elicitation":{"url":{}}})";
  EXPECT_EQ(R"({"code":-32050,"message":"m"})",
            shown(declared, Method::kToolsCall, R"({"code":-32050,"message":"m"})"));
  const Response result =
      url_elicitation_for_modern(Response::result(R"({"content":[]})", ResultForm::kLegacy), Method::kToolsCall, {});
  EXPECT_EQ(R"({"content":[]})", result.payload());
}

TEST(UrlElicitationTest, PassesToClientsOfItsRevisionAndNamesTheUrlsToOlderOnes) {
  EXPECT_EQ(kError, error_for(Response::error(kError), Revision::k2025_11_25).payload());
  for (const Revision older : {Revision::k2024_11_05, Revision::k2025_03_26, Revision::k2025_06_18}) {
    EXPECT_EQ(R"({"code":-32603,"message":"Authorize first https://a.example/go https://b.example/"})",
              error_for(Response::error(kError), older).payload());
  }
}

}  // namespace
}  // namespace jungle::mcp
