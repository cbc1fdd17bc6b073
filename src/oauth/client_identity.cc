#include "oauth/client_identity.h"

#include <array>
#include <utility>

namespace jungle::oauth {
namespace {

constexpr std::array<std::pair<ClientAuthMethod, std::string_view>, 4> kMethods{{
    {ClientAuthMethod::kNone, "none"},
    {ClientAuthMethod::kClientSecretBasic, "client_secret_basic"},
    {ClientAuthMethod::kClientSecretPost, "client_secret_post"},
    {ClientAuthMethod::kPrivateKeyJwt, "private_key_jwt"},
}};

}  // namespace

std::string_view text_of(ClientAuthMethod method) {
  for (const auto& [each, text] : kMethods) {
    if (each == method) return text;
  }
  return "none";
}

std::optional<ClientAuthMethod> parse_client_auth_method(std::string_view text) {
  for (const auto& [method, each] : kMethods) {
    if (each == text) return method;
  }
  return std::nullopt;
}

}  // namespace jungle::oauth
