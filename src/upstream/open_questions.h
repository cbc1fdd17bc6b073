// What a server has asked, and its client has not answered yet.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "mcp/event_sink.h"
#include "mcp/input_required.h"

namespace jungle::upstream {

// The questions of a legacy server that wait for a modern client, which gets them as `inputRequests` and brings
// `inputResponses` (MCP 2026-07-28 basic/patterns/mrtr). Of one call or task; single executor.
class OpenQuestions {
 public:
  using OnAnswer = mcp::EventSink::OnAnswer;

  // What the keys begin with: they are unique over the life of this only.
  explicit OpenQuestions(std::string key_prefix) : key_prefix_(std::move(key_prefix)) {}

  // kLimitExceeded: mcp::kInputRequestsMax are open.
  Result<void> add(mcp::InputRequest question, OnAnswer on_answer);
  // `responses` is raw JSON of `inputResponses`. What was not asked, or is answered, counts for nothing.
  void answer(const std::string& responses);
  // The server wants no answer any more to what it asked under this id, raw JSON.
  void withdraw(const std::string& asker_id);
  void clear() { questions_.clear(); }

  bool empty() const { return questions_.empty(); }
  // By key.
  std::vector<std::pair<std::string, mcp::InputRequest>> all() const;

 private:
  struct Question {
    mcp::InputRequest request;
    OnAnswer on_answer;
  };

  const std::string key_prefix_;
  std::uint64_t next_key_ = 1;
  std::map<std::string, Question> questions_;
};

}  // namespace jungle::upstream
