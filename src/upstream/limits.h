// What upstream servers may cost us. docs/limits.md lists these with their reasons.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"
#include "catalog/server_spec.h"

namespace jungle::upstream {

// Defaults of what the operator may set (options.h).
inline constexpr Seconds kInitTimeout{30};
inline constexpr Seconds kCallTimeout{300};
inline constexpr Seconds kSessionIdle{3600};  // As MCPJungle does when nothing is set.

// Calls.
inline constexpr Seconds kCallHardCap{catalog::kTimeoutSecMax};  // Progress extends a call up to this.
inline constexpr Seconds kInputTime{600};            // That a call gets when its server asks the client something.
inline constexpr std::size_t kParkedCallsMax = 256;  // Of one server: they wait for a modern client's input,
inline constexpr Seconds kParkedTime{600};           // each so long.
inline constexpr Millis kParkPause{5};               // For further questions, before the client is given the first.
inline constexpr std::size_t kUnreadBytesMax = 16 * 1024 * 1024;  // Of what a server says during one call.
inline constexpr Seconds kGoodbyeTimeout{5};      // For a DELETE, a `cancelled`, a log level, an answer to a server.
inline constexpr std::size_t kGoodbyesMax = 256;  // Of those at once, per worker and server; more are not sent.

// Answers. A tools/list of 64 MiB is a mistake; the largest seen in the wild is 3 MiB.
inline constexpr std::size_t kAnswerBytesMax = 64 * 1024 * 1024;
inline constexpr std::size_t kErrorBodyBytesMax = 64 * 1024;   // Of an answer that is not MCP.
inline constexpr std::size_t kQuotedBytesMax = 200;            // Of it, quoted in our error,
inline constexpr std::size_t kQuotedFromBytesMax = 32 * 1024;  // once our secrets in so much of it are blacked out.
inline constexpr std::size_t kChallengesMax = 16;              // WWW-Authenticate fields that are looked at.

inline constexpr Seconds kDrainTime{2};  // For the end of an event stream whose answer has come.

// Resuming a legacy server's event stream that broke off before the answer.
inline constexpr Millis kResumeDelay{1000};           // Before each attempt, if the server named no `retry`;
inline constexpr Millis kResumeDelayMin{100};         // if it did, that, but not less than this,
inline constexpr Millis kResumeDelayMax{60'000};      // and not more.
inline constexpr std::size_t kResumeFailuresMax = 5;  // Attempts in a row that lead to no stream.

// Eras.
inline constexpr Seconds kEraProbeTime{5};   // For an answer to `server/discover`; then `initialize` is tried too.
inline constexpr Seconds kEraDoubtPause{5};  // Between probes of a server whose answers contradict its known era.

// Listing (registration).
inline constexpr std::size_t kListPagesMax = 1000;
inline constexpr std::size_t kListEntriesMax = 20'000;           // Per kind.
inline constexpr std::size_t kListBytesMax = 256 * 1024 * 1024;  // All kinds together.

inline constexpr std::size_t kListingsMax = 8;  // Of registered servers at once, all servers together.
inline constexpr Seconds kRelistPause{60};  // Between listings of one server because it refused the headers of a call.
inline constexpr Millis kListChangeGather{100};  // From a server's list_changed to its listing, for more of them;
inline constexpr Millis kListChangePause{1000};  // between such listings, or as long as one takes, doubling for each
inline constexpr Millis kListChangePauseMax{60'000};  // that finds nothing new up to this,
inline constexpr Seconds kListChangeMemory{600};      // as long as they come no further apart than that.

// Listing registered servers anew.
inline constexpr Seconds kRetryMin{1};   // Until a server that could not be listed is asked again, or that calls found
                                         // to be back, doubling until a listing succeeds,
inline constexpr Seconds kRetryMax{60};  // up to this; between half of it and all.
inline constexpr int kSyncSpread = 10;   // sync_interval_sec is kept give or take such a part of it.

// The circuit breaker. Under load a server is found to be back at most kProbePauseMax and kProbeTime after it is.
inline constexpr std::uint32_t kFailuresMax = 5;  // Calls in a row that cannot reach a server; more are not tried.
inline constexpr Millis kProbePauseMin{100};   // Then one call is let through after this, doubling for each that fails
inline constexpr Millis kProbePauseMax{1000};  // up to this; between half of it and all.
inline constexpr Millis kProbeTime{500};       // A call let through that knows no more by now makes room for another.

// Listening to servers outside of calls.
inline constexpr Millis kWatchStartSpread{250};       // Up to so long after a server is known it is listened to.
inline constexpr Millis kStreamOpenTime{2000};        // For the head of a stream; some come with its first event only.
inline constexpr Millis kWatchPauseMin{1000};         // From the end of a stream to the next, doubling while they fail
inline constexpr Millis kWatchPauseMax{60'000};       // up to this,
inline constexpr Millis kWatchPollPauseMax{5000};     // or this where streams end on purpose, to be gone on with.
inline constexpr Millis kWatchSteadyTime{10'000};     // A stream that stood so long, or told something, did not fail.
inline constexpr std::size_t kWatchedUrisMax = 1000;  // Resources of one server that are subscribed to.

// Sessions kept ready.
inline constexpr std::size_t kReadySessionsMax = 8;  // HTTP sessions, per worker and server.
inline constexpr Seconds kReadyIdle{300};            // Ready sessions and warm processes end after this without a call.
inline constexpr Millis kSuccessorPause{5};          // So long after a call took a warm process the next one starts.

// Sessions for the tasks that were made in them, where each call has its own.
inline constexpr std::size_t kTaskSessionsMax = 64;    // Per worker and server; further calls wait for their tasks.
inline constexpr Seconds kTaskSessionTime{3600};       // If the server names no shorter lifetime of the task.
inline constexpr std::size_t kTaskTalksMax = 256;      // Tasks of one server that ask their clients something,
inline constexpr std::size_t kTaskTokenBytesMax = 64;  // Of a progress token that is to be good for a task.
inline constexpr Millis kTaskQuestionTime{1000};       // for the first question of one, while its client waits.

// HTTP+SSE.
inline constexpr std::size_t kSsePostsMax = 1000;  // Messages of one session that its server has not taken yet.

// Child processes.
inline constexpr std::size_t kMessageBytesMax = 64 * 1024 * 1024;     // One line of stdout.
inline constexpr std::size_t kReadChunkBytes = 64 * 1024;             // The size of a Linux pipe.
inline constexpr std::size_t kWriteQueueBytesMax = 64 * 1024 * 1024;  // What a child has not read yet.
inline constexpr Millis kEofTime{2000};                               // From closing stdin to SIGTERM, as MCPJungle.
inline constexpr Millis kTermTime{3000};                              // From SIGTERM to SIGKILL, as MCPJungle.
inline constexpr Millis kGroupTermTime{200};      // For what a child left behind in its group, from SIGTERM to SIGKILL.
inline constexpr Millis kLastOutputTime{250};     // After an exit, for output that is still in the pipes.
inline constexpr Millis kExitPollTime{50};        // Where pidfd_open is not allowed, how often waitpid is asked.
inline constexpr Millis kGroupPollTime{10};       // How often the guardian looks whether groups have ended.
inline constexpr Millis kUpkeepPeriod{1000};      // Between looks for a dead guardian and, as PID 1, orphans.
inline constexpr Millis kGuardianPauseMin{1000};  // Between starts of guardians that die, doubling,
inline constexpr Millis kGuardianPauseMax{60'000};      // up to this; one that lives so long starts from none again.
inline constexpr Millis kGuardianEndTime{1000};         // At our exit, for the guardian to end.
inline constexpr std::size_t kChildGroupsMax = 4096;    // Process groups of children, all servers together.
inline constexpr std::size_t kGarbageLinesLogged = 20;  // Lines of stdout that are no messages, per process.

// Standard error of children.
inline constexpr std::size_t kStderrLineBytes = 4096;      // Longer lines are logged in pieces.
inline constexpr std::size_t kStderrTailLines = 20;        // Quoted when the process dies,
inline constexpr std::size_t kStderrTailBytes = 4096;      // at most so many bytes.
inline constexpr std::size_t kStderrLinesPerSecond = 200;  // Logged; more are counted and dropped.

}  // namespace jungle::upstream
