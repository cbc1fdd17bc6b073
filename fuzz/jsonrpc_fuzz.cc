// JSON-RPC messages: whatever the reader accepts is JSON that another reader accepts too, and renders unchanged.
#include <cstdint>
#include <cstdlib>
#include <string>

#include <boost/json.hpp>

#include "mcp/json_reader.h"
#include "mcp/projection.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jungle::mcp;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (looks_like_batch(text)) {
    (void)split_batch(text);
    return 0;
  }
  auto read = read_message(text, ResultForm::kModern);
  auto* message = std::get_if<Message>(&read);
  if (message == nullptr) return 0;
  boost::json::parse_options options;
  options.max_depth = kJsonDepthMax;
  boost::system::error_code ec;
  boost::json::parse(text, ec, {}, options);
  // The other reader refuses lone surrogates, which the grammar of RFC 8259 allows and which we pass on as they are.
  const bool may_hold_surrogates = text.find("\\ud") != text.npos || text.find("\\uD") != text.npos;
  if (ec && !may_hold_surrogates) std::abort();
  if (auto* request = std::get_if<Request>(message)) {
    if (request->params.render({}) != request->params.received_text()) std::abort();
    request->params.set("name", "\"x\"");
    Params::Changes changes;
    changes.meta = {{"progressToken", "1"}};
    changes.drop_protocol_meta = true;
    if (!validate_json(request->params.render(changes))) std::abort();
  } else if (auto* incoming = std::get_if<IncomingResponse>(message); incoming && !incoming->response.is_error()) {
    if (!validate_json(to_legacy(std::move(incoming->response)).payload())) std::abort();
  }
  return 0;
}
