// Answers of servers that run a call as a task: JSON goes in, and JSON comes out.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "mcp/json_reader.h"
#include "mcp/tasks.h"
#include "upstream/legacy_tasks.h"
#include "upstream/task_calls.h"

using namespace jungle;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  if (!mcp::validate_json(text)) return 0;
  const auto result = mcp::Response::result(std::move(text), mcp::ResultForm::kLegacy);
  const auto params = upstream::task_params_of(result);
  JUNGLE_CHECK(!params || mcp::validate_json(*params));
  JUNGLE_CHECK(mcp::validate_json(upstream::without_task_meta(result).payload()));
  JUNGLE_CHECK(mcp::validate_json(mcp::with_task_id(result, "id").payload()));
  // What becomes of it for a client can be read again, and nothing in it stands twice.
  const auto is_read = [](const mcp::Response& shown) { return mcp::read_members(shown.payload()).has_value(); };
  JUNGLE_CHECK(!params || is_read(upstream::task_handle(result, "session")));
  if (!is_read(result)) return 0;
  JUNGLE_CHECK(is_read(upstream::open_task(result, "id", R"({"a":{}})")));
  JUNGLE_CHECK(is_read(upstream::ended_task(result, "id", result)));
  return 0;
}
