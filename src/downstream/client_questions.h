// What servers ask of legacy clients in the middle of a call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/deadline_list.h"
#include "mcp/event_sink.h"
#include "mcp/input_required.h"
#include "mcp/response.h"

namespace jungle::downstream {

struct ClientSession;

// The requests to legacy clients whose calls run on one worker, until they are answered (MCP 2025-11-25 client/...: a
// server's request has an id of its own, and the client answers it with a message of its own, which may come in on any
// worker). One per McpEndpoint, on its executor.
class ClientQuestions {
 public:
  using OnAnswer = mcp::EventSink::OnAnswer;

  // The client answered. Unknown ids are ignored: the call may have ended meanwhile.
  void answer(const ClientSession& session, std::uint64_t id, mcp::Response response);

 private:
  friend class AskedQuestions;
  using Key = std::pair<const ClientSession*, std::uint64_t>;
  struct Open {
    explicit Open(std::function<void()> on_expiry) : expiry(std::move(on_expiry)) {}
    OnAnswer on_answer;          // Null once it has expired: then it only waits to be withdrawn.
    DeadlineList::Entry expiry;  // kQuestionTime after it was asked.
  };
  // The server is told that there is no answer. The client is when the call ends, as of all that is open then.
  void expire(const ClientSession& session, std::uint64_t id);
  std::map<Key, Open> open_;
};

// The questions of one call. Forgets them when it goes.
class AskedQuestions {
 public:
  // Both null: nobody can be asked.
  AskedQuestions(ClientQuestions* all, const ClientSession* session) : all_(all), session_(session) {}
  AskedQuestions(const AskedQuestions&) = delete;
  AskedQuestions& operator=(const AskedQuestions&) = delete;
  ~AskedQuestions() { take_open(); }

  // A question that nobody answers in time is answered with an error. `asker_id` as in mcp::InputRequest.
  void add(std::uint64_t id, std::string asker_id, DeadlineList& deadlines, ClientQuestions::OnAnswer on_answer);
  void remove(std::uint64_t id);
  // How many wait for their answer.
  std::size_t size() const;
  // The id of the one that its server withdraws, which is forgotten; nothing if it is not open.
  std::optional<std::uint64_t> take(const std::string& asker_id);
  // The ids of those that are open, which are forgotten.
  std::vector<std::uint64_t> take_open();

 private:
  ClientQuestions* all_;
  const ClientSession* session_;
  std::vector<std::pair<std::uint64_t, std::string>> asked_;  // Ids with those of their askers.
};

// The request as a client gets it: with an `elicitationId` where legacy revisions want one (MCP 2025-11-25
// client/elicitation "URL Mode").
std::string question_text(std::uint64_t id, mcp::InputRequest question);
// The notification that no answer is needed any more.
std::string withdrawal_text(std::uint64_t id, std::string_view reason);

}  // namespace jungle::downstream
