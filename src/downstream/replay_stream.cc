#include "downstream/replay_stream.h"

#include <charconv>

#include "downstream/limits.h"

namespace jungle::downstream {

std::uint64_t ReplayStream::append(std::string message) {
  return state_.with([&](State& state) {
    state.bytes += message.size();
    state.events.push_back(StreamEvent{state.next, std::move(message)});
    while (state.events.size() > 1 && (state.events.size() > kReplayEventsMax || state.bytes > kReplayBytesMax)) {
      state.bytes -= state.events.front().message.size();
      state.events.pop_front();
    }
    return state.next++;
  });
}

void ReplayStream::end(SteadyTime now) {
  state_.with([&](State& state) { state.ended_at = now; });
}

ReplayStream::Part ReplayStream::after(std::uint64_t number) const {
  return state_.with([&](const State& state) {
    Part part;
    for (const StreamEvent& event : state.events) {
      if (event.number > number) part.events.push_back(event);
    }
    part.ended = state.ended_at.has_value();
    return part;
  });
}

bool ReplayStream::expired(SteadyTime now) const {
  return state_.with([&](const State& state) { return state.ended_at && now - *state.ended_at > kReplayTime; });
}

std::shared_ptr<ReplayStream> ReplayStore::open(SteadyTime now) {
  return state_.with([&](State& state) {
    while (!state.order.empty()) {
      const auto oldest = state.streams.find(state.order.front());
      if (state.streams.size() < kReplayStreamsMax && !oldest->second->expired(now)) break;
      state.streams.erase(oldest);
      state.order.pop_front();
    }
    auto stream = std::make_shared<ReplayStream>(std::to_string(state.next++));
    state.order.push_back(stream->id());
    state.streams.emplace(stream->id(), stream);
    return stream;
  });
}

std::optional<ReplayStore::Position> ReplayStore::find(std::string_view event_id, SteadyTime now) const {
  const auto underscore = event_id.find('_');
  if (underscore == std::string_view::npos) return std::nullopt;
  const std::string_view text = event_id.substr(underscore + 1);
  Position position;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), position.number);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  position.stream = state_.with([&](const State& state) {
    const auto found = state.streams.find(event_id.substr(0, underscore));
    return found == state.streams.end() ? nullptr : found->second;
  });
  if (!position.stream || position.stream->expired(now)) return std::nullopt;
  return position;
}

}  // namespace jungle::downstream
