#include "downstream/session_table.h"

#include "downstream/limits.h"
#include "mcp/error_code.h"

namespace jungle::downstream {

void SessionTable::add(const std::shared_ptr<ClientSession>& session, SteadyTime now) {
  session->last_used = now;
  sessions_.with([&](Sessions& sessions) {
    session->id = "mcp-session-" + random_uuid(random_);
    if (sessions.size() >= kSessionsMax) {
      auto oldest = sessions.begin();
      for (auto it = sessions.begin(); it != sessions.end(); ++it) {
        if (it->second->last_used.load() < oldest->second->last_used.load()) oldest = it;
      }
      oldest->second->end();
      sessions.erase(oldest);
    }
    sessions.emplace(session->id, session);
  });
}

void SessionTable::end_idle(SteadyTime now) {
  sessions_.with([&](Sessions& sessions) {
    for (auto it = sessions.begin(); it != sessions.end();) {
      ClientSession& session = *it->second;
      const auto unused = session.open_streams == 0 ? now - session.last_used.load() : SteadyTime::duration::zero();
      const bool idle = unused > kSessionIdleTime;
      if (idle) session.end();
      if (unused > kWatchIdleTime) session.watched.rest();
      it = idle ? sessions.erase(it) : std::next(it);
    }
  });
}

std::shared_ptr<ClientSession> SessionTable::find(const std::string& id) const {
  return sessions_.with([&](const Sessions& sessions) {
    const auto found = sessions.find(id);
    return found == sessions.end() ? nullptr : found->second;
  });
}

void SessionTable::end(ClientSession& session) {
  session.end();
  sessions_.with([&](Sessions& sessions) { sessions.erase(session.id); });
}

std::size_t SessionTable::size() const {
  return sessions_.with([](const Sessions& sessions) { return sessions.size(); });
}

std::optional<mcp::Response> answer_by_session(ClientSession& session, const mcp::Request& request) {
  if (request.method != mcp::Method::kPing && request.method != mcp::Method::kLoggingSetLevel) return std::nullopt;
  if (request.method == mcp::Method::kLoggingSetLevel) {
    const auto level = mcp::parse_log_level(request.params.find_string("level").value_or(""));
    if (!level) return mcp::Response::error(mcp::kInvalidParams, "params.level must be one of the eight log levels");
    session.log_level.store(*level);
  }
  return mcp::Response::result("{}", mcp::ResultForm::kLegacy);
}

std::shared_ptr<SseSession> SessionTable::open_sse() {
  return sse_.with([&](auto& sessions) {
    auto session = std::make_shared<SseSession>(random_uuid(random_));
    sessions.emplace(session->id(), session);
    return session;
  });
}

std::shared_ptr<SseSession> SessionTable::find_sse(const std::string& id) const {
  return sse_.with([&](const auto& sessions) {
    const auto found = sessions.find(id);
    return found == sessions.end() ? nullptr : found->second;
  });
}

void SessionTable::close_sse(const SseSession& session) {
  sse_.with([&](auto& sessions) { sessions.erase(session.id()); });
}

}  // namespace jungle::downstream
