// Event streams of a legacy server that belong to no request.
#pragma once

#include <cstdint>
#include <string>

#include "base/task.h"
#include "base/time.h"
#include "mcp/json_reader.h"
#include "upstream/http_link.h"
#include "upstream/worker.h"

namespace jungle::upstream {

// Where a stream has come to: what a GET that goes on with it names.
struct StreamPlace {
  std::string last_event_id;  // Empty: it has none.
  Millis retry{0};            // When the server wants to be asked again; 0: it did not say.
};

// Hears a stream.
class StreamListener {
 public:
  virtual ~StreamListener() = default;
  // The server has opened it. `resumed`: it goes on where the last one ended.
  virtual void on_open(bool resumed) = 0;
  virtual void on_message(mcp::Message message) = 0;
};

// How it came to an end.
enum class StreamEnd : std::uint8_t {
  kOver,         // It was there, and has ended or broken off.
  kUnavailable,  // No connection, no answer, or one that says "later" (408, 409, 429, 5xx).
  kRefused,      // 401 or 403.
  kSessionGone,  // The session is not known, or not any more (404, and 400 of some SDKs).
  kNone,         // This server has no such stream: 405, or something that is none.
};

// Opens the standalone stream of a session with a GET (MCP 2025-11-25 basic/transports "Listening for Messages from the
// Server"), goes on at `place` if that is one, and reads until it ends or the coroutine is cancelled. There is no
// deadline: such a stream lives as long as both sides.
Task<StreamEnd> read_event_stream(Worker& worker, LinkUse use, StreamPlace& place, StreamListener& listener);

}  // namespace jungle::upstream
