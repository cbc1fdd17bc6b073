#include "catalog/server_spec.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "catalog/header_rules.h"
#include "catalog/names.h"
#include "catalog/server_secrets.h"

namespace jungle::catalog {
namespace {

Error bad_input(std::string what) {
  return Error{ErrorCode::kInvalidArgument, std::move(what) + ": invalid user input", {}};
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
}

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

Result<void> check_process_text(std::string_view what, std::string_view text) {
  if (has_nul(text)) return bad_input("invalid " + std::string(what) + ": it contains a NUL character");
  if (text.size() > kProcessTextBytesMax)
    return bad_input("invalid " + std::string(what) + ": longer than " + std::to_string(kProcessTextBytesMax) +
                     " bytes");
  return {};
}

Result<void> check_process(const ServerSpec& spec) {
  if (spec.args.size() > kArgsMax) return bad_input("too many args: at most " + std::to_string(kArgsMax));
  if (spec.env.size() > kEnvMax) return bad_input("too many env variables: at most " + std::to_string(kEnvMax));
  if (auto ok = check_process_text("command", spec.command); !ok) return ok;
  if (auto ok = check_process_text("cwd", spec.cwd); !ok) return ok;
  for (const std::string& arg : spec.args) {
    if (auto ok = check_process_text("args", arg); !ok) return ok;
  }
  std::vector<std::string_view> seen;
  for (const auto& [name, value] : spec.env) {
    if (name.empty() || name.find('=') != std::string::npos || has_nul(name))
      return bad_input("invalid env variable name '" + shortened(name, 80) + "': it must not be empty or contain '='");
    if (auto ok = check_process_text("env variable '" + shortened(name, 80) + "'", value.reveal()); !ok) return ok;
    seen.push_back(name);
  }
  std::sort(seen.begin(), seen.end());
  if (const auto twice = std::adjacent_find(seen.begin(), seen.end()); twice != seen.end())
    return bad_input("invalid env variable '" + std::string(*twice) + "': it is given twice");
  return {};
}

Result<void> check_seconds(std::string_view field, const std::optional<int>& seconds) {
  if (!seconds || (*seconds >= 1 && *seconds <= kTimeoutSecMax)) return {};
  return bad_input("invalid " + std::string(field) + ": '" + std::to_string(*seconds) +
                   "', must be a number of seconds from 1 to " + std::to_string(kTimeoutSecMax));
}

Result<void> check_settings(const ServerSpec& spec) {
  if (spec.description.size() > kDescriptionBytesMax)
    return bad_input("invalid description: longer than " + std::to_string(kDescriptionBytesMax) + " bytes");
  if (auto ok = check_seconds("init_timeout_sec", spec.init_timeout_sec); !ok) return ok;
  if (auto ok = check_seconds("call_timeout_sec", spec.call_timeout_sec); !ok) return ok;
  const bool is_synced = spec.sync_interval_sec != 0;
  if (is_synced && (spec.sync_interval_sec < kSyncIntervalSecMin || spec.sync_interval_sec > kSyncIntervalSecMax))
    return bad_input("invalid sync_interval_sec: '" + std::to_string(spec.sync_interval_sec) +
                     "', must be 0 or a number of seconds from " + std::to_string(kSyncIntervalSecMin) + " to " +
                     std::to_string(kSyncIntervalSecMax));
  if (spec.warm < 0 || spec.warm > kWarmMax)
    return bad_input("invalid warm: '" + std::to_string(spec.warm) + "', must be a number from 0 to " +
                     std::to_string(kWarmMax));
  if (spec.oauth_scopes.size() > kScopesMax)
    return bad_input("too many oauth_scopes: at most " + std::to_string(kScopesMax));
  std::vector<std::string_view> texts(spec.oauth_scopes.begin(), spec.oauth_scopes.end());
  texts.insert(texts.end(),
               {spec.oauth_redirect_uri, spec.oauth_client_id, spec.oauth_client_secret.reveal(), spec.oauth_issuer});
  for (const std::string_view text : texts) {
    if (text.size() > kUrlBytesMax || has_control_characters(text))
      return bad_input("an oauth_ setting has control characters or is longer than " + std::to_string(kUrlBytesMax) +
                       " bytes");
  }
  return check_process_text("oauth_client_private_key", spec.oauth_client_private_key.reveal());
}

Result<void> check_ca_file(const ServerSpec& spec) {
  if (spec.ca_file.empty()) return {};
  if (spec.transport == Transport::kStdio) return bad_input("invalid ca_file: a stdio server is not reached over TLS");
  if (has_control_characters(spec.ca_file) || spec.ca_file.size() > kPathBytesMax || spec.ca_file.front() != '/')
    return bad_input("invalid ca_file: it must be the absolute path of a file, as the gateway sees it");
  return {};
}

// The mandatory fields of each transport, with MCPJungle's texts.
Result<void> check_mandatory(const ServerSpec& spec) {
  const char* missing = nullptr;
  if (spec.transport == Transport::kStreamableHttp && spec.url.empty())
    missing = "error creating streamable http server: url is required for streamable HTTP transport";
  if (spec.transport == Transport::kSse && spec.url.empty())
    missing = "error creating SSE server: url is required for SSE transport";
  if (spec.transport == Transport::kStdio && spec.command.empty())
    missing = "error creating stdio server: command is required for stdio transport";
  if (missing != nullptr) return Error{ErrorCode::kInvalidArgument, missing, {}};
  return {};
}

template <typename Value, std::size_t size>
using Words = std::array<std::pair<std::string_view, Value>, size>;

constexpr Words<Transport, 3> kTransports = {
    {{"streamable_http", Transport::kStreamableHttp}, {"stdio", Transport::kStdio}, {"sse", Transport::kSse}}};
constexpr Words<SessionMode, 2> kSessionModes = {
    {{"stateless", SessionMode::kStateless}, {"stateful", SessionMode::kStateful}}};
constexpr Words<Protocol, 3> kProtocols = {
    {{"auto", Protocol::kAuto}, {"legacy", Protocol::kLegacy}, {"modern", Protocol::kModern}}};
constexpr Words<OAuthGrant, 2> kOAuthGrants = {
    {{"authorization_code", OAuthGrant::kAuthorizationCode}, {"client_credentials", OAuthGrant::kClientCredentials}}};

template <typename Table, typename Value>
std::string_view word_of(const Table& table, Value value) {
  for (const auto& [word, meaning] : table) {
    if (meaning == value) return word;
  }
  return {};
}

template <typename Value, std::size_t size>
std::optional<Value> value_of(const Words<Value, size>& table, std::string_view text) {
  for (const auto& [word, meaning] : table) {
    if (word == text) return meaning;
  }
  return std::nullopt;
}

// Parts of the names of headers that prove who calls: X-Api-Key, X-Auth-Token, Private-Token, CF-Access-Client-Secret.
constexpr std::array<std::string_view, 7> kCredentialWords = {"auth",   "token",    "key",    "secret",
                                                              "cookie", "password", "session"};

bool has_authorization_header(const ServerSpec& spec) {
  return std::any_of(spec.headers.begin(), spec.headers.end(),
                     [](const auto& header) { return equals_ignoring_case(header.first, "authorization"); });
}

}  // namespace

std::string_view text_of(Transport transport) { return word_of(kTransports, transport); }
std::string_view text_of(SessionMode mode) { return word_of(kSessionModes, mode); }
std::string_view text_of(Protocol protocol) { return word_of(kProtocols, protocol); }
std::string_view text_of(OAuthGrant grant) { return word_of(kOAuthGrants, grant); }
std::optional<Transport> parse_transport(std::string_view text) { return value_of(kTransports, text); }
std::optional<SessionMode> parse_session_mode(std::string_view text) { return value_of(kSessionModes, text); }
std::optional<Protocol> parse_protocol(std::string_view text) { return value_of(kProtocols, text); }
std::optional<OAuthGrant> parse_oauth_grant(std::string_view text) { return value_of(kOAuthGrants, text); }

bool overrides_bearer_token(const ServerSpec& spec) {
  return !spec.bearer_token.empty() && has_authorization_header(spec);
}

bool sends_authorization(const ServerSpec& spec) {
  return !spec.bearer_token.empty() || has_authorization_header(spec);
}

bool has_static_credential(const ServerSpec& spec) {
  return sends_authorization(spec) || std::any_of(spec.headers.begin(), spec.headers.end(), [](const auto& header) {
           const std::string name = ascii_lower(header.first);
           return std::any_of(kCredentialWords.begin(), kCredentialWords.end(),
                              [&](std::string_view word) { return name.find(word) != std::string::npos; });
         });
}

Result<void> validate(const ServerSpec& spec) {
  if (auto ok = check_mandatory(spec); !ok) return ok;
  if (auto name = parse_server_name(spec.name.str()); !name) return name.error();
  if (spec.transport == Transport::kStdio) {
    if (auto ok = check_process(spec); !ok) return ok;
  } else {
    if (auto ok = check_url(spec.url); !ok) return ok;
    if (auto ok = check_headers(spec); !ok) return ok;
  }
  if (auto ok = check_forward_headers(spec); !ok) return ok;
  if (auto ok = check_ca_file(spec); !ok) return ok;
  if (spec.transport == Transport::kSse && spec.protocol == Protocol::kModern)
    return bad_input("invalid protocol: '" + std::string(text_of(spec.protocol)) +
                     "', servers of the transport 'sse' are legacy");
  if (auto ok = check_not_masked(spec); !ok) return ok;
  return check_settings(spec);
}

}  // namespace jungle::catalog
