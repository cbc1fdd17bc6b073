#include "app/config.h"

#include <charconv>

#include <boost/asio/ip/address.hpp>

#include "app/egress_config.h"
#include "app/oauth_config.h"
#include "app/proxy_config.h"
#include "base/percent_encoding.h"
#include "base/text.h"
#include "crypto/key_ring.h"
#include "upstream/limits.h"

namespace jungle::app {
namespace {

constexpr std::string_view kSqliteFile = "mcpjungle.db";
constexpr std::string_view kOldSqliteFile = "mcp.db";

Error bad_value(std::string message) { return {ErrorCode::kInvalidArgument, std::move(message), {}}; }

// The variable, or empty text: an empty variable counts as one that is not set.
std::string value_of(const Environment& environment, const std::string& name) {
  const auto it = environment.find(name);
  return it == environment.end() ? std::string() : it->second;
}

std::string first_of(const std::string& flag, const std::string& variable, std::string_view otherwise) {
  if (!flag.empty()) return flag;
  return variable.empty() ? std::string(otherwise) : variable;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

Result<void> read_mode(const StartFlags& flags, const Environment& environment, Config& config) {
  const std::string text = value_of(environment, "SERVER_MODE");
  const std::string mode = ascii_lower(text);
  if (mode == "enterprise" || mode == "production") {
    config.mode = ServerMode::kEnterprise;
  } else if (!mode.empty() && mode != "development") {
    return bad_value("invalid value for SERVER_MODE environment variable: '" + text +
                     "', valid values are 'development' and 'enterprise'");
  }
  if (flags.prod) {
    config.warnings.emplace_back("Warning: --prod flag is deprecated, please use --enterprise flag instead");
  }
  if (mode == "production") {
    config.warnings.emplace_back(
        "Warning: 'production' value is deprecated for env var SERVER_MODE, please use 'enterprise' instead");
  }
  if (flags.enterprise || flags.prod) config.mode = ServerMode::kEnterprise;
  return {};
}

Result<void> read_switch(const Environment& environment, const std::string& name, bool& is_on) {
  const std::string text = value_of(environment, name);
  const std::string choice = ascii_lower(text);
  if (choice.empty()) return {};
  if (choice != "true" && choice != "1" && choice != "false" && choice != "0") {
    return bad_value("invalid value for " + name + " environment variable: '" + text +
                     "', valid values are 'true' or 'false'");
  }
  is_on = choice == "true" || choice == "1";
  return {};
}

Result<void> read_telemetry(const Environment& environment, Config& config) {
  config.is_telemetry_on = config.mode == ServerMode::kEnterprise;
  return read_switch(environment, "OTEL_ENABLED", config.is_telemetry_on);
}

Result<void> read_endpoints(const StartFlags& flags, const Environment& environment, Config& config) {
  if (auto read = read_switch(environment, "SEPARATE_SSE", config.separates_sse); !read) return read;
  config.separates_sse = config.separates_sse || flags.separate_sse;
  return {};
}

Result<void> read_database(const StartFlags& flags, const Environment& environment, const FileAccess& files,
                           Config& config) {
  auto postgres = postgres_url(environment, files);
  if (!postgres) return postgres.error();
  if (*postgres) {
    return bad_value("PostgreSQL is not supported yet: unset DATABASE_URL and POSTGRES_HOST to run on SQLite");
  }
  const std::string variable(trimmed(value_of(environment, "SQLITE_DB_PATH")));
  config.sqlite_path = first_of(flags.sqlite_db_path, variable, kSqliteFile);
  const bool is_default = flags.sqlite_db_path.empty() && variable.empty();
  const std::string old_file(kOldSqliteFile);
  if (is_default && !files.exists(config.sqlite_path) && files.exists(old_file)) {
    config.sqlite_path = old_file;
    config.warnings.emplace_back(
        "[db] WARNING: Using deprecated database file 'mcp.db'. Please consider renaming it to 'mcpjungle.db' for "
        "future compatibility.");
  }
  return {};
}

// Keys, one or more: see crypto::parse_master_keys(). What the file holds is looked at when the database is opened.
Result<void> read_encryption_key(const Environment& environment, Config& config) {
  const std::string name = "MCPJUNGLE_ENCRYPTION_KEY";
  if (std::string text = value_of(environment, name); !text.empty()) {
    if (auto keys = crypto::parse_master_keys(text); !keys) return with_context(keys.error(), name);
    config.encryption_key.text = Secret(std::move(text));
    return {};
  }
  config.encryption_key.file = value_of(environment, name + "_FILE");
  return {};
}

Result<void> read_timeout(const Environment& environment, const std::string& name, Seconds most, Seconds& timeout) {
  const std::string text(trimmed(value_of(environment, name)));
  if (text.empty()) return {};
  const auto number = whole_number(text);
  if (!number || *number < 1) {
    return bad_value("invalid value for " + name + ": '" + text + "', must be a positive integer");
  }
  if (*number > most.count()) {
    return bad_value("invalid value for " + name + ": '" + text + "', must be at most " + std::to_string(most.count()));
  }
  timeout = Seconds(*number);
  return {};
}

// -1 and 0 both mean never: the first is what MCPJungle documents, the second what it does.
Result<void> read_idle_timeout(const Environment& environment, Config& config) {
  const std::string name = "SESSION_IDLE_TIMEOUT_SEC";
  const std::string text(trimmed(value_of(environment, name)));
  if (text.empty()) return {};
  if (text == "-1" || whole_number(text) == 0) {
    config.session_idle_timeout.reset();
    return {};
  }
  const auto number = whole_number(text);
  if (!number || *number < 0) {
    return bad_value("invalid value for " + name + ": '" + text + "', must be a non-negative integer (0 = no timeout)");
  }
  Seconds timeout{};
  if (auto read = read_timeout(environment, name, kTimeoutMax, timeout); !read) return read;
  config.session_idle_timeout = timeout;
  return {};
}

Result<void> read_timeouts(const Environment& environment, Config& config) {
  auto read = read_timeout(environment, "MCP_SERVER_INIT_REQ_TIMEOUT_SEC", kTimeoutMax, config.init_timeout);
  if (!read) return read;
  read = read_timeout(environment, "MCP_CALL_TIMEOUT_SEC", upstream::kCallHardCap, config.call_timeout);
  if (!read) return read;
  return read_idle_timeout(environment, config);
}

// "*", "name", "name:port" (the port is dropped: a page cannot choose it), "[::1]" or an origin.
void add_allowed(std::string_view entry, AllowedHosts& allowed) {
  const std::string lower = ascii_lower(entry);
  if (lower == "*") {
    allowed.any = true;
  } else if (lower.find("://") != std::string::npos) {
    const std::size_t end = lower.find_last_not_of('/');
    allowed.origins.push_back(lower.substr(0, end + 1));
  } else if (lower.front() == '[') {
    allowed.hosts.push_back(lower.substr(1, lower.find(']') - 1));
  } else {
    const bool is_ipv6 = lower.find(':') != lower.rfind(':');
    allowed.hosts.push_back(is_ipv6 ? lower : lower.substr(0, lower.find(':')));
  }
}

Result<void> read_address(const StartFlags& flags, const Environment& environment, Config& config) {
  const std::string port = first_of(flags.port, value_of(environment, "PORT"), std::to_string(kDefaultPort));
  const auto number = whole_number(port);
  if (!number || *number < 0 || *number > 65535) {
    return bad_value("failed to run the server: listen tcp: address " + port +
                     ": invalid port; it must be a number from 0 to 65535");
  }
  config.port = static_cast<std::uint16_t>(*number);

  const std::string_view otherwise = config.mode == ServerMode::kEnterprise ? "0.0.0.0" : "127.0.0.1";
  std::string host = first_of(flags.host, value_of(environment, "HOST"), otherwise);
  if (equals_ignoring_case(host, "localhost")) host = "127.0.0.1";
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  boost::system::error_code ec;
  const auto address = boost::asio::ip::make_address(host, ec);
  if (ec) return bad_value("invalid value for HOST: '" + host + "', must be an IP address or localhost");
  config.host = address.to_string();

  const std::string allowed = first_of(flags.allowed_hosts, value_of(environment, "ALLOWED_HOSTS"), "");
  for (const std::string& entry : split(allowed, ',')) {
    if (const auto name = trimmed(entry); !name.empty()) add_allowed(name, config.allowed_hosts);
  }
  return {};
}

Result<void> read_listing(const StartFlags& flags, const Environment& environment, Config& config) {
  const std::string word = first_of(flags.list_at_start, value_of(environment, "LIST_AT_START"), "all");
  if (word == "all") {
    config.list_at_start = upstream::ListAtStart::kAll;
  } else if (word == "http") {
    config.list_at_start = upstream::ListAtStart::kHttp;
  } else if (word == "none") {
    config.list_at_start = upstream::ListAtStart::kNone;
  } else {
    return bad_value("invalid value '" + word +
                     "' for --list-at-start (or the environment variable LIST_AT_START): must be 'all', 'http' or "
                     "'none'");
  }
  return {};
}

Result<void> read_log(const StartFlags& flags, const Environment& environment, Config& config) {
  auto format = telemetry::parse_log_format(first_of(flags.log_format, value_of(environment, "LOG_FORMAT"), "text"));
  if (!format) return format.error();
  config.log_format = *format;
  auto level = telemetry::parse_log_level(first_of(flags.log_level, value_of(environment, "LOG_LEVEL"), "info"));
  if (!level) return level.error();
  config.log_level = *level;
  return {};
}

// The variable, or the trimmed content of the file that `<name>_FILE` names, or `otherwise`.
Result<std::string> value_or_file(const Environment& environment, const FileAccess& files, const std::string& name,
                                  const std::string& what, std::string otherwise) {
  if (std::string value = value_of(environment, name); !value.empty()) return value;
  const std::string path = value_of(environment, name + "_FILE");
  if (path.empty()) return otherwise;
  auto content = files.read(path);
  if (!content) {
    return bad_value("failed to get postgres DSN: failed to get postgres " + what + ": failed to read " + name +
                     "_FILE: " + content.error().message);
  }
  return std::string(trimmed(*content));
}

}  // namespace

std::string_view text_of(ServerMode mode) { return mode == ServerMode::kEnterprise ? "enterprise" : "development"; }

Result<Config> config_from(const StartFlags& flags, const Environment& environment, const FileAccess& files) {
  Config config;
  if (auto read = read_mode(flags, environment, config); !read) return read.error();
  if (auto read = read_telemetry(environment, config); !read) return read.error();
  if (auto read = read_database(flags, environment, files, config); !read) return read.error();
  if (auto read = read_encryption_key(environment, config); !read) return read.error();
  if (auto read = read_timeouts(environment, config); !read) return read.error();
  if (auto read = read_address(flags, environment, config); !read) return read.error();
  auto egress = egress_from(environment);
  if (!egress) return egress.error();
  config.egress = std::move(*egress);
  auto proxies = proxies_from(environment);
  if (!proxies) return proxies.error();
  config.proxies = std::move(*proxies);
  auto oauth = oauth_from(environment, files);
  if (!oauth) return oauth.error();
  config.oauth = std::move(*oauth);
  if (auto read = read_listing(flags, environment, config); !read) return read.error();
  if (auto read = read_endpoints(flags, environment, config); !read) return read.error();
  if (auto read = read_log(flags, environment, config); !read) return read.error();
  return config;
}

Result<Config> database_config_from(const StartFlags& flags, const Environment& environment, const FileAccess& files) {
  Config config;
  if (auto read = read_database(flags, environment, files, config); !read) return read.error();
  if (auto read = read_encryption_key(environment, config); !read) return read.error();
  return config;
}

Result<Environment> with_dotenv(Environment environment, std::string_view text) {
  auto variables = parse_dotenv(text, environment);
  if (!variables) return variables.error();
  environment.merge(*variables);
  return environment;
}

Result<std::optional<Secret>> postgres_url(const Environment& environment, const FileAccess& files) {
  if (std::string url = value_of(environment, "DATABASE_URL"); !url.empty()) {
    return std::optional(Secret(std::move(url)));
  }
  const std::string host = value_of(environment, "POSTGRES_HOST");
  if (host.empty()) return std::optional<Secret>();
  const std::string port = first_of("", value_of(environment, "POSTGRES_PORT"), "5432");
  auto user = value_or_file(environment, files, "POSTGRES_USER", "user", "postgres");
  if (!user) return user.error();
  auto password = value_or_file(environment, files, "POSTGRES_PASSWORD", "password", "");
  if (!password) return password.error();
  auto name = value_or_file(environment, files, "POSTGRES_DB", "DB name", "postgres");
  if (!name) return name.error();
  const auto encoded = [](std::string_view text) { return percent_encoded(text, HexCase::kLower); };
  std::string url = "postgres://" + encoded(*user) + ":" + encoded(*password);
  url += "@" + host + ":" + port + "/" + encoded(*name);
  return std::optional(Secret(std::move(url)));
}

std::vector<std::string> start_lines(const Config& config) {
  std::vector<std::string> lines{"[db] Using sqlite database at " + config.sqlite_path};
  lines.push_back("[server] timeout for initialization requests to MCP servers is " +
                  std::to_string(config.init_timeout.count()) + " seconds");
  if (config.session_idle_timeout) {
    lines.push_back("[server] idle timeout for stateful sessions is " +
                    std::to_string(config.session_idle_timeout->count()) + " seconds");
  } else {
    lines.emplace_back("[server] stateful sessions will not timeout (run until server shutdown)");
  }
  for (std::string& line : proxy_lines(config.proxies))
    lines.push_back(std::move(line));
  boost::system::error_code ec;
  const bool is_open = !boost::asio::ip::make_address(config.host, ec).is_loopback();
  if (is_open && config.mode == ServerMode::kDevelopment) {
    lines.push_back("[server] WARNING: listening on " + config.host +
                    " without authentication: whoever reaches this port can register servers, which runs commands "
                    "here. Use --host 127.0.0.1, or put an authenticating proxy in front");
  }
  return lines;
}

}  // namespace jungle::app
