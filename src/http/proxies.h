// Proxies on the way to other servers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "http/address_scope.h"
#include "http/url.h"

namespace jungle::http {

// One proxy, reached over plain TCP.
struct Proxy {
  std::string setting;  // Where it was named, for people: HTTPS_PROXY.
  std::string host;     // A name or an address, without brackets.
  std::uint16_t port = 0;
  std::string authority;  // Host and port.
  Secret credential;      // The value of Proxy-Authorization; empty: none.

  // "the proxy proxy.corp:3128 (HTTPS_PROXY)".
  std::string description() const { return "the proxy " + authority + " (" + setting + ")"; }
};

// A variable of the environment and what it says; empty: it is not set.
struct ProxySetting {
  std::string name;
  std::string value;
};
struct ProxySettings {
  ProxySetting https;  // For https URLs.
  ProxySetting http;   // For http URLs.
  std::string except;  // NO_PROXY.
};

// Which requests go through which proxy. A value, constant after construction.
class Proxies {
 public:
  Proxies() = default;  // None.
  // A proxy is `http://[user:password@]host[:port]`, the scheme may be left out; user and password are
  // percent-encoded. `except` is a list of hosts that are reached directly: a name stands for itself and all names
  // below it, one with a leading dot for those below it alone; an address, a network (10.0.0.0/8); each but a network
  // also with a port; `*` is everything. Loopback is always reached directly.
  //
  // kInvalidArgument names the variable, and repeats nothing of its value: there may be a password in it.
  static Result<Proxies> create(const ProxySettings& settings);

  // Null: the URL is reached directly.
  const Proxy* proxy_for(const Url& url) const;

  const std::optional<Proxy>& https() const { return https_; }
  const std::optional<Proxy>& http() const { return http_; }

 private:
  struct Exception {
    std::string name;  // Lower case, without a final dot; empty if there is a network.
    bool below_only = false;
    std::optional<AddressNetwork> network;
    std::uint16_t port = 0;  // 0: any.
  };
  void add_exception(std::string_view entry);
  static bool covers(const Exception& exception, const Url& url);

  std::optional<Proxy> https_;
  std::optional<Proxy> http_;
  std::vector<Exception> exceptions_;
  bool none_ = false;  // `*`.
};

}  // namespace jungle::http
