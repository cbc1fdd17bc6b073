// What authorization servers may cost us. docs/limits.md lists these with their reasons.
#pragma once

#include <cstddef>

#include "base/time.h"

namespace jungle::oauth {

// One fetch of metadata, a registration or a token.
inline constexpr Seconds kFetchTime{10};
inline constexpr std::size_t kFetchBodyBytesMax = 1024 * 1024;  // The longest metadata documents have 10 KB.
inline constexpr std::size_t kPeerJsonDepthMax = 16;

// Tokens become a header field; servers refuse heads of more than 16 to 64 KiB.
inline constexpr std::size_t kTokenBytesMax = 16 * 1024;
inline constexpr std::size_t kServerWordsBytesMax = 300;  // Of a server's error text, quoted in ours.
// Longer lifetimes are taken for this long; it keeps time arithmetic far from its end.
inline constexpr Seconds kTokenLifetimeMax{10L * 365 * 24 * 3600};
inline constexpr Seconds kClientAssertionTime{60};  // A client assertion is used once, at once (RFC 7523 §3).

}  // namespace jungle::oauth
