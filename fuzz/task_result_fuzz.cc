// Answers of servers that run a call as a task: JSON goes in, and JSON comes out.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "mcp/json_reader.h"
#include "upstream/task_calls.h"

using namespace jungle;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  if (!mcp::validate_json(text)) return 0;
  const auto result = mcp::Response::result(std::move(text), mcp::ResultForm::kLegacy);
  const auto params = upstream::task_params_of(result);
  JUNGLE_CHECK(!params || mcp::validate_json(*params));
  JUNGLE_CHECK(mcp::validate_json(upstream::without_task_meta(result).payload()));
  return 0;
}
