// Definitions of tools and resources: what is accepted is valid JSON, stays as it is when read again, and its ranges
// hold what they say.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "catalog/definition.h"
#include "mcp/json_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  using enum jungle::catalog::DefinitionKind;
  for (const auto kind : {kTool, kPrompt, kResource, kResourceTemplate}) {
    const auto read = jungle::catalog::read_definition(kind, text);
    if (!read) continue;
    JUNGLE_CHECK(jungle::mcp::validate_json(read->text));
    JUNGLE_CHECK(jungle::mcp::json_string_value(read->name_range.of(read->text)) == read->name);
    if (kind == kTool) JUNGLE_CHECK(read->input_schema.of(read->text).front() == '{');
    const auto again = jungle::catalog::read_definition(kind, read->text);
    JUNGLE_CHECK(again && again->text == read->text && again->note.empty());
  }
  (void)jungle::catalog::name_for_people(text);
  return 0;
}
