// The dated revisions of the protocol.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace jungle::mcp {

// In order of age: comparisons are meaningful.
enum class Revision : std::uint8_t { k2024_11_05, k2025_03_26, k2025_06_18, k2025_11_25, k2026_07_28 };

inline constexpr std::array kRevisions{Revision::k2024_11_05, Revision::k2025_03_26, Revision::k2025_06_18,
                                       Revision::k2025_11_25, Revision::k2026_07_28};
inline constexpr Revision kNewestLegacy = Revision::k2025_11_25;
inline constexpr Revision kNewestModern = Revision::k2026_07_28;

// "2025-11-25".
std::string_view text_of(Revision revision);
std::optional<Revision> parse_revision(std::string_view text);

// Modern: version, identity and capabilities travel with each request (2026-07-28 and later). Legacy: `initialize`.
constexpr bool is_modern(Revision revision) { return revision >= Revision::k2026_07_28; }

}  // namespace jungle::mcp
