#include "catalog/names.h"

#include <algorithm>
#include <charconv>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "base/text.h"
#include "catalog/server_secrets.h"

namespace jungle::catalog {
namespace {

constexpr std::string_view kResourcePrefix = "mcpj://res/";
constexpr std::string_view kTemplatePrefix = "mcpj://tpl/";
constexpr std::string_view kUiPrefix = "ui://";
constexpr std::size_t kQuotedBytesMax = 200;  // How much of a bad input an error repeats.

constexpr bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// Scripts match on these endings: they are MCPJungle's.
Error bad_input(std::string what) {
  return Error{ErrorCode::kInvalidArgument, std::move(what) + ": invalid user input", {}};
}

Error bad_name(std::string_view name, std::string_view rule) {
  return bad_input("invalid server name: '" + shortened(name, kQuotedBytesMax) + "' " + std::string(rule));
}

// Empty stands for the default. Boost.URL's port_number() wraps around.
bool is_port(std::string_view text) {
  unsigned number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return text.empty() || (parsed.ec == std::errc() && number >= 1 && number <= 65535);
}

bool is_http_url(std::string_view text) {
  if (text.size() > kUrlBytesMax) return false;
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed) return false;
  const boost::urls::url_view url = *parsed;
  const bool is_http = url.scheme_id() == boost::urls::scheme::http || url.scheme_id() == boost::urls::scheme::https;
  if (!is_http || !url.has_authority() || url.has_userinfo() || url.host().empty()) return false;
  if (!is_port(url.port())) return false;
  const std::string host = url.host();  // Decoded: it goes to the resolver and must not smuggle.
  return std::none_of(host.begin(), host.end(),
                      [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '/' || c == '@'; });
}

std::string exposed_ui_of(const ServerName& server, std::string_view own) {
  return std::string(kUiPrefix) + server.str() + "/" + std::string(own.substr(kUiPrefix.size()));
}

}  // namespace

Result<ServerName> parse_server_name(std::string_view text) {
  if (text.empty()) return bad_name(text, "must not be empty");
  if (!std::all_of(text.begin(), text.end(), is_name_char))
    return bad_name(text, "must follow the regular expression ^[a-zA-Z0-9_-]+$");
  if (text.find(kNameSeparator) != std::string_view::npos)
    return bad_name(text, "must not contain multiple consecutive underscores");
  if (text.back() == '_') return bad_name(text, "must not end with an underscore");
  if (text.size() > kServerNameBytesMax)
    return bad_name(text, "must not be longer than " + std::to_string(kServerNameBytesMax) + " characters");
  return ServerName(std::string(text));
}

Result<void> check_url(std::string_view text) {
  if (is_http_url(text)) return {};
  return bad_input("invalid url: '" + shortened(masked_url(text), kQuotedBytesMax) +
                   "' must be a valid http or https url");
}

std::string exposed_name_of(const ServerName& server, std::string_view own_name) {
  std::string name;
  name.reserve(server.str().size() + kNameSeparator.size() + own_name.size());
  return name.append(server.str()).append(kNameSeparator).append(own_name);
}

std::string exposed_uri_of(const ServerName& server, std::string_view own_uri) {
  if (own_uri.starts_with(kUiPrefix)) return exposed_ui_of(server, own_uri);
  return std::string(kResourcePrefix) + server.str() + "/" + base64_encode(own_uri, Padding::kWithout);
}

std::string exposed_template_of(const ServerName& server, std::string_view own_template) {
  if (own_template.starts_with(kUiPrefix)) return exposed_ui_of(server, own_template);
  return std::string(kTemplatePrefix) + server.str() + "/" + std::string(own_template);
}

Result<ExposedUri> parse_exposed_uri(std::string_view text) {
  const bool is_template = text.starts_with(kTemplatePrefix);
  const bool is_ui = text.starts_with(kUiPrefix);
  const std::string quoted = "resource URI " + shortened(text, kQuotedBytesMax);
  const Error malformed = bad_input(quoted + " is not a valid MCPJungle resource URI");
  if (!is_template && !is_ui && !text.starts_with(kResourcePrefix)) return malformed;
  const std::string_view rest = text.substr(is_ui ? kUiPrefix.size() : kResourcePrefix.size());
  const auto slash = rest.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == rest.size()) return malformed;
  auto server = parse_server_name(rest.substr(0, slash));
  if (!server) return server.error();
  const std::string_view payload = rest.substr(slash + 1);
  if (is_template) return ExposedUri{ExposedUri::Kind::kFromTemplate, std::move(*server), std::string(payload)};
  if (is_ui) return ExposedUri{ExposedUri::Kind::kResource, std::move(*server), std::string(kUiPrefix).append(payload)};
  // One spelling per URI: padding is not part of the exposed form.
  auto own = payload.back() == '=' ? std::nullopt : base64_decode(payload);
  if (!own) return bad_input(quoted + " contains an invalid upstream URI encoding");
  return ExposedUri{ExposedUri::Kind::kResource, std::move(*server), std::move(*own)};
}

static_assert(kResourcePrefix.size() == kTemplatePrefix.size());

}  // namespace jungle::catalog
