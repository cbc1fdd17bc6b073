// What each step of a tools/call costs, in the order of docs/architecture.md, without sockets.
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "base/testing/fake_random.h"
#include "catalog/testing/samples.h"
#include "crypto/key_ring.h"
#include "gateway/gateway.h"
#include "gateway/result_uris.h"
#include "http/head_writer.h"
#include "http/message_head.h"
#include "http/sse_reader.h"
#include "http/sse_writer.h"
#include "mcp/json_reader.h"
#include "mcp/projection.h"
#include "upstream/hop.h"

namespace jungle {
namespace {

constexpr std::string_view kHead =
    "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: application/json\r\n"
    "Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n"
    "Mcp-Name: server7__tool_42\r\nUser-Agent: bench\r\nContent-Length: 260\r\n\r\n";
constexpr std::string_view kParams =
    R"({"name":"server7__tool_42","arguments":{"text":"some text to work on","count":3},"_meta":{)"
    R"("io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}})";
constexpr std::string_view kInfo = R"({"name":"mcpjungle","version":"v0.1.0"})";

std::string call_text() {
  return R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":)" + std::string(kParams) + "}";
}

// A result with one text of `bytes`, as the `result` of a response.
std::string result_text(std::size_t bytes) {
  return R"({"content":[{"type":"text","text":")" + std::string(bytes, 'x') + R"("}],"isError":false})";
}
std::string answer_text(std::size_t bytes) { return R"({"jsonrpc":"2.0","id":7,"result":)" + result_text(bytes) + "}"; }

mcp::Request request_of(std::string_view params) {
  mcp::Request request;
  request.method = mcp::Method::kToolsCall;
  request.method_name = mcp::text_of(request.method);
  request.id = "1";
  request.params = mcp::read_params(std::string(params)).value();
  return request;
}

// `servers` servers of 100 tools each.
std::shared_ptr<const catalog::Snapshot> snapshot_of(std::size_t servers) {
  std::vector<std::string> tools;
  for (int i = 0; i < 100; ++i)
    tools.push_back("tool_" + std::to_string(i));
  std::vector<std::shared_ptr<const catalog::ServerEntry>> entries;
  for (std::size_t i = 0; i < servers; ++i) {
    entries.push_back(
        catalog::testing::sample_entry("server" + std::to_string(i), catalog::testing::discovery_of_tools(tools)));
  }
  return std::make_shared<const catalog::Snapshot>(1, std::move(entries));
}

// An upstream that answers at once.
class InstantService final : public mcp::Service, public upstream::Directory {
 public:
  Task<Result<mcp::Response>> handle(mcp::Request, const mcp::CallContext&, mcp::EventSink&) override {
    co_return mcp::Response::result(result_, mcp::ResultForm::kLegacy);
  }
  mcp::Service& service_of(const catalog::ServerEntry&) override { return *this; }

 private:
  const std::string result_ = result_text(1024);
};

Task<Result<void>> refuse_watch(catalog::ServerName, std::string) {
  co_return Error{ErrorCode::kUnavailable, "nobody watches in a benchmark", {}};
}

// The gateway between a client and an upstream that cost nothing.
class GatewayRoad {
 public:
  explicit GatewayRoad(std::size_t servers) : catalog_(snapshot_of(servers)) {}

  void call(std::string_view method, std::string_view params) {
    mcp::Request request = request_of(params);
    request.method = mcp::parse_method(method);
    request.method_name = method;
    boost::asio::co_spawn(context_, gateway_.handle(std::move(request), call_, nobody_),
                          [](std::exception_ptr, const Result<mcp::Response>& answer) {
                            benchmark::DoNotOptimize(answer->payload().data());
                          });
    context_.run();
    context_.restart();
  }

 private:
  boost::asio::io_context context_{1};
  InstantService upstream_;
  Published<catalog::Snapshot> catalog_;
  mcp::CallContext call_;
  mcp::NoEvents nobody_;
  gateway::ResourceHub hub_{context_.get_executor(),
                            {refuse_watch, [](const catalog::ServerName&, const std::string&) {}},
                            [](std::exception_ptr) {}};
  testing::FakeRandom random_;
  const gateway::TaskIds tasks_{crypto::KeyRing({crypto::make_master_key(random_)}), random_};
  gateway::Gateway gateway_{context_.get_executor(),          catalog_, upstream_, hub_, tasks_,
                            gateway::GatewayOptions{"v0.1.0"}};
};

void http_read_head(benchmark::State& state) {
  http::MessageHead head;
  for (auto _ : state) {
    benchmark::DoNotOptimize(http::find_head_end(kHead, 0));
    benchmark::DoNotOptimize(http::parse_request_head(kHead, head));
  }
}
BENCHMARK(http_read_head);

void mcp_read_request(benchmark::State& state) {
  const std::string text = call_text();
  for (auto _ : state)
    benchmark::DoNotOptimize(mcp::read_message(text, mcp::ResultForm::kLegacy));
}
BENCHMARK(mcp_read_request);

void catalog_find_tool(benchmark::State& state) {
  const auto snapshot = snapshot_of(static_cast<std::size_t>(state.range(0)) / 100);
  for (auto _ : state)
    benchmark::DoNotOptimize(snapshot->all().find_tool("server0__tool_42"));
}
BENCHMARK(catalog_find_tool)->Arg(100)->Arg(10'000);

// The wrong name is the expensive one.
void catalog_suggest_tool(benchmark::State& state) {
  const auto snapshot = snapshot_of(static_cast<std::size_t>(state.range(0)) / 100);
  for (auto _ : state)
    benchmark::DoNotOptimize(snapshot->all().suggest_tool("server0__tool_4x"));
}
BENCHMARK(catalog_suggest_tool)->Arg(1000);

void gateway_tools_call(benchmark::State& state) {
  GatewayRoad road(10);
  for (auto _ : state)
    road.call("tools/call", kParams);
}
BENCHMARK(gateway_tools_call);

void gateway_tools_list(benchmark::State& state) {
  GatewayRoad road(10);
  for (auto _ : state)
    road.call("tools/list", "{}");
}
BENCHMARK(gateway_tools_list);

void upstream_params(benchmark::State& state, upstream::Era era) {
  const mcp::Request request = request_of(kParams);
  const mcp::CallContext call;
  for (auto _ : state)
    benchmark::DoNotOptimize(upstream::hop_params(era, request, call, "7", kInfo));
}
BENCHMARK_CAPTURE(upstream_params, legacy, upstream::Era::kLegacy);
BENCHMARK_CAPTURE(upstream_params, modern, upstream::Era::kModern);

void mcp_read_answer(benchmark::State& state) {
  const std::string text = answer_text(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state)
    benchmark::DoNotOptimize(mcp::read_message(text, mcp::ResultForm::kLegacy));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(mcp_read_answer)->Arg(1 << 10)->Arg(1 << 20);

void http_read_event(benchmark::State& state) {
  const std::string text = "event: message\ndata: " + answer_text(static_cast<std::size_t>(state.range(0))) + "\n\n";
  http::SseReader reader;
  for (auto _ : state) {
    reader.feed(text);
    benchmark::DoNotOptimize(reader.next());
    benchmark::DoNotOptimize(reader.next());  // None: what was fed is used up.
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(http_read_event)->Arg(1 << 10)->Arg(1 << 20);

void gateway_expose_uris(benchmark::State& state, std::string_view content) {
  const catalog::ServerName server("server7");
  const std::string result = R"({"content":[)" + std::string(content) + "]}";
  for (auto _ : state) {
    auto response = mcp::Response::result(result, mcp::ResultForm::kLegacy);
    benchmark::DoNotOptimize(gateway::with_exposed_content_uris(std::move(response), server));
  }
}
BENCHMARK_CAPTURE(gateway_expose_uris, none, R"({"type":"text","text":"hello"})");
BENCHMARK_CAPTURE(gateway_expose_uris, link, R"({"type":"resource_link","name":"a","uri":"file:///a.txt"})");

void downstream_modern_members(benchmark::State& state) {
  const std::string result = result_text(1024);
  for (auto _ : state)
    benchmark::DoNotOptimize(mcp::modern_members(mcp::Method::kToolsCall, result, kInfo));
}
BENCHMARK(downstream_modern_members);

void http_write_head(benchmark::State& state) {
  const http::ResponseHead head{200, "application/json", {}};
  const http::AnswerFraming framing{1100, false, http::ConnectionField::kNone, "Sun, 06 Nov 1994 08:49:37 GMT"};
  std::string out;
  for (auto _ : state) {
    benchmark::DoNotOptimize(http::is_writable(head));
    http::render_head(head, framing, out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(http_write_head);

void http_write_event(benchmark::State& state) {
  const std::string data = answer_text(1024);
  http::SseWriter writer;
  for (auto _ : state)
    benchmark::DoNotOptimize(writer.event("message", data, "1-2").data());
}
BENCHMARK(http_write_event);

}  // namespace
}  // namespace jungle

BENCHMARK_MAIN();
