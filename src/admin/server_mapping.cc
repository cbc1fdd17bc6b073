#include "admin/server_mapping.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catalog/server_secrets.h"

namespace jungle::admin {
namespace {

constexpr const char* kTransports = " (acceptable values: 'streamable_http', 'stdio', 'sse')";

Error bad_input(std::string message) { return {ErrorCode::kInvalidArgument, std::move(message), {}}; }

// A number that no `int` holds is as wrong as the nearest one that it does: the catalog's limits are far below.
int nearest_int(std::int64_t number) {
  using Limits = std::numeric_limits<int>;
  return static_cast<int>(std::clamp<std::int64_t>(number, Limits::min(), Limits::max()));
}

std::optional<int> seconds_of(const std::optional<Seconds>& time) {
  if (!time) return std::nullopt;
  return nearest_int(time->count());
}

std::optional<Seconds> time_of(const std::optional<int>& seconds) {
  if (!seconds) return std::nullopt;
  return Seconds(*seconds);
}

std::vector<std::pair<std::string, Secret>> pairs_of(const admin_api::SecretMap& map) {
  return {map.begin(), map.end()};
}

admin_api::SecretMap map_of(const std::vector<std::pair<std::string, Secret>>& pairs) {
  return {pairs.begin(), pairs.end()};
}

std::vector<std::pair<std::string, std::string>> forwarded_pairs_of(const std::map<std::string, std::string>& map) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [name, sent_as] : map)
    pairs.emplace_back(name, sent_as.empty() ? name : sent_as);
  return pairs;
}

catalog::ServerSpec as_shown(const catalog::ServerSpec& spec, Secrets secrets) {
  return secrets == Secrets::kShown ? spec : catalog::masked(spec);
}

Result<void> read_modes(const admin_api::RegisterInput& input, catalog::ServerSpec& spec) {
  if (input.transport.empty()) return bad_input(std::string("transport is required") + kTransports);
  const auto transport = catalog::parse_transport(input.transport);
  if (!transport) return bad_input("unsupported transport type: " + input.transport + kTransports);
  spec.transport = *transport;
  if (!input.session_mode.empty()) {
    const auto mode = catalog::parse_session_mode(input.session_mode);
    if (!mode) {
      return bad_input("unsupported session mode: " + input.session_mode +
                       " (acceptable values: 'stateless', 'stateful')");
    }
    spec.session_mode = *mode;
  }
  if (!input.protocol.empty()) {
    const auto protocol = catalog::parse_protocol(input.protocol);
    if (!protocol) {
      return bad_input("unsupported protocol: " + input.protocol + " (acceptable values: 'auto', 'legacy', 'modern')");
    }
    spec.protocol = *protocol;
  }
  if (!input.oauth_grant.empty()) {
    const auto grant = catalog::parse_oauth_grant(input.oauth_grant);
    if (!grant) {
      return bad_input("unsupported oauth_grant: " + input.oauth_grant +
                       " (acceptable values: 'authorization_code', 'client_credentials')");
    }
    spec.oauth_grant = *grant;
  }
  return {};
}

}  // namespace

Result<catalog::ServerSpec> spec_of(const admin_api::RegisterInput& input) {
  catalog::ServerSpec spec;
  if (auto modes = read_modes(input, spec); !modes) return modes.error();
  spec.name = catalog::ServerName(input.name);
  spec.description = input.description;
  spec.forward_headers = forwarded_pairs_of(input.forward_headers);
  spec.ca_file = input.ca_file;
  spec.init_timeout_sec = seconds_of(input.init_timeout);
  spec.call_timeout_sec = seconds_of(input.call_timeout);
  spec.sync_interval_sec = seconds_of(input.sync_interval).value_or(0);
  if (spec.transport == catalog::Transport::kStdio) {
    spec.command = input.command;
    spec.args = input.args;
    spec.env = pairs_of(input.env);
    spec.cwd = input.cwd;
    if (input.warm) spec.warm = nearest_int(*input.warm);
  } else {
    spec.url = input.url;
    spec.bearer_token = input.bearer_token;
    spec.headers = pairs_of(input.headers);
    spec.oauth_redirect_uri = input.oauth_redirect_uri;
    spec.oauth_client_id = input.oauth_client_id;
    spec.oauth_client_secret = input.oauth_client_secret;
    spec.oauth_client_private_key = input.oauth_client_private_key;
    spec.oauth_scopes = input.oauth_scopes;
    spec.oauth_issuer = input.oauth_issuer;
    spec.oauth_assume_s256 = input.oauth_assume_s256;
  }
  if (auto valid = catalog::validate(spec); !valid) return valid.error();
  return spec;
}

admin_api::ServerView view_of(const catalog::ServerEntry& server, Secrets secrets) {
  const catalog::ServerSpec spec = as_shown(server.spec, secrets);
  admin_api::ServerView view;
  view.name = spec.name.str();
  view.transport = catalog::text_of(spec.transport);
  view.enabled = server.enabled;
  view.description = spec.description;
  view.url = spec.url;
  view.command = spec.command;
  view.args = spec.args;
  view.env = map_of(spec.env);
  view.session_mode = catalog::text_of(spec.session_mode);
  view.ca_file = spec.ca_file;
  view.forward_headers = {spec.forward_headers.begin(), spec.forward_headers.end()};
  return view;
}

admin_api::RegisterInput input_of(const catalog::ServerSpec& stored, Secrets secrets) {
  const catalog::ServerSpec spec = as_shown(stored, secrets);
  admin_api::RegisterInput input;
  input.name = spec.name.str();
  input.transport = catalog::text_of(spec.transport);
  input.description = spec.description;
  input.url = spec.url;
  input.bearer_token = spec.bearer_token;
  input.headers = map_of(spec.headers);
  input.ca_file = spec.ca_file;
  input.forward_headers = {spec.forward_headers.begin(), spec.forward_headers.end()};
  input.command = spec.command;
  input.args = spec.args;
  input.env = map_of(spec.env);
  input.cwd = spec.cwd;
  input.session_mode = catalog::text_of(spec.session_mode);
  input.oauth_redirect_uri = spec.oauth_redirect_uri;
  input.oauth_client_id = spec.oauth_client_id;
  input.oauth_client_secret = spec.oauth_client_secret;
  input.oauth_client_private_key = spec.oauth_client_private_key;
  input.oauth_scopes = spec.oauth_scopes;
  input.oauth_issuer = spec.oauth_issuer;
  input.oauth_assume_s256 = spec.oauth_assume_s256;
  const catalog::ServerSpec defaults;
  if (spec.oauth_grant != defaults.oauth_grant) input.oauth_grant = catalog::text_of(spec.oauth_grant);
  if (spec.protocol != defaults.protocol) input.protocol = catalog::text_of(spec.protocol);
  input.init_timeout = time_of(spec.init_timeout_sec);
  input.call_timeout = time_of(spec.call_timeout_sec);
  if (spec.sync_interval_sec != 0) input.sync_interval = Seconds(spec.sync_interval_sec);
  if (spec.warm != defaults.warm) input.warm = spec.warm;
  return input;
}

}  // namespace jungle::admin
