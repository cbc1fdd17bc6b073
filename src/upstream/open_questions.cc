#include "upstream/open_questions.h"

#include "mcp/json_reader.h"

namespace jungle::upstream {

Result<void> OpenQuestions::add(mcp::InputRequest question, OnAnswer on_answer) {
  if (questions_.size() >= mcp::kInputRequestsMax)
    return Error{ErrorCode::kLimitExceeded, "too many requests of the server wait for the client", {}};
  questions_.emplace(key_prefix_ + std::to_string(next_key_++), Question{std::move(question), std::move(on_answer)});
  return {};
}

void OpenQuestions::answer(const std::string& responses) {
  const auto members = mcp::read_members(responses);
  if (!members) return;
  for (const mcp::Member& member : *members) {
    auto found = questions_.extract(std::string(member.key.of(responses)));
    if (found.empty()) continue;
    found.mapped().on_answer(mcp::Response::result(std::string(member.value.of(responses)), mcp::ResultForm::kLegacy));
  }
}

void OpenQuestions::withdraw(const std::string& asker_id) {
  std::erase_if(questions_, [&](const auto& item) { return item.second.request.asker_id == asker_id; });
}

std::vector<std::pair<std::string, mcp::InputRequest>> OpenQuestions::all() const {
  std::vector<std::pair<std::string, mcp::InputRequest>> out;
  for (const auto& [key, question] : questions_)
    out.emplace_back(key, question.request);
  return out;
}

}  // namespace jungle::upstream
