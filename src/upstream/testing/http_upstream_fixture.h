// HTTP servers that answer by script, for tests of this module.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "http/testing/http_imposter.h"
#include "upstream/testing/upstream_test_fixture.h"

namespace jungle::upstream::testing {

using http::testing::Reply;
using http::testing::SeenRequest;

// The raw value of a member whose name stands once in a message, and is a number or a string.
inline std::string member(const std::string& text, const std::string& key) {
  const auto at = text.find("\"" + key + "\":");
  if (at == std::string::npos) return "";
  const auto begin = at + key.size() + 3;
  return text.substr(begin, text.find_first_of(",}", begin) - begin);
}
inline std::string method_of(const SeenRequest& request) {
  return request.method == "POST" ? member(request.body, "method") : request.method;
}
inline Reply result(const SeenRequest& request, const std::string& members) {
  return http::testing::json(R"({"jsonrpc":"2.0","id":)" + member(request.body, "id") + ",\"result\":{" + members +
                             "}}");
}
inline Reply error(const SeenRequest& request, int code, int status, const std::string& data = "{}") {
  const std::string id = request.body.empty() ? "null" : member(request.body, "id");
  return http::testing::json(R"({"jsonrpc":"2.0","id":)" + id + ",\"error\":{\"code\":" + std::to_string(code) +
                                 R"(,"message":"no","data":)" + data + "}}",
                             status);
}
inline const std::string kText = R"("content":[{"type":"text","text":"ok"}])";

// An imposter that speaks MCP of either era.
class HttpUpstreamTest : public UpstreamTest {
 protected:
  HttpUpstreamTest() : imposter_(context_) {}

  // Answers by JSON-RPC method, "DELETE" or "GET"; everything else is 202.
  void answer(const std::string& method, std::function<Reply(const SeenRequest&)> reply) {
    answers_[method.front() >= 'a' ? "\"" + method + "\"" : method] = std::move(reply);
    imposter_.when_anything().reply([this](const SeenRequest& request) {
      const auto found = answers_.find(method_of(request));
      return found == answers_.end() ? http::testing::text("", 202) : found->second(request);
    });
  }
  // A legacy server that gives the session ids s1, s2, ... or none.
  void be_legacy(bool gives_sessions) {
    answer("server/discover", [](const SeenRequest& r) { return error(r, -32601, 200); });
    answer("initialize", [this, gives_sessions](const SeenRequest& r) {
      Reply reply = result(r, R"("protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"i"})");
      if (gives_sessions) reply.with_header("Mcp-Session-Id", "s" + std::to_string(++sessions_));
      return reply;
    });
    answer("tools/call", [](const SeenRequest& r) { return result(r, kText); });
    answer("DELETE", [](const SeenRequest&) { return http::testing::text("", 200); });
  }
  void be_modern() {
    answer("server/discover", [](const SeenRequest& r) {
      return result(r, R"("resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}})");
    });
    answer("tools/call", [](const SeenRequest& r) { return result(r, R"("resultType":"complete",)" + kText); });
  }
  std::vector<std::string> methods() const {
    std::vector<std::string> out;
    for (const SeenRequest& request : imposter_.requests()) {
      const std::string method = method_of(request);
      out.push_back(std::string(method.starts_with('"') ? method.substr(1, method.size() - 2) : method));
    }
    return out;
  }
  std::size_t count(const std::string& method) const {
    const auto all = methods();
    return static_cast<std::size_t>(std::count(all.begin(), all.end(), method));
  }
  SeenRequest last(const std::string& method) const {
    SeenRequest found;
    for (const SeenRequest& request : imposter_.requests()) {
      if (method_of(request) == "\"" + method + "\"" || method_of(request) == method) found = request;
    }
    return found;
  }
  Task<void> until(std::function<bool()> condition) {
    for (int i = 0; i < 300 && !condition(); ++i)
      co_await pass_time(Millis(10));
    EXPECT_TRUE(condition());
  }
  Task<void> until_count(std::string method, std::size_t wanted) {
    auto condition = [this, method = std::move(method), wanted] { return count(method) >= wanted; };
    co_await until(std::move(condition));
  }
  // What was posted that is no request of ours.
  std::vector<std::string> posted_answers() const {
    std::vector<std::string> out;
    for (const SeenRequest& request : imposter_.requests()) {
      if (request.method == "POST" && request.body.find("\"method\"") == std::string::npos) out.push_back(request.body);
    }
    return out;
  }
  // The same, when there are as many as that.
  Task<std::vector<std::string>> answers(std::size_t wanted) {
    std::function<bool()> enough = [this, wanted] { return posted_answers().size() >= wanted; };
    co_await until(std::move(enough));
    co_return posted_answers();
  }
  Task<void> call_into(catalog::ServerEntry server, std::string* out) { *out = co_await call(server, "t", "{}"); }

  // Declared last, so destroyed first: it runs the context until its connections have ended.
  int sessions_ = 0;
  std::map<std::string, std::function<Reply(const SeenRequest&)>> answers_;
  http::testing::HttpImposter imposter_;
};

}  // namespace jungle::upstream::testing
