#include "downstream/session_table.h"

#include "downstream/limits.h"

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
      const bool idle = session.open_streams == 0 && now - session.last_used.load() > kSessionIdleTime;
      if (idle) session.end();
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

}  // namespace jungle::downstream
