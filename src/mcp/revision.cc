#include "mcp/revision.h"

namespace jungle::mcp {
namespace {

constexpr std::array<std::string_view, kRevisions.size()> kTexts{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25",
                                                                 "2026-07-28"};

}  // namespace

std::string_view text_of(Revision revision) { return kTexts[static_cast<std::size_t>(revision)]; }

std::optional<Revision> parse_revision(std::string_view text) {
  for (auto newest = kRevisions.rbegin(); newest != kRevisions.rend(); ++newest) {
    if (text == text_of(*newest)) return *newest;
  }
  return std::nullopt;
}

}  // namespace jungle::mcp
