#include "mcp/tasks.h"

#include <gtest/gtest.h>

namespace jungle::mcp {
namespace {

Response result(std::string text) { return Response::result(std::move(text), ResultForm::kModern); }

TEST(TasksTest, TheExtensionIsDeclaredInItsPlaceOnly) {
  EXPECT_TRUE(declares_tasks(R"({"roots":{},"extensions":{"a/b":{},"io.modelcontextprotocol/tasks":{}}})"));
  for (const char* other :
       {"{}", R"({"extensions":{}})", R"({"extensions":{"io.modelcontextprotocol/tasks":true}})",
        R"({"io.modelcontextprotocol/tasks":{}})", R"({"extensions":["io.modelcontextprotocol/tasks"]})",
        R"({"extensions":{"a":{"io.modelcontextprotocol/tasks":{}}}})", R"("io.modelcontextprotocol/tasks")"})
    EXPECT_FALSE(declares_tasks(other)) << other;
}

TEST(TasksTest, TheErrorNamesTheExtension) {
  const Response error = missing_tasks_capability();
  EXPECT_TRUE(error.is_error());
  EXPECT_EQ(R"({"code":-32021,"message":"the client did not declare the extension io.modelcontextprotocol/tasks",)"
            R"("data":{"requiredCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}}})",
            error.payload());
}

TEST(TasksTest, ReplacesTheIdAtTheTopOnly) {
  const auto with = [](const char* text) { return std::string(with_task_id(result(text), "n\"1").payload()); };
  EXPECT_EQ(R"({"a":{"taskId":"x"},"taskId":"n\"1"})", with(R"({"a":{"taskId":"x"},"taskId":"old"})"));
  for (const char* other : {"{}", R"({"taskId":7})", R"({"result":{"taskId":"x"}})", "[]"})
    EXPECT_EQ(other, with(other));
  EXPECT_EQ("old", task_id_of(result(R"({"taskId":"old"})")));
  EXPECT_EQ(std::nullopt, task_id_of(result(R"({"taskId":7})")));
  EXPECT_EQ(std::nullopt, task_id_of(Response::error(R"({"code":1,"taskId":"x"})")));
}

TEST(TasksTest, FindsTheIdOfALegacyHandleInItsTask) {
  const auto with = [](const char* text) { return std::string(with_created_task_id(result(text), "n").payload()); };
  EXPECT_EQ(R"({"taskId":"x","task":{"a":1,"taskId":"n"},"_meta":{}})",
            with(R"({"taskId":"x","task":{"a":1,"taskId":"old"},"_meta":{}})"));
  for (const char* other : {"{}", R"({"task":7})", R"({"task":{"taskId":7}})", R"({"task":[]})", R"({"taskId":"x"})"}) {
    EXPECT_EQ(other, with(other));
    EXPECT_EQ(std::nullopt, created_task_id_of(result(other))) << other;
  }
  EXPECT_EQ("old", created_task_id_of(result(R"({"task":{"taskId":"old"}})")));
  EXPECT_EQ(std::nullopt, created_task_id_of(Response::error(R"({"code":1,"task":{"taskId":"x"}})")));
}

TEST(TasksTest, TiesMessagesToOneTask) {
  const std::string own = R"("io.modelcontextprotocol/related-task":{"taskId":"n\"1"})";
  EXPECT_EQ("{\"_meta\":{" + own + "}}", with_related_task(std::string(), "n\"1"));
  EXPECT_EQ("{\"_meta\":{" + own + R"(},"a":1})", with_related_task(std::string(R"({"a":1})"), "n\"1"));
  EXPECT_EQ(
      R"({"_meta":{"k":2,)" + own + "}}",
      with_related_task(std::string(R"({"_meta":{"k":2,"io.modelcontextprotocol/related-task":{"taskId":"theirs"}}})"),
                        "n\"1"));
  EXPECT_EQ("no object", with_related_task(std::string("no object"), "n"));
  const Response error = with_related_task(Response::error(R"({"code":1})"), "n");
  EXPECT_TRUE(error.is_error());
  EXPECT_EQ(R"({"code":1})", error.payload());
}

}  // namespace
}  // namespace jungle::mcp
