// A schema, a line break, the arguments of a call: whatever they are, header values fit into a header.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "mcp/param_headers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view schema = text.substr(0, text.find('\n'));
  const std::string_view arguments = schema.size() == size ? std::string_view() : text.substr(schema.size() + 1);
  if (const auto headers = jungle::mcp::read_param_headers(schema)) {
    JUNGLE_CHECK(headers->size() <= jungle::mcp::kParamHeadersMax);
    for (const auto& [name, value] : jungle::mcp::param_header_values(*headers, arguments)) {
      JUNGLE_CHECK(name.starts_with("Mcp-Param-"));
      for (const char c : name + value)
        JUNGLE_CHECK(c >= ' ' && c <= '~');
    }
  }
  (void)jungle::mcp::decode_header_value(text);
  if (jungle::is_utf8(text)) {
    const auto again = jungle::mcp::decode_header_value(jungle::mcp::encode_header_value(text));
    JUNGLE_CHECK(again && *again == text);
  }
  return 0;
}
