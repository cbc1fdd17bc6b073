// What `mcpjungle start` runs with: flags, environment and .env, resolved.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/dotenv.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "http/egress_guard.h"
#include "http/proxies.h"
#include "oauth/client_registration.h"
#include "oauth/provider_profile.h"
#include "store/master_keys.h"
#include "telemetry/log_sink.h"
#include "upstream/options.h"

namespace jungle::app {

enum class ServerMode : std::uint8_t { kDevelopment, kEnterprise };
std::string_view text_of(ServerMode mode);  // "development" or "enterprise".

inline constexpr std::uint16_t kDefaultPort = 8080;
inline constexpr Seconds kDefaultInitTimeout{30};
inline constexpr Seconds kDefaultCallTimeout{300};
inline constexpr Seconds kDefaultSessionIdleTimeout{3600};
inline constexpr Seconds kTimeoutMax{365 * 24 * 3600};  // Far from where time arithmetic overflows.

// The flags of `start` as they were typed; empty if not given.
struct StartFlags {
  std::string port;
  std::string host;
  std::string sqlite_db_path;
  std::string allowed_hosts;
  std::string list_at_start;
  std::string log_format;
  std::string log_level;
  bool enterprise = false;
  bool prod = false;  // The old name of `enterprise`.
  bool separate_sse = false;
};

// Names beside the loopback ones under which browsers may reach us; see http::HostPolicy.
struct AllowedHosts {
  std::vector<std::string> hosts;    // Lower case, without a port.
  std::vector<std::string> origins;  // "https://app.example.org".
  bool any = false;                  // From "*".

  friend bool operator==(const AllowedHosts&, const AllowedHosts&) = default;
};

// As whom the gateway asks upstream servers for permission.
struct OAuthConfig {
  oauth::ClientOptions client;
  std::string client_metadata;  // The document that the gateway serves about itself; empty: none.
  oauth::ProviderProfiles profiles;
};

// Everything that `start` was told, checked. A value; nothing is opened or bound yet.
struct Config {
  ServerMode mode = ServerMode::kDevelopment;
  std::string host;  // A numeric address to listen on.
  std::uint16_t port = kDefaultPort;
  AllowedHosts allowed_hosts;
  http::EgressGuard egress;
  http::Proxies proxies;
  OAuthConfig oauth;
  std::string sqlite_path;
  store::KeySource encryption_key;  // Of the secrets in the database.
  Seconds init_timeout = kDefaultInitTimeout;
  Seconds call_timeout = kDefaultCallTimeout;
  std::optional<Seconds> session_idle_timeout = kDefaultSessionIdleTimeout;  // Absent: sessions never idle out.
  upstream::ListAtStart list_at_start = upstream::ListAtStart::kAll;
  bool separates_sse = false;  // Servers of HTTP+SSE are at `/sse` only, and all others at `/mcp` only.
  bool is_telemetry_on = false;
  telemetry::LogFormat log_format = telemetry::LogFormat::kText;
  telemetry::LogLevel log_level = telemetry::LogLevel::kInfo;
  std::vector<std::string> warnings;  // Lines for standard error, before anything else.
};

// The file system as far as configuration needs it.
struct FileAccess {
  std::function<bool(const std::string& path)> exists;
  // Errors: any; the message is Go's: `open /nofile: no such file or directory`.
  std::function<Result<std::string>(const std::string& path)> read;
};

// Flags over environment over defaults. `environment` is the process's own with .env below it (see with_dotenv).
// Errors: kInvalidArgument with the texts of MCPJungle; the first fault in the order mode, telemetry, database, key,
// timeouts, address, egress, proxies, OAuth, listing, log.
Result<Config> config_from(const StartFlags& flags, const Environment& environment, const FileAccess& files);

// The same of what says where the database is and how it is sealed; all else has its default.
Result<Config> database_config_from(const StartFlags& flags, const Environment& environment, const FileAccess& files);

// `environment` and, for what it lacks, the variables of the .env file's `text`. Errors: as parse_dotenv.
Result<Environment> with_dotenv(Environment environment, std::string_view text);

// Which PostgreSQL the environment asks for: DATABASE_URL as it is, or one built from POSTGRES_*; nothing if neither
// is set. User, password and database name are percent-encoded.
// Errors: kInvalidArgument `failed to get postgres DSN: failed to get postgres password: ...`.
Result<std::optional<Secret>> postgres_url(const Environment& environment, const FileAccess& files);

// What the log says first: the database, the timeouts, and who can reach us.
std::vector<std::string> start_lines(const Config& config);

}  // namespace jungle::app
