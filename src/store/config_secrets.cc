#include "store/config_secrets.h"

#include <string>

#include <boost/json/string.hpp>

#include "crypto/sealed_box.h"

namespace jungle::store {
namespace {

namespace json = boost::json;

constexpr std::string_view kTexts[] = {"bearer_token", "oauth_client_secret", "oauth_client_private_key"};
constexpr std::string_view kMaps[] = {"headers", "env"};

json::string* text_in(json::object& object, std::string_view member) {
  json::value* value = object.if_contains(member);
  return value == nullptr ? nullptr : value->if_string();
}

Result<void> visit_map(json::object& config, std::string_view member, const SecretVisitor& visit) {
  json::value* value = config.if_contains(member);
  json::object* map = value == nullptr ? nullptr : value->if_object();
  if (map == nullptr) return {};
  for (auto& [name, each] : *map) {
    if (!each.is_string()) continue;
    const std::string field = std::string(member) + "." + std::string(name);
    if (auto ok = visit(field, each.get_string()); !ok) return ok;
  }
  return {};
}

bool is_secret_url(std::string_view url) { return url.find('?') != std::string_view::npos || crypto::is_sealed(url); }

SecretPlace place_of(std::string_view server, std::string_view field) { return {"mcp_servers", server, field}; }

std::string_view view_of(const json::string& text) { return {text.data(), text.size()}; }

}  // namespace

Result<void> visit_secrets(json::object& config, const SecretVisitor& visit) {
  if (json::string* url = text_in(config, "url"); url != nullptr && is_secret_url(view_of(*url))) {
    if (auto ok = visit("url", *url); !ok) return ok;
  }
  for (const std::string_view member : kTexts) {
    json::string* text = text_in(config, member);
    if (text == nullptr) continue;
    if (auto ok = visit(member, *text); !ok) return ok;
  }
  for (const std::string_view member : kMaps) {
    if (auto ok = visit_map(config, member, visit); !ok) return ok;
  }
  return {};
}

void seal_config(json::object& config, const Sealer& sealer, std::string_view server) {
  (void)visit_secrets(config, [&](std::string_view field, json::string& value) -> Result<void> {
    value = sealer.seal(Secret(std::string(view_of(value))), place_of(server, field));
    return {};
  });
}

Result<void> open_config(json::object& config, const Sealer& sealer, std::string_view server) {
  return visit_secrets(config, [&](std::string_view field, json::string& value) -> Result<void> {
    auto plain = sealer.open(view_of(value), place_of(server, field));
    if (!plain) return plain.error();
    value = plain->reveal();
    return {};
  });
}

}  // namespace jungle::store
