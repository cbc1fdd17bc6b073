// Requests of the REST API: paths and queries are decoded, and both readers of a tool invocation say the same.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "admin/flat_invocation.h"
#include "admin/rest_request.h"
#include "admin/router.h"
#include "admin_api/json.h"
#include "admin_api/upstream_oauth.h"
#include "base/check.h"

using namespace jungle;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static constexpr std::array<admin::RoutePattern, 2> kPatterns{{{"GET", "/servers/:name/enable"}, {"GET", "/tools"}}};
  const auto match = admin::match_route(kPatterns, "GET", text);
  JUNGLE_CHECK(match.parameter.find('\0') == std::string::npos);
  JUNGLE_CHECK(admin::QueryParams(text).value("name").find('\0') == std::string::npos);

  const auto flat = admin::read_flat_invocation(text);
  const auto tree = admin_api::parse_invoke_request(text);
  if (flat && tree) {
    const auto ours = admin_api::parse_json(flat->arguments_json, admin_api::Trailing::kRefuse);
    const auto theirs = admin_api::parse_json(tree->arguments_json, admin_api::Trailing::kRefuse);
    JUNGLE_CHECK(flat->name == tree->name && ours && theirs && *ours == *theirs);
  }
  JUNGLE_CHECK(flat || !tree);
  if (const auto request = admin_api::parse_prompt_request(text)) {
    const auto again = admin_api::parse_prompt_request(render(*request));
    JUNGLE_CHECK(again && again->name == request->name && again->arguments == request->arguments);
  }
  (void)admin_api::parse_authorization_completion(text);
  return 0;
}
