#include "upstream/task_calls.h"

#include <gtest/gtest.h>

#include "mcp/json_reader.h"

namespace jungle::upstream {
namespace {

mcp::Response legacy(std::string text) { return mcp::Response::result(std::move(text), mcp::ResultForm::kLegacy); }

mcp::Request request_with(mcp::Method method, std::string params) {
  mcp::Request request;
  request.method = method;
  request.params = *mcp::read_params(std::move(params));
  return request;
}

TEST(TaskCallsTest, MakesTasksOfCallsToLegacyServersThatSaySo) {
  const auto call = request_with(mcp::Method::kToolsCall, R"({"name":"a","task":{}})");
  EXPECT_TRUE(makes_task(Era::kLegacy, call));
  EXPECT_FALSE(makes_task(Era::kModern, call));
  EXPECT_FALSE(makes_task(Era::kLegacy, request_with(mcp::Method::kToolsCall, R"({"name":"a"})")));
  EXPECT_FALSE(makes_task(Era::kLegacy, request_with(mcp::Method::kPromptsGet, R"({"name":"a","task":{}})")));
}

TEST(TaskCallsTest, NamesATaskInRequestsAboutIt) { EXPECT_EQ(R"({"taskId":"a\"b"})", task_params("a\"b")); }

TEST(TaskCallsTest, TakesATaskFromItsHandleOnly) {
  EXPECT_EQ(R"({"taskId":"a\"b"})",
            task_params_of(legacy(R"({"task":{"status":"working","taskId":"a\"b","ttl":null}})")));
  for (const char* other : {R"({"content":[]})", R"({"task":7})", R"({"task":{}})", R"({"task":{"taskId":7}})", "[]"})
    EXPECT_EQ(std::nullopt, task_params_of(legacy(other))) << other;
  EXPECT_EQ(std::nullopt, task_params_of(mcp::Response::error(R"({"code":1,"task":{"taskId":"a"}})")));
}

TEST(TaskCallsTest, ReadsWhichTaskARequestBelongsTo) {
  const auto related = [](const std::string& meta) {
    return related_task_of(request_with(mcp::Method::kOther, R"({"_meta":{)" + meta + "}}"));
  };
  EXPECT_EQ(R"({"taskId":"a/b"})", related(R"("io.modelcontextprotocol/related-task":{"taskId":"a\/b"})"));
  EXPECT_EQ(std::nullopt, related(R"("io.modelcontextprotocol/related-task":{"taskId":7})"));
  EXPECT_EQ(std::nullopt, related(R"("io.modelcontextprotocol/related-task":"a")"));
  EXPECT_EQ(std::nullopt, related(R"("other":{"taskId":"a"})"));
}

TEST(TaskCallsTest, LeavesOutWhatTiesAResultToItsTask) {
  const auto shown = [](const char* text) { return std::string(without_task_meta(legacy(text)).payload()); };
  EXPECT_EQ(R"({"content":[],"_meta":{"a":1}})",
            shown(R"({"content":[],"_meta":{"io.modelcontextprotocol/related-task":{"taskId":"t"},"a":1}})"));
  EXPECT_EQ(R"({"content":["io.modelcontextprotocol/related-task"]})",
            shown(R"({"content":["io.modelcontextprotocol/related-task"]})"));
}

}  // namespace
}  // namespace jungle::upstream
