#include "upstream/child_environment.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace jungle::upstream {
namespace {

constexpr auto kNames = std::to_array<std::string_view>(
    {// Who and where.
     "PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TMP", "TEMP", "TERM", "COLORTERM", "NO_COLOR",
     "FORCE_COLOR", "HOSTNAME", "EDITOR",
     // Language and time.
     "LANG", "LANGUAGE", "TZ", "TZDIR",
     // Displays and the session bus, for servers that drive a browser or an editor.
     "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS",
     // Proxies and certificate authorities.
     "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "FTP_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR",
     "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO", "AWS_CA_BUNDLE",
     // Language runtimes and package runners.
     "NODE_PATH", "NODE_OPTIONS", "NODE_ENV", "NODE_EXTRA_CA_CERTS", "NVM_DIR", "NVM_BIN", "VOLTA_HOME", "FNM_DIR",
     "BUN_INSTALL", "DENO_DIR", "DENO_INSTALL_ROOT", "PYTHONPATH", "PYTHONHOME", "PYTHONUNBUFFERED",
     "PYTHONDONTWRITEBYTECODE", "PYTHONIOENCODING", "PYTHONUTF8", "VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV",
     "PYENV_ROOT", "JAVA_HOME", "GOPATH", "GOROOT", "CARGO_HOME", "RUSTUP_HOME", "GEM_HOME", "GEM_PATH", "DOTNET_ROOT",
     "DOCKER_HOST", "DOCKER_CONFIG", "LD_LIBRARY_PATH"});

constexpr std::array<std::string_view, 8> kPrefixes{"LC_",  "XDG_",  "NPM_CONFIG_", "UV_",
                                                    "PIP_", "PIPX_", "COREPACK_",   "PLAYWRIGHT_"};

// Parts of names that mark a secret: `npm_config__authToken`, `UV_PUBLISH_PASSWORD`, `UV_INDEX_X_USERNAME`.
constexpr std::array<std::string_view, 7> kSecretParts{"TOKEN", "SECRET",     "PASSWORD", "PASSWD",
                                                       "_AUTH", "CREDENTIAL", "USERNAME"};

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::string_view name_of(std::string_view variable) { return variable.substr(0, variable.find('=')); }

// Of `user:password@host/path`, both together and the password alone.
void add_user_info(std::string_view rest, std::vector<Secret>& secrets) {
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?# "));
  const auto at = authority.rfind('@');
  if (at == std::string_view::npos) return;
  const std::string_view user_info = authority.substr(0, at);
  secrets.emplace_back(std::string(user_info));
  const auto colon = user_info.find(':');
  if (colon != std::string_view::npos) secrets.emplace_back(std::string(user_info.substr(colon + 1)));
}

}  // namespace

bool is_inherited(std::string_view name) {
  // Proxies and npm's settings are written in either case.
  const std::string key = upper(name);
  for (const std::string_view part : kSecretParts) {
    if (key.find(part) != std::string::npos) return false;
  }
  if (key.empty()) return false;
  if (std::find(kNames.begin(), kNames.end(), key) != kNames.end()) return true;
  return std::any_of(kPrefixes.begin(), kPrefixes.end(),
                     [&](std::string_view prefix) { return key.starts_with(prefix); });
}

std::vector<std::string> child_environment(std::span<const std::string> ours,
                                           std::span<const std::pair<std::string, Secret>> extra) {
  std::vector<std::string> out;
  const auto put = [&](std::string variable) {
    const std::string_view name = name_of(variable);
    const auto same = std::find_if(out.begin(), out.end(), [&](const std::string& v) { return name_of(v) == name; });
    if (same != out.end()) {
      *same = std::move(variable);
    } else {
      out.push_back(std::move(variable));
    }
  };
  for (const std::string& variable : ours) {
    if (variable.find('=') != std::string::npos && is_inherited(name_of(variable))) put(variable);
  }
  for (const auto& [name, value] : extra)
    put(name + "=" + value.reveal());
  return out;
}

std::vector<Secret> secrets_in_urls(std::span<const std::string> environment) {
  std::vector<Secret> secrets;
  for (const std::string_view variable : environment) {
    std::string_view rest = variable.substr(std::min(name_of(variable).size() + 1, variable.size()));
    // The scheme of a proxy may be left out.
    const bool is_proxy = upper(name_of(variable)).ends_with("_PROXY") && rest.find("://") == std::string_view::npos;
    if (is_proxy) add_user_info(rest, secrets);
    for (auto at = rest.find("://"); at != std::string_view::npos; at = rest.find("://")) {
      rest.remove_prefix(at + 3);
      add_user_info(rest, secrets);
    }
  }
  return secrets;
}

std::optional<std::string_view> find_variable(std::span<const std::string> environment, std::string_view name) {
  for (const std::string& variable : environment) {
    if (name_of(variable) == name && variable.size() > name.size())
      return std::string_view(variable).substr(name.size() + 1);
  }
  return std::nullopt;
}

}  // namespace jungle::upstream
