// A Discoverer that finds what a test wrote down.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/signal.h"
#include "upstream/discoverer.h"

namespace jungle::admin::testing {

// Answers by server name; a server without an answer cannot be reached. Records what was asked for. Lives on
// `executor`.
class ScriptedDiscoverer final : public upstream::Discoverer {
 public:
  explicit ScriptedDiscoverer(Executor executor) : released_(executor) {}

  void find(const std::string& name, catalog::Discovery discovery) { answers_.insert_or_assign(name, discovery); }
  void fail(const std::string& name, Error error) { answers_.insert_or_assign(name, std::move(error)); }
  // Discoveries wait until release(), or until they are cancelled.
  void hold() { held_ = true; }
  void release() {
    held_ = false;
    released_.notify_all();
  }
  // The server refuses everybody who does not present this token.
  void refuse(const std::string& name, upstream::Refusal refusal, const std::string& unless_token = "") {
    refusals_.insert_or_assign(name, std::pair(std::move(refusal), unless_token));
  }
  const std::vector<catalog::ServerSpec>& asked() const { return asked_; }
  std::size_t cancelled() const { return cancelled_; }

  Task<Result<catalog::Discovery>> discover(const catalog::ServerSpec& spec, upstream::Attempt& attempt) override {
    asked_.push_back(spec);
    const std::string name = spec.name.str();
    while (held_) {
      const bool woken = co_await released_.wait();
      if (woken) continue;
      ++cancelled_;
      co_return Error{ErrorCode::kCancelled, "the discovery was cancelled", {}};
    }
    const Secret token = attempt.tokens ? attempt.tokens->published().load()->token : attempt.access_token;
    const auto refusal = refusals_.find(name);
    if (refusal != refusals_.end() && (refusal->second.second.empty() || refusal->second.second != token.reveal())) {
      attempt.refusal = refusal->second.first;
      co_return Error{ErrorCode::kUnauthenticated, "server '" + name + "': HTTP 401", {}};
    }
    const auto answer = answers_.find(name);
    if (answer == answers_.end()) co_return Error{ErrorCode::kUnavailable, "connection was refused", {}};
    co_return answer->second;
  }

 private:
  std::map<std::string, Result<catalog::Discovery>> answers_;
  std::map<std::string, std::pair<upstream::Refusal, std::string>> refusals_;
  std::vector<catalog::ServerSpec> asked_;
  Signal released_;
  bool held_ = false;
  std::size_t cancelled_ = 0;
};

}  // namespace jungle::admin::testing
