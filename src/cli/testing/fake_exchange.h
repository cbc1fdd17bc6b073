// A gateway that a test scripts.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "cli/http_exchange.h"

namespace jungle::cli::testing {

// Answers each request with what the test laid down for "METHOD path?query", and remembers the requests. What nobody
// laid down is answered 404, as an unknown route is. Single thread.
class FakeExchange final : public HttpExchange {
 public:
  void answer(const std::string& request, std::string body, int status = 200) {
    answers_[request] = HttpAnswer{status, std::move(body)};
  }
  // The answer to the requests after the first; answer() has that one.
  void answer_next(const std::string& request, std::string body, int status = 200) {
    later_[request] = HttpAnswer{status, std::move(body)};
  }
  void fail(Error error) { failure_ = std::move(error); }

  Result<HttpAnswer> send(const HttpCall& call) override {
    calls_.push_back(call);
    if (!failure_.message.empty()) return failure_;
    const std::size_t path = call.url.find('/', call.url.find("://") + 3);
    const std::string request = call.method + " " + call.url.substr(path);
    const auto it = answers_.find(request);
    if (it == answers_.end()) return HttpAnswer{404, "404 page not found"};
    const HttpAnswer answer = it->second;
    if (const auto later = later_.find(request); later != later_.end()) it->second = later->second;
    return answer;
  }

  const std::vector<HttpCall>& calls() const { return calls_; }

 private:
  std::map<std::string, HttpAnswer> answers_;
  std::map<std::string, HttpAnswer> later_;
  std::vector<HttpCall> calls_;
  Error failure_{ErrorCode::kInternal, "", {}};
};

}  // namespace jungle::cli::testing
