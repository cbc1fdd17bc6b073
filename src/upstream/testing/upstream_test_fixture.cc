#include "upstream/testing/upstream_test_fixture.h"

#include "mcp/json_reader.h"
#include "mcp/json_text.h"

namespace jungle::upstream::testing {
namespace {

TaskGroup::OnError fail_on_error() {
  return [](std::exception_ptr) { ADD_FAILURE() << "an exception left a task"; };
}

}  // namespace

UpstreamTest::UpstreamTest() {
  options_.environment = {"PATH=/usr/bin:/bin", "MCPJUNGLE_SECRET=s"};
  auto tls = http::TlsContext::create(http::TlsOptions());
  if (tls) tls_.emplace(std::move(*tls));
}

void UpstreamTest::run(Task<void> body) {
  const Executor executor = context_.get_executor();
  client_.emplace(executor, deadlines_, log_, blocking_, *tls_, http::ClientOptions());
  upstreams_.emplace(executor, time_, log_, random_, tokens_, options_);
  directory_.emplace(*upstreams_, executor, deadlines_, *client_);
  discoverer_.emplace(*upstreams_, executor, deadlines_, *client_);
  tasks_.emplace(executor, fail_on_error());
  sweeps_.emplace(executor, fail_on_error());
  sweeps_->spawn(deadlines_.run_sweeps());
  ProcessTest::run(run_all(std::move(body)));
}

Task<void> UpstreamTest::run_all(Task<void> body) {
  co_await std::move(body);
  co_await tasks_->join();
  co_await upstreams_->stop();
  co_await client_->stop();
  sweeps_->cancel();
  co_await sweeps_->join();
}

catalog::ServerEntry UpstreamTest::stdio_server(std::vector<std::string> mode) const {
  catalog::ServerEntry server;
  server.spec.name = catalog::ServerName("fix");
  server.spec.transport = catalog::Transport::kStdio;
  server.spec.command = fixture({}).command;
  server.spec.args = std::move(mode);
  return server;
}

catalog::ServerEntry UpstreamTest::http_server(std::string url) const {
  catalog::ServerEntry server;
  server.spec.name = catalog::ServerName("web");
  server.spec.transport = catalog::Transport::kStreamableHttp;
  server.spec.url = std::move(url);
  return server;
}

Task<Result<mcp::Response>> UpstreamTest::send(const catalog::ServerEntry& server, std::string method,
                                               std::string params) {
  mcp::Request request;
  request.id = "1";
  request.method = mcp::parse_method(method);
  request.method_name = std::move(method);
  request.params = mcp::read_params(std::move(params)).value();
  auto answer = co_await directory_->service_of(server).handle(std::move(request), context_of_call_, sink_);
  co_return answer;
}

Task<std::string> UpstreamTest::call(const catalog::ServerEntry& server, std::string tool, std::string arguments) {
  std::string params = "{\"name\":\"" + tool + "\",\"arguments\":" + arguments + "}";
  auto answer = co_await send(server, "tools/call", std::move(params));
  co_return text_of_result(answer);
}

std::string text_of_result(const Result<mcp::Response>& answer) {
  if (!answer) return "failed: " + answer.error().message;
  const std::string payload(answer->payload());
  const std::string key = answer->is_error() ? "\"message\":" : "\"text\":";
  const auto at = payload.find(key);
  if (at == std::string::npos) return payload;
  std::size_t end = at + key.size() + 1;
  while (end < payload.size() && payload[end] != '"')
    end += payload[end] == '\\' ? 2 : 1;
  const std::string text =
      mcp::json_string_value(std::string_view(payload).substr(at + key.size(), end + 1 - at - key.size()));
  return answer->is_error() ? "error: " + text : text;
}

}  // namespace jungle::upstream::testing
