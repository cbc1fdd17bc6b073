// Documents of resources and authorization servers: what is accepted holds usable URLs only.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "oauth/metadata.h"
#include "oauth/peer_url.h"
#include "oauth/token_endpoint.h"

using jungle::oauth::parse_peer_url;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const auto server = jungle::http::Url::parse("https://mcp.example/mcp").value();
  static const std::vector<std::string> issuers{"https://as.example"};
  if (const auto resource = jungle::oauth::parse_protected_resource(text, server)) {
    for (const auto& issuer : resource->authorization_servers) {
      if (!parse_peer_url("it", issuer, server)) std::abort();
    }
  }
  if (const auto found = jungle::oauth::parse_authorization_server(text, issuers, server)) {
    if (found->issuer.str() != issuers[0] || !parse_peer_url("it", found->token_endpoint, server)) std::abort();
  }
  jungle::oauth::FetchAnswer answer;
  answer.status = 200;
  answer.body = text;
  const auto tokens = jungle::oauth::read_token_answer(answer, {}, {});
  if (tokens && tokens->access_token.reveal().find_first_of("\r\n ") != std::string::npos) std::abort();
  return 0;
}
