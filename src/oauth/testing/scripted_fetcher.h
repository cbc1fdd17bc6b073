// A Fetcher that answers what a test wrote down.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/signal.h"
#include "oauth/fetcher.h"
#include "oauth/form.h"

namespace jungle::oauth::testing {

// Answers by method and URL, "GET https://as/x"; 404 to everything else. Records what was asked. Lives on `executor`.
class ScriptedFetcher final : public Fetcher {
 public:
  explicit ScriptedFetcher(Executor executor) : released_(executor) {}

  void answer(const std::string& request, FetchAnswer answer) { answers_.insert_or_assign(request, std::move(answer)); }
  void fail(const std::string& request, Error error) { answers_.insert_or_assign(request, std::move(error)); }
  void answer_json(const std::string& request, std::string body, int status = 200) {
    answer(request, FetchAnswer{.status = status, .content_type = "application/json", .body = std::move(body)});
  }
  // Fetches wait until release(), or until they are cancelled.
  void hold() { held_ = true; }
  void release() {
    held_ = false;
    released_.notify_all();
  }

  const std::vector<FetchRequest>& requests() const { return requests_; }
  // "GET https://as/x" of each, in order.
  std::vector<std::string> asked() const {
    std::vector<std::string> lines;
    for (const FetchRequest& request : requests_)
      lines.push_back(line_of(request));
    return lines;
  }
  std::size_t count(const std::string& line) const {
    std::size_t found = 0;
    for (const FetchRequest& request : requests_)
      found += line_of(request) == line ? 1 : 0;
    return found;
  }
  void forget_requests() { requests_.clear(); }

  Task<Result<FetchAnswer>> fetch(FetchRequest request) override {
    const std::string line = line_of(request);
    requests_.push_back(std::move(request));
    while (held_) {
      const bool woken = co_await released_.wait();
      if (!woken) co_return Error{ErrorCode::kCancelled, "the fetch was cancelled", {}};
    }
    const auto found = answers_.find(line);
    if (found == answers_.end()) co_return FetchAnswer{.status = 404};
    co_return found->second;
  }

 private:
  static std::string line_of(const FetchRequest& request) {
    return std::string(request.method) + " " + request.url.str();
  }

  std::map<std::string, Result<FetchAnswer>> answers_;
  std::vector<FetchRequest> requests_;
  Signal released_;
  bool held_ = false;
};

// The value of a header of a request; empty if it has none.
inline std::string header_of(const FetchRequest& request, const std::string& name) {
  for (const auto& [each, value] : request.headers) {
    if (each == name) return value;
  }
  return {};
}

}  // namespace jungle::oauth::testing
