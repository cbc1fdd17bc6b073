#include "upstream/legacy_tasks.h"

#include <gtest/gtest.h>

#include "mcp/tasks.h"

namespace jungle::upstream {
namespace {

mcp::Response legacy(std::string text) { return mcp::Response::result(std::move(text), mcp::ResultForm::kLegacy); }

TEST(LegacyTasksTest, ANameLeadsBackToTheTask) {
  for (const LegacyTask& task : {LegacyTask{"session-1", "t 1"}, LegacyTask{"", "t"}, LegacyTask{"s", ""}}) {
    const auto read = read_legacy_task(text_of(task));
    ASSERT_TRUE(read);
    EXPECT_EQ(task.session_id, read->session_id);
    EXPECT_EQ(task.id, read->id);
  }
  const auto with_tokens = read_legacy_task(text_of({"session-1", "t 1", "17", R"("my token")"}));
  ASSERT_TRUE(with_tokens);
  EXPECT_EQ("session-1", with_tokens->session_id);
  EXPECT_EQ("t 1", with_tokens->id);
  EXPECT_EQ("17", with_tokens->own_token);
  EXPECT_EQ(R"("my token")", with_tokens->client_token);
  EXPECT_FALSE(read_legacy_task("s\t17 no+base64 t"));
  EXPECT_FALSE(read_legacy_task("task-1"));
  EXPECT_FALSE(read_legacy_task("a\nb t"));
}

TEST(LegacyTasksTest, WritesTheHandleOfTheExtension) {
  const auto handle = task_handle(
      legacy(R"({"task":{"taskId":"t1","status":"working","ttl":60000,"pollInterval":5,"x":{"ttl":1}},"_meta":{}})"),
      "s");
  EXPECT_EQ(
      R"({"resultType":"task","taskId":"s t1","status":"working","ttlMs":60000,"pollIntervalMs":5,"x":{"ttl":1}})",
      handle.payload());
  EXPECT_EQ(mcp::ResultForm::kModern, handle.form());
  EXPECT_EQ(R"({"resultType":"task","ttlMs":null,"taskId":" t1"})",
            task_handle(legacy(R"({"task":{"taskId":"t1"}})"), "").payload());
}

TEST(LegacyTasksTest, LeavesOutWhatTheLegacyFormDoesNotHave) {
  const auto handle =
      task_handle(legacy(R"({"task":{"ttlMs":7,"taskId":"t","result":{},"ttl":null,"requestState":"s"}})"), "");
  EXPECT_EQ(R"({"resultType":"task","taskId":" t","ttlMs":null})", handle.payload());
}

TEST(LegacyTasksTest, TellsHowFarATaskIs) {
  const auto working = legacy(R"({"taskId":"t","status":"working","ttl":1})");
  EXPECT_EQ("working", task_status(working));
  EXPECT_EQ(R"({"resultType":"complete","taskId":"id","status":"working","ttlMs":1})",
            open_task(working, "id", {}).payload());
  const auto asking = legacy(R"({"taskId":"t","status":"input_required","ttl":1})");
  EXPECT_EQ(R"({"resultType":"complete","inputRequests":{"a":{}},"taskId":"id","status":"input_required","ttlMs":1})",
            open_task(asking, "id", R"({"a":{}})").payload());
  EXPECT_EQ(R"({"resultType":"complete","taskId":"id","status":"working","ttlMs":1})",
            open_task(asking, "id", {}).payload());
  EXPECT_EQ("", task_status(legacy("{}")));
  EXPECT_EQ("", task_status(mcp::Response::error(R"({"code":1,"status":"working"})")));
  EXPECT_TRUE(is_final("completed") && is_final("failed") && is_final("cancelled"));
  EXPECT_FALSE(is_final("working") || is_final("input_required") || is_final(""));
}

TEST(LegacyTasksTest, AFailedToolHasCompleted) {
  const auto failed = legacy(R"({"taskId":"t","status":"failed","ttl":1})");
  const auto result = legacy(R"({"content":[],"isError":true,"_meta":{"io.modelcontextprotocol/related-task":{}}})");
  EXPECT_EQ(
      R"({"resultType":"complete","result":{"content":[],"isError":true,"_meta":{}},"taskId":"id","status":"completed","ttlMs":1})",
      ended_task(failed, "id", result).payload());
  const auto error = mcp::Response::error(R"({"code":-32603,"message":"broke"})");
  EXPECT_EQ(
      R"({"resultType":"complete","error":{"code":-32603,"message":"broke"},"taskId":"id","status":"failed","ttlMs":1})",
      ended_task(failed, "id", error).payload());
}

TEST(LegacyTasksTest, ReadsHowLongATaskIsKept) {
  const auto lifetime = [](const char* ttl) {
    return lifetime_of(legacy(R"({"taskId":"t","ttlMs":)" + std::string(ttl) + "}"));
  };
  EXPECT_EQ(Millis(60'000), lifetime("60000"));
  for (const char* none : {"null", "-1", "1.5", "\"1\"", "99999999999999999999999"})
    EXPECT_EQ(std::nullopt, lifetime(none)) << none;
  EXPECT_GT(Millis(2'000'000'000'000), lifetime("18446744073709551615"));
}

}  // namespace
}  // namespace jungle::upstream
