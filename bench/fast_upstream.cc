// An MCP server that does nothing quickly: what bench/run measures the gateway with.
//
//   fast_upstream http <port> <workers> <plain|session|modern> <tools> [<metadata URL>]
//   fast_upstream stdio <tools>
//
// `plain` is a legacy server that gives no session id, `session` one that does, `modern` speaks 2026-07-28. With the
// URL of its protected resource metadata (RFC 9728) it wants the token `bench-token`.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/deadline_list.h"
#include "base/task_group.h"
#include "http/server.h"
#include "mcp/json_reader.h"
#include "telemetry/log.h"

namespace jungle {
namespace {

enum class Kind { kPlain, kSession, kModern };

std::string tools_of(int count) {
  std::string tools = "[";
  for (int i = 0; i < count; ++i) {
    const std::string n = std::to_string(i);
    if (i > 0) tools += ',';
    tools +=
        R"({"name":"tool_)" + n + R"(","description":"Does thing number )" + n +
        R"( with the text that it is given, and says how it went.","inputSchema":{"type":"object","properties":)"
        R"({"text":{"type":"string","description":"What to do it with"},"count":{"type":"integer"}},"required":["text"]}})";
  }
  return tools + "]";
}

// The result for a request; empty for methods that this server does not have.
std::string result_of(const mcp::Request& request, Kind kind, const std::string& tools) {
  const std::string form = kind == Kind::kModern ? R"("resultType":"complete",)" : "";
  switch (request.method) {
    case mcp::Method::kInitialize:
      return kind == Kind::kModern
                 ? ""
                 : R"({"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"fast","version":"1"}})";
    case mcp::Method::kServerDiscover:
      return kind != Kind::kModern
                 ? ""
                 : R"({"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"ttlMs":0,"cacheScope":"private"})";
    case mcp::Method::kToolsList:
      return "{" + form + R"("tools":)" + tools + "}";
    case mcp::Method::kToolsCall:
      return "{" + form + R"("content":[{"type":"text","text":"hello"}]})";
    case mcp::Method::kPing:
      return "{}";
    default:
      return "";
  }
}

std::string answer_to(const mcp::Request& request, Kind kind, const std::string& tools) {
  const std::string result = result_of(request, kind, tools);
  const std::string head = R"({"jsonrpc":"2.0","id":)" + request.id;
  if (result.empty()) return head + R"(,"error":{"code":-32601,"message":"Method not found"}})";
  return head + ",\"result\":" + result + "}";
}

class FastServer final : public http::Handler {
 public:
  FastServer(Kind kind, const std::string& tools, const std::string& metadata_url)
      : kind_(kind),
        tools_(tools),
        challenge_(R"(Bearer resource_metadata=")" + metadata_url + '"'),
        is_open_(metadata_url.empty()) {}

  Task<void> handle(http::Exchange& exchange) override {
    if (!is_open_ && exchange.header("authorization") != "Bearer bench-token") {
      const http::Header challenge{"WWW-Authenticate", challenge_};
      const http::ResponseHead head{401, "text/plain", std::span(&challenge, 1)};
      const auto refused = co_await exchange.respond(head, std::span<const std::string_view>());
      (void)refused;
      co_return;
    }
    if (exchange.method() != "POST") {
      const auto refused = co_await exchange.respond(exchange.method() == "DELETE" ? 200 : 405, "", "");
      (void)refused;
      co_return;
    }
    auto read = mcp::read_message(std::move(exchange.body()), mcp::ResultForm::kLegacy);
    auto* message = std::get_if<mcp::Message>(&read);
    auto* request = message != nullptr ? std::get_if<mcp::Request>(message) : nullptr;
    if (request == nullptr) {
      const auto accepted = co_await exchange.respond(202, "", "");
      (void)accepted;
      co_return;
    }
    const std::string body = answer_to(*request, kind_, tools_);
    const bool unknown = body.find("\"error\"") != std::string::npos;
    const bool opens = kind_ == Kind::kSession && request->method == mcp::Method::kInitialize;
    const http::Header session{"Mcp-Session-Id", "fast-session"};
    const http::ResponseHead head{unknown ? 400 : 200, "application/json", std::span(&session, opens ? 1 : 0)};
    const std::string_view pieces[] = {body};
    const auto sent = co_await exchange.respond(head, pieces);
    (void)sent;
  }

 private:
  Kind kind_;
  const std::string& tools_;
  const std::string challenge_;
  const bool is_open_;
};

void serve_http(std::uint16_t port, Kind kind, const std::string& tools, const std::string& metadata_url) {
  asio::io_context context(1);
  RealTime time;
  DeadlineList deadlines(time);
  telemetry::NullLog log;
  FastServer handler(kind, tools, metadata_url);
  http::Server server(context.get_executor(), time, deadlines, log, handler, http::ServerOptions{});
  if (!server.listen("127.0.0.1", port, http::Sharing::kSibling)) std::exit(1);
  server.start();
  TaskGroup tasks(context.get_executor(), [](std::exception_ptr) {});
  tasks.spawn(deadlines.run_sweeps());
  context.run();
}

int serve_stdio(const std::string& tools) {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    auto read = mcp::read_message(std::move(line), mcp::ResultForm::kLegacy);
    auto* message = std::get_if<mcp::Message>(&read);
    auto* request = message != nullptr ? std::get_if<mcp::Request>(message) : nullptr;
    if (request != nullptr) std::cout << answer_to(*request, Kind::kPlain, tools) << std::endl;
  }
  return 0;
}

int run(const std::vector<std::string>& words) {
  if (words.size() == 3 && words[1] == "stdio") return serve_stdio(tools_of(std::atoi(words[2].c_str())));
  if (words.size() < 6 || words.size() > 7 || words[1] != "http") {
    std::fputs(
        "usage: fast_upstream http <port> <workers> <plain|session|modern> <tools> [<metadata URL>] | stdio <tools>\n",
        stderr);
    return 2;
  }
  const auto port = static_cast<std::uint16_t>(std::atoi(words[2].c_str()));
  const int workers = std::atoi(words[3].c_str());
  const Kind kind = words[4] == "modern" ? Kind::kModern : words[4] == "session" ? Kind::kSession : Kind::kPlain;
  const std::string tools = tools_of(std::atoi(words[5].c_str()));
  const std::string metadata_url = words.size() == 7 ? words[6] : "";
  std::vector<std::thread> threads;
  for (int i = 1; i < workers; ++i)
    threads.emplace_back([&] { serve_http(port, kind, tools, metadata_url); });
  serve_http(port, kind, tools, metadata_url);
  return 0;
}

}  // namespace
}  // namespace jungle

int main(int argc, char** argv) { return jungle::run(std::vector<std::string>(argv, argv + argc)); }
