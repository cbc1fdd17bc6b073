// Messages of upstream servers, behind the JSON-RPC reader: what is made of them for a client is JSON.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "base/check.h"
#include "gateway/result_uris.h"
#include "mcp/json_reader.h"
#include "upstream/greeting.h"
#include "upstream/hop.h"

using namespace jungle;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  auto read = mcp::read_message(text, mcp::ResultForm::kModern);
  auto* message = std::get_if<mcp::Message>(&read);
  if (message == nullptr) return 0;
  if (auto* incoming = std::get_if<mcp::IncomingResponse>(message)) {
    catalog::ServerSpec spec;
    spec.name = catalog::ServerName("s-1");
    for (const auto era : {upstream::Era::kLegacy, upstream::Era::kModern}) {
      const auto greeting = upstream::read_greeting(spec, incoming->response, era);
      JUNGLE_CHECK(!greeting || mcp::validate_json(greeting->capabilities));
    }
    const auto answer = upstream::without_hop_matters(std::move(incoming->response), mcp::Method::kToolsCall, {}, "s");
    JUNGLE_CHECK(mcp::validate_json(gateway::with_exposed_content_uris(answer, spec.name).payload()));
    JUNGLE_CHECK(mcp::validate_json(gateway::with_exposed_message_uris(answer, spec.name).payload()));
    JUNGLE_CHECK(
        mcp::validate_json(gateway::with_exposed_contents_uris(answer, spec.name, "file:///a", "b").payload()));
  } else if (const auto* event = std::get_if<mcp::Notification>(message)) {
    const auto seen = upstream::event_for_client(*event, "\"mine\"", "7", {});
    if (seen) JUNGLE_CHECK(mcp::validate_json(seen->params));
  } else {
    JUNGLE_CHECK(mcp::validate_json(upstream::answer_to_server(std::get<mcp::Request>(*message))));
  }
  return 0;
}
