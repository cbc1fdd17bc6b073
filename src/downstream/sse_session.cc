#include "downstream/sse_session.h"

#include <utility>

#include "downstream/limits.h"
#include "downstream/session_table.h"

namespace jungle::downstream {

bool SseSession::push(std::string message) {
  return state_.with([&](State& state) {
    state.overflowed = state.overflowed || (!state.ended && state.bytes > kSseWaitingBytesMax);
    state.ended = state.ended || state.overflowed;
    if (state.ended) return true;
    state.bytes += message.size();
    state.waiting.messages.push_back(std::move(message));
    return state.waiting.messages.size() == 1;
  });
}

bool SseSession::push_event(std::string message) {
  return state_.with([&](State& state) {
    if (state.ended) return true;
    if (state.event_bytes > kSseEventBytesMax) {
      ++state.waiting.dropped;
      return false;
    }
    state.event_bytes += message.size();
    state.waiting.messages.push_back(std::move(message));
    return state.waiting.messages.size() == 1;
  });
}

SseSession::Taken SseSession::take() {
  return state_.with([](State& state) {
    state.bytes = 0;
    state.event_bytes = 0;
    return std::exchange(state.waiting, {});
  });
}

std::shared_ptr<ClientSession> SseSession::client() const {
  return state_.with([](const State& state) { return state.client; });
}

bool SseSession::set_client(std::shared_ptr<ClientSession> client) {
  return state_.with([&](State& state) {
    if (state.ended || state.client) return false;
    state.client = std::move(client);
    return true;
  });
}

std::shared_ptr<ClientSession> SseSession::end() {
  const auto client = state_.with([](State& state) {
    state.ended = true;
    state.waiting = {};
    return state.client;
  });
  if (client) client->end();
  return client;
}

bool SseSession::ended() const {
  return state_.with([](const State& state) { return state.ended; });
}

bool SseSession::overflowed() const {
  return state_.with([](const State& state) { return state.overflowed; });
}

}  // namespace jungle::downstream
