// What authorization servers may cost us. docs/limits.md lists these with their reasons.
#pragma once

#include <cstddef>

#include "base/time.h"

namespace jungle::oauth {

// One fetch of metadata, a registration or a token.
inline constexpr Seconds kFetchTime{10};
inline constexpr std::size_t kFetchBodyBytesMax = 1024 * 1024;  // The longest metadata documents have 10 KB.
inline constexpr std::size_t kPeerJsonDepthMax = 16;

inline constexpr std::size_t kPeerUrlBytesMax = 2048;         // Browsers and servers refuse much longer ones.
inline constexpr std::size_t kAuthorizationServersMax = 8;    // Of one resource; the first that answers is used.
inline constexpr std::size_t kChallengeBytesMax = 16 * 1024;  // Of a WWW-Authenticate field.
inline constexpr std::size_t kChallengesMax = 16;
inline constexpr std::size_t kScopesMax = 256;  // In one list of a peer's.
inline constexpr std::size_t kScopeBytesMax = 512;
inline constexpr std::size_t kMissingScopesMax = 64;  // Of one grant, from all the calls that were refused.

// Finding out whom to ask: several fetches.
inline constexpr Seconds kDiscoveryTime{30};
inline constexpr int kRedirectsMax = 3;  // Of a metadata document, within its origin.
// Metadata that says how long it is valid is kept so long, at most.
inline constexpr Seconds kMetadataLifetimeMax{24 * 3600};
inline constexpr std::size_t kMetadataKeptMax = 64;
inline constexpr std::size_t kMetadataKeptBytesMax = 64 * 1024;  // A longer document is fetched anew each time.

// An authorization that waits for a person, and how long its row stays behind its end, so that who comes late learns
// why.
inline constexpr Seconds kSessionTime{10 * 60};
inline constexpr Seconds kSessionMemory{10 * 60};
inline constexpr Seconds kSweepPeriod{60};

// Renewing access tokens.
inline constexpr Seconds kRenewAhead{60};             // Before the end; a random part of it earlier still.
inline constexpr Seconds kRenewAheadLifetimeMin{60};  // Shorter lives are renewed when a call needs it.
inline constexpr Seconds kExpiryMargin{5};            // A token is not sent in its last moments.
inline constexpr Seconds kTurnTime{30};               // One process's right to refresh: a fetch, and a slow disk.
inline constexpr Seconds kTurnWait{35};               // For another process's turn to end.
inline constexpr Millis kTurnLook{200};               // Between looks at what became of it.
// After a failure, until the next attempt: doubled each time.
inline constexpr Seconds kRenewRetryMin{1};
inline constexpr Seconds kRenewRetryMax{30};
inline constexpr Seconds kLookPause{5};        // Between looks whether a person has authorized again elsewhere.
inline constexpr Seconds kLastRenewalTime{2};  // For one that is under way when the gateway stops.

// Tokens become a header field; servers refuse heads of more than 16 to 64 KiB.
inline constexpr std::size_t kTokenBytesMax = 16 * 1024;
inline constexpr std::size_t kServerWordsBytesMax = 300;  // Of a server's error text, quoted in ours.
// Longer lifetimes are taken for this long; it keeps time arithmetic far from its end.
inline constexpr Seconds kTokenLifetimeMax{10L * 365 * 24 * 3600};
inline constexpr Seconds kClientAssertionTime{60};  // A client assertion is used once, at once (RFC 7523 §3).

}  // namespace jungle::oauth
