// .env files: whatever is read of one can be written as another one that says the same.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "app/dotenv.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto variables = jungle::app::parse_dotenv(text, {{"HOME", "/root"}, {"EMPTY", ""}});
  if (!variables) return 0;
  std::string literal;
  for (const auto& [name, value] : *variables) {
    JUNGLE_CHECK(!name.empty());
    if (value.find('\'') != std::string::npos) return 0;
    literal += name + "='" + value + "'\n";
  }
  if (literal.size() > jungle::app::kDotenvBytesMax) return 0;
  const auto again = jungle::app::parse_dotenv(literal, {});
  JUNGLE_CHECK(again && *again == *variables);
  return 0;
}
