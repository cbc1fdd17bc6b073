// Answers of servers that run a call as a task, behind the JSON-RPC reader: JSON goes in, and JSON comes out.
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "base/check.h"
#include "mcp/json_reader.h"
#include "mcp/tasks.h"
#include "upstream/legacy_tasks.h"
#include "upstream/task_calls.h"

using namespace jungle;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  auto read = mcp::read_message(R"({"jsonrpc":"2.0","id":1,"result":)" + text + "}", mcp::ResultForm::kLegacy);
  auto* message = std::get_if<mcp::Message>(&read);
  auto* answer = message != nullptr ? std::get_if<mcp::IncomingResponse>(message) : nullptr;
  if (answer == nullptr) return 0;
  const mcp::Response& result = answer->response;
  const auto params = upstream::task_params_of(result);
  JUNGLE_CHECK(!params || mcp::validate_json(*params));
  JUNGLE_CHECK(mcp::validate_json(upstream::without_task_meta(result).payload()));
  JUNGLE_CHECK(mcp::validate_json(mcp::with_task_id(result, "id").payload()));
  const auto renamed = mcp::with_created_task_id(result, "id");
  JUNGLE_CHECK(mcp::created_task_id_of(renamed).value_or("id") == "id");
  // What becomes of it for a client can be read again, and nothing in it stands twice.
  const auto is_read = [](const mcp::Response& shown) { return mcp::read_members(shown.payload()).has_value(); };
  JUNGLE_CHECK(!params || is_read(upstream::task_handle(result, "session")));
  if (!is_read(result)) return 0;
  JUNGLE_CHECK(is_read(renamed) && is_read(mcp::with_related_task(result, "id")));
  JUNGLE_CHECK(is_read(upstream::open_task(result, "id", R"({"a":{}})")));
  JUNGLE_CHECK(is_read(upstream::ended_task(result, "id", result)));
  return 0;
}
