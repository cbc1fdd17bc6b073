// Heads and bodies: accepted fields can be written again, and a chunked body is the same however its bytes are cut.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/body_decoder.h"
#include "http/message_head.h"

namespace {

std::string decode(std::string_view bytes, std::size_t part_bytes) {
  jungle::http::BodyDecoder decoder;
  decoder.start(jungle::http::BodyDecoder::Mode::kChunked, 0);
  std::string body;
  for (std::size_t cut = std::min(part_bytes, bytes.size()); cut > 0 && !decoder.done();) {
    const auto step = decoder.step(bytes.substr(0, cut));
    body.append(step.data);
    if (step.malformed) return body + "|malformed";
    bytes.remove_prefix(step.used_bytes);
    cut = std::min(step.used_bytes == 0 ? cut + part_bytes : part_bytes, bytes.size());
  }
  return body + (decoder.done() ? "|done" : "");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jungle::http;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto parse : {&parse_request_head, &parse_response_head}) {
    MessageHead head;
    if (parse(bytes.substr(0, find_head_end(bytes, 0)), head) != HeadFault::kNone) continue;
    for (const Header& header : head.headers)
      if (!is_valid(header)) std::abort();
    if (head.framing.chunked && head.framing.content_length) std::abort();
  }
  if (decode(bytes, size + 1) != decode(bytes, 1)) std::abort();
  return 0;
}
