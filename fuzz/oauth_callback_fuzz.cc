// What a browser brings to the OAuth callback, and what a person pastes: never crashes, and what is taken is sound.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cli/admin_client.h"
#include "cli/oauth/authorization_response.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jungle::cli;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto pasted = parse_pasted_answer(text);
  if (pasted && pasted->code.empty() && pasted->error.empty()) __builtin_trap();
  const auto response = parse_authorization_response(text);
  if (!response) return 0;
  if (response->state.empty()) __builtin_trap();
  std::string again = "state=" + percent_encoded(response->state) + "&iss=" + percent_encoded(response->iss);
  again += "&code=" + percent_encoded(response->code.reveal()) + "&error=" + percent_encoded(response->error);
  again += "&error_description=" + percent_encoded(response->error_description);
  const bool has_control = std::any_of(again.begin(), again.end(), [](unsigned char c) { return c < 0x20; });
  if (has_control) __builtin_trap();
  const auto reread = parse_authorization_response(again);
  if (again.size() <= kAuthorizationResponseBytesMax && (!reread || !(*reread == *response))) __builtin_trap();
  return 0;
}
