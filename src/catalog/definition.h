// One definition of a tool, prompt, resource or resource template, checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "mcp/json_text.h"

namespace jungle::catalog {

inline constexpr std::size_t kNameBytesMax = 256;            // The specification suggests 128 for tools.
inline constexpr std::size_t kUriBytesMax = 8 * 1024;        // As long as a URL that servers take.
inline constexpr std::size_t kDefinitionBytesMax = 1 << 20;  // The largest schemas seen are tens of kilobytes.

enum class DefinitionKind : std::uint8_t { kTool, kPrompt, kResource, kResourceTemplate };
std::string_view text_of(DefinitionKind kind);  // "tool", "resource template"

// What the catalog needs to know of a definition. A value.
struct Definition {
  std::string text;  // As it came, but for the repairs below.
  std::string name;
  mcp::Range name_range;  // In `text`, with quotes.
  std::string uri;        // `uri` or `uriTemplate`; empty for tools and prompts.
  mcp::Range uri_range;
  mcp::Range input_schema;   // Tools only.
  bool needs_task = false;   // Tools only: `execution.taskSupport` is "required".
  bool can_be_task = false;  // The same: it is that or "optional".
  std::string note;          // A repair that its author should know of, or empty.
};

// Checks one definition. Many clients drop a whole list for one member of a wrong type, so a definition that has one is
// refused here, where only this one is lost. Two things are repaired instead: optional members that are null are cut
// out, and an inputSchema without `type`, or no inputSchema, becomes one of type "object", which is the only type the
// specification allows. kInvalidArgument with the reason: "its name is empty". Pure.
Result<Definition> read_definition(DefinitionKind kind, std::string text);

// The `name` of a definition that was refused, for a sentence about it; empty if it has none.
std::string name_for_people(std::string_view text);

}  // namespace jungle::catalog
