// What a browser brings to the OAuth callback, and what a person pastes: never crashes, and what is taken is sound.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/percent_encoding.h"
#include "cli/oauth/authorization_response.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jungle;
  using namespace jungle::cli;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto pasted = parse_pasted_answer(text);
  if (pasted && pasted->code.empty() && pasted->error.empty()) __builtin_trap();
  const auto response = parse_authorization_response(text);
  if (!response) return 0;
  if (response->state.empty()) __builtin_trap();
  const auto encoded = [](std::string_view value) { return percent_encoded(value, HexCase::kUpper); };
  std::string again = "state=" + encoded(response->state) + "&iss=" + encoded(response->iss);
  again += "&code=" + encoded(response->code.reveal()) + "&error=" + encoded(response->error);
  again += "&error_description=" + encoded(response->error_description);
  const bool has_control = std::any_of(again.begin(), again.end(), [](unsigned char c) { return c < 0x20; });
  if (has_control) __builtin_trap();
  const auto reread = parse_authorization_response(again);
  if (again.size() <= kAuthorizationResponseBytesMax && (!reread || !(*reread == *response))) __builtin_trap();
  return 0;
}
