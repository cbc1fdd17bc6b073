// What peers may cost us. docs/limits.md lists these with their reasons.
#pragma once

#include <cstddef>

#include "base/time.h"

namespace jungle::http {

// Heads.
inline constexpr std::size_t kHeadBytesMax = 64 * 1024;  // Node's default is 16 KiB, Go's 1 MiB; tokens can be long.
inline constexpr std::size_t kHeaderCountMax = 100;      // As Apache; real clients send under 30.

// Bodies of requests. Without an option: the largest tool arguments people send are files in base64.
inline constexpr std::size_t kBodyBytesMax = 32 * 1024 * 1024;
inline constexpr std::size_t kChunkHeadBytesMax = 16 * 1024;  // A chunk's size line with extensions, or trailers.

// Times of a downstream connection.
inline constexpr Seconds kHeadTime{10};        // From a request's first byte to the end of its head (slowloris).
inline constexpr Seconds kFirstByteTime{10};   // From accept to the first byte.
inline constexpr Seconds kIdleTime{75};        // Between requests, as nginx.
inline constexpr Seconds kWriteStallTime{60};  // A reader that takes nothing for so long is gone.
// A body must bring kBodyProgressBytes in every kBodyProgressTime, or end.
inline constexpr Seconds kBodyProgressTime{10};
inline constexpr std::size_t kBodyProgressBytes = 4 * 1024;
// A peer that closes its sending side may still read: a call is cancelled only if it takes longer than this.
inline constexpr Millis kHangUpGrace{200};
// After an early refusal the rest of the request is read and dropped so that the answer is not lost to a reset.
inline constexpr Seconds kLingerTime{5};
inline constexpr std::size_t kLingerBytesMax = 256 * 1024 * 1024;
inline constexpr std::size_t kConnectionsMax = 10'000;  // Per worker; each costs about 12 KiB when idle.
// When accept fails for want of file descriptors or memory, this long until the next attempt.
inline constexpr Millis kAcceptPause{100};

// Upstream connections.
inline constexpr std::size_t kIdlePerOriginMax = 128;  // Kept open per worker and origin.
inline constexpr Seconds kUpstreamIdleTime{4};         // Node closes idle connections after 5 s.
inline constexpr Seconds kUpstreamIdleTimeMax{60};     // However long the peer says it keeps them.
inline constexpr Seconds kConnectTime{5};              // For one address: two repetitions of a lost SYN.
inline constexpr Seconds kTlsHandshakeTime{10};
// A peer that has gone without a word is noticed though nothing is written to it: event streams wait for hours.
inline constexpr Seconds kProbeIdle{60};        // Silence before the first TCP keep-alive probe,
inline constexpr Seconds kProbePause{15};       // and between further ones,
inline constexpr int kProbesMax = 4;            // of which so many may stay unanswered.
inline constexpr Seconds kProxyAnswerTime{10};  // For its answer to CONNECT: it connects to the server meanwhile.
// For a look at the addresses of a host that a proxy is going to look up itself, and this machine perhaps cannot.
inline constexpr Seconds kProxyLookupTime{2};
inline constexpr std::size_t kCaFileBytesMax = 1024 * 1024;  // The system's authorities are 220 KiB.
inline constexpr int kInterimAnswersMax = 8;                 // 1xx heads before the answer.

// Events of a text/event-stream. A tools/list result is one event.
inline constexpr std::size_t kSseEventBytesMax = 64 * 1024 * 1024;

// Bytes that a body's string keeps free behind its end: simdjson reads past the end of its input.
inline constexpr std::size_t kBodySlack = 64;

}  // namespace jungle::http
