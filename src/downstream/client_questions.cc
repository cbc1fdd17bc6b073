#include "downstream/client_questions.h"

#include <algorithm>
#include <utility>

#include "downstream/limits.h"
#include "mcp/error_code.h"
#include "mcp/json_reader.h"
#include "mcp/json_text.h"

namespace jungle::downstream {

void ClientQuestions::answer(const ClientSession& session, std::uint64_t id, mcp::Response response) {
  const auto found = open_.find(Key(&session, id));
  if (found == open_.end() || !found->second.on_answer) return;
  const OnAnswer on_answer = std::move(found->second.on_answer);
  open_.erase(found);
  on_answer(std::move(response));
}

void ClientQuestions::expire(const ClientSession& session, std::uint64_t id) {
  const auto found = open_.find(Key(&session, id));
  if (found == open_.end()) return;
  const OnAnswer on_answer = std::exchange(found->second.on_answer, nullptr);
  const std::string limit = std::to_string(kQuestionTime.count());
  on_answer(mcp::Response::error(mcp::kInternalError, "the client did not answer within " + limit + " s"));
}

void AskedQuestions::add(std::uint64_t id, std::string asker_id, DeadlineList& deadlines,
                         ClientQuestions::OnAnswer on_answer) {
  const auto expire = [all = all_, session = session_, id] { all->expire(*session, id); };
  ClientQuestions::Open& open = all_->open_.try_emplace(ClientQuestions::Key(session_, id), expire).first->second;
  open.on_answer = std::move(on_answer);
  deadlines.arm(open.expiry, deadlines.coarse_now() + kQuestionTime);
  asked_.emplace_back(id, std::move(asker_id));
}

void AskedQuestions::remove(std::uint64_t id) { all_->open_.erase(ClientQuestions::Key(session_, id)); }

std::size_t AskedQuestions::size() const {
  const auto is_open = [&](const auto& asked) {
    return all_->open_.contains(ClientQuestions::Key(session_, asked.first));
  };
  return static_cast<std::size_t>(std::count_if(asked_.begin(), asked_.end(), is_open));
}

std::optional<std::uint64_t> AskedQuestions::take(const std::string& asker_id) {
  for (const auto& [id, asker] : asked_) {
    if (asker == asker_id && all_->open_.erase(ClientQuestions::Key(session_, id)) != 0) return id;
  }
  return std::nullopt;
}

std::vector<std::uint64_t> AskedQuestions::take_open() {
  std::vector<std::uint64_t> taken;
  for (const auto& [id, asker] : std::exchange(asked_, {})) {
    if (all_->open_.erase(ClientQuestions::Key(session_, id)) != 0) taken.push_back(id);
  }
  return taken;
}

std::string question_text(std::uint64_t id, mcp::InputRequest question) {
  std::string params = std::move(question.params);
  if (auto read = mcp::read_params(params.empty() ? "{}" : params);
      read && read->find_string("mode") == "url" && !read->has("elicitationId")) {
    read->set("elicitationId", mcp::json_string("elicitation-" + std::to_string(id)));
    params = read->render({});
  }
  std::string text = R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + ",\"method\":";
  mcp::append_json_string(text, question.method);
  if (!params.empty()) text.append(",\"params\":").append(params);
  return text + "}";
}

std::string withdrawal_text(std::uint64_t id, std::string_view reason) {
  return R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + std::to_string(id) +
         ",\"reason\":" + mcp::json_string(reason) + "}}";
}

}  // namespace jungle::downstream
