// What clients may cost us. docs/limits.md lists these with their reasons.
#pragma once

#include <cstddef>

#include "base/time.h"

namespace jungle::downstream {

inline constexpr std::size_t kSessionsMax = 100'000;     // About 1 KiB each; the one idle longest makes room.
inline constexpr Seconds kSessionIdleTime{24 * 3600};    // A session without requests and streams for so long is gone.
inline constexpr Seconds kWatchIdleTime{300};            // Nothing is watched any more for one that is so for so long.
inline constexpr std::size_t kSessionCacheMax = 10'000;  // Sessions that a worker remembers without asking the table.
inline constexpr Seconds kCallTimeMax{3600};             // The hard cap of a call; progress does not extend it further.
inline constexpr Seconds kQuietTime{10};  // An answer that takes longer becomes a stream, so that it can be kept alive.
inline constexpr Seconds kKeepAliveTime{
    15};  // Between comments on a quiet stream; proxies cut streams after 30 to 60 s.
inline constexpr std::size_t kQuestionsMax = 32;  // Requests of servers to the client that one call may have open.
inline constexpr Seconds kQuestionTime{600};      // For a person to answer one.
inline constexpr int kInputRoundsMax = 10;        // Times that a call may be answered with `input_required`.
inline constexpr Millis kInputPause{250};         // Before a call is repeated that was answered so without a question.
inline constexpr std::size_t kReplayStreamsMax = 32;                 // Streams of a session that can be resumed.
inline constexpr std::size_t kReplayEventsMax = 256;                 // Events that one of them keeps.
inline constexpr std::size_t kReplayBytesMax = 4 * 1024 * 1024;      // Bytes that all of them keep.
inline constexpr std::size_t kListensMax = 8192;                     // Of a principal, per worker: listening, HTTP+SSE.
inline constexpr std::size_t kWatchedResourcesMax = 256;             // Of a legacy session, or of one of those.
inline constexpr std::size_t kSseWaitingBytesMax = 4 * 1024 * 1024;  // Answers and questions to a client of HTTP+SSE,
inline constexpr std::size_t kSseEventBytesMax = 1024 * 1024;        // and notifications, that it has not read yet.
inline constexpr std::size_t kSseRequestsMax = 64;                   // Of one such client, at once.
inline constexpr Seconds kTaskLookTime{30};  // For the state of a task that has changed, to tell of it.
inline constexpr Seconds kFarewellTime{1};   // For the last word on a stream at a shutdown.
inline constexpr Seconds kReplayTime{300};   // How long a finished stream can be resumed.

}  // namespace jungle::downstream
