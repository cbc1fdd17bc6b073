// How one upstream server is reached: what a person registers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "catalog/ids.h"

namespace jungle::catalog {

enum class Transport : std::uint8_t { kStreamableHttp, kStdio, kSse };
enum class SessionMode : std::uint8_t { kStateless, kStateful };
// Which era a server is spoken to in. kAuto: probe once and remember.
enum class Protocol : std::uint8_t { kAuto, kLegacy, kModern };
// How a server that asks for OAuth gets its token: a person approves, or the gateway is the one who is known there.
enum class OAuthGrant : std::uint8_t { kAuthorizationCode, kClientCredentials };

// "streamable_http", "stdio", "sse" and so on: the words of config files, REST and the database.
std::string_view text_of(Transport transport);
std::string_view text_of(SessionMode mode);
std::string_view text_of(Protocol protocol);
std::string_view text_of(OAuthGrant grant);
std::optional<Transport> parse_transport(std::string_view text);
std::optional<SessionMode> parse_session_mode(std::string_view text);
std::optional<Protocol> parse_protocol(std::string_view text);
std::optional<OAuthGrant> parse_oauth_grant(std::string_view text);

// A value type; nothing in it is resolved or connected.
struct ServerSpec {
  ServerName name;
  Transport transport = Transport::kStreamableHttp;
  std::string description;

  // streamable_http and sse.
  std::string url;
  Secret bearer_token;
  std::vector<std::pair<std::string, Secret>> headers;
  // streamable_http and sse: which fields of a client's request go along with its call, and the name under which each
  // does. What the client sends takes the place of what the registration or OAuth would send under that name.
  std::vector<std::pair<std::string, std::string>> forward_headers;
  // A file of certificate authorities (PEM) that are trusted besides the system's, by this server and by those that it
  // names for OAuth. Read by the gateway when it connects.
  std::string ca_file;

  // stdio.
  std::string command;
  std::vector<std::string> args;
  std::vector<std::pair<std::string, Secret>> env;  // On top of the inherited environment, in the order given.
  std::string cwd;                                  // Empty: the gateway's own.

  SessionMode session_mode = SessionMode::kStateless;
  Protocol protocol = Protocol::kAuto;
  std::optional<int> init_timeout_sec;  // Absent: the gateway's.
  std::optional<int> call_timeout_sec;  // Absent: the gateway's.
  int sync_interval_sec = 0;            // How often it is listed anew; 0: not for that reason.
  int warm = 1;                         // Fresh processes kept ready for a stateless stdio server; 0: none.

  // Upstream OAuth, streamable_http and sse. Empty: found out.
  OAuthGrant oauth_grant = OAuthGrant::kAuthorizationCode;
  std::string oauth_redirect_uri;
  std::string oauth_client_id;
  Secret oauth_client_secret;
  Secret oauth_client_private_key;  // PEM, for private_key_jwt.
  std::vector<std::string> oauth_scopes;
  std::string oauth_issuer;        // The only authorization server that will do.
  bool oauth_assume_s256 = false;  // PKCE with S256 works there, although its metadata does not say so.

  friend bool operator==(const ServerSpec&, const ServerSpec&) = default;
};

// Whether requests to the server carry an Authorization header of the registration: its headers' (in any spelling), or
// one of its bearer token.
bool sends_authorization(const ServerSpec& spec);
// Whether the registration gives a credential: that, or a header that is one by its name (X-Api-Key, Cookie, ...).
bool has_static_credential(const ServerSpec& spec);
// Whether it gives both; the header is sent.
bool overrides_bearer_token(const ServerSpec& spec);

// What a registration may hold. Far above what real configurations have; they keep one of them from filling the memory.
inline constexpr std::size_t kHeadersMax = 64;
inline constexpr std::size_t kForwardHeadersMax = 32;
inline constexpr std::size_t kHeaderNameBytesMax = 128;
inline constexpr std::size_t kHeaderValueBytesMax = 8 * 1024;  // Common servers refuse longer fields.
inline constexpr std::size_t kArgsMax = 512;
inline constexpr std::size_t kEnvMax = 512;
inline constexpr std::size_t kProcessTextBytesMax = 64 * 1024;  // One argument or variable; Linux takes 128 KiB.
inline constexpr std::size_t kPathBytesMax = 4 * 1024;          // As Linux.
inline constexpr std::size_t kDescriptionBytesMax = 16 * 1024;
inline constexpr std::size_t kScopesMax = 64;
inline constexpr int kTimeoutSecMax = 60 * 60;  // The hard cap of a call: a longer timeout would not be kept.
inline constexpr int kSyncIntervalSecMin = 5;   // A listing is four requests or more, or the start of a process.
inline constexpr int kSyncIntervalSecMax = 24 * 60 * 60;
inline constexpr int kWarmMax = 16;  // Each is a process that waits.

// Checks the rules of registration: name, mandatory fields of the transport, URL, header names and values, limits.
// kInvalidArgument with the texts that MCPJungle's users know.
Result<void> validate(const ServerSpec& spec);

}  // namespace jungle::catalog
