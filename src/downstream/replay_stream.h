// Streams that a client may resume.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/guarded.h"
#include "base/time.h"

namespace jungle::downstream {

// One event of a stream: its number within the stream and the message, raw JSON.
struct StreamEvent {
  std::uint64_t number = 0;
  std::string message;
};

// The events of one answer stream of a legacy session, kept so that a client whose connection broke can fetch what it
// missed (MCP 2025-11-25 basic/transports "Resumability and Redelivery"). Event ids are `<stream>_<number>`.
// Shared by the call that writes it and the exchange that reads it; callable from any thread.
class ReplayStream {
 public:
  explicit ReplayStream(std::string id) : id_(std::move(id)) {}
  const std::string& id() const { return id_; }
  std::string event_id(std::uint64_t number) const { return id_ + "_" + std::to_string(number); }

  // The number of the event that was kept. The oldest events make room; the last one is kept whatever its size.
  std::uint64_t append(std::string message);
  void end(SteadyTime now);

  struct Part {
    std::vector<StreamEvent> events;
    bool ended = false;
  };
  // Whether somebody follows the stream, and so wants to hear that it grew.
  std::atomic<bool> followed{false};
  Part after(std::uint64_t number) const;
  bool expired(SteadyTime now) const;

 private:
  struct State {
    std::deque<StreamEvent> events;
    std::size_t bytes = 0;
    std::uint64_t next = 1;  // 0 is the priming event, which has no message.
    std::optional<SteadyTime> ended_at;
  };
  const std::string id_;
  Guarded<State> state_;
};

// The resumable streams of one session. Callable from any thread.
class ReplayStore {
 public:
  // A new stream; the one that ended first makes room.
  std::shared_ptr<ReplayStream> open(SteadyTime now);
  // The stream and the event number that an event id names; nothing of a stream that ended too long ago.
  struct Position {
    std::shared_ptr<ReplayStream> stream;
    std::uint64_t number = 0;
  };
  std::optional<Position> find(std::string_view event_id, SteadyTime now) const;

 private:
  struct State {
    std::uint64_t next = 1;
    std::map<std::string, std::shared_ptr<ReplayStream>, std::less<>> streams;
    std::deque<std::string> order;
  };
  Guarded<State> state_;
};

}  // namespace jungle::downstream
