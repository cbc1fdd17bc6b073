#include "http/url.h"

#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>

#include "base/text.h"

namespace jungle::http {
namespace {

constexpr std::size_t kUrlBytesMax = 8 * 1024;  // Common servers refuse longer request lines.

Error invalid_url(std::string_view text) {
  return Error{
      ErrorCode::kInvalidArgument, "invalid url: '" + shortened(text, 200) + "' must be a valid http or https url", {}};
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  if (text.size() > kUrlBytesMax) return invalid_url(text);
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed) return invalid_url(text);
  const boost::urls::url_view view = *parsed;
  const auto scheme = view.scheme_id();
  const bool is_tls = scheme == boost::urls::scheme::https;
  if (!is_tls && scheme != boost::urls::scheme::http) return invalid_url(text);
  if (!view.has_authority() || view.has_userinfo() || view.host().empty()) return invalid_url(text);
  // A port that is present but empty is the default one; 0 and numbers over 65535 are mistakes.
  const bool has_port = view.has_port() && !view.port().empty();
  if (has_port && view.port_number() == 0) return invalid_url(text);

  Url url;
  url.text_ = text;
  url.is_tls_ = is_tls;
  url.host_ = ascii_lower(view.host_address());
  // A host is written into the Host header and handed to the resolver: what is percent-encoded must not smuggle.
  for (const char c : url.host_) {
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '/' || c == '@') return invalid_url(text);
  }
  url.port_ = has_port ? view.port_number() : is_tls ? 443 : 80;
  const auto authority = view.encoded_authority();
  url.authority_.assign(authority.data(), authority.size());
  const auto path = view.encoded_path();
  url.target_ = path.empty() ? "/" : std::string(path.data(), path.size());
  if (view.has_query()) {
    const auto query = view.encoded_query();
    url.target_.append("?").append(query.data(), query.size());
  }
  const bool is_default = url.port_ == (is_tls ? 443 : 80);
  const bool is_ipv6 = url.host_.find(':') != std::string::npos;
  url.origin_ = std::string(url.scheme()) + "://" + (is_ipv6 ? "[" + url.host_ + "]" : url.host_);
  if (!is_default) url.origin_ += ":" + std::to_string(url.port_);
  return url;
}

std::string_view Url::query() const {
  const auto mark = target_.find('?');
  return mark == std::string::npos ? std::string_view() : std::string_view(target_).substr(mark + 1);
}

bool Url::host_is_loopback() const { return is_loopback_host(host_); }

Result<Url> Url::resolve(std::string_view reference) const {
  const auto base = boost::urls::parse_uri(text_);
  const auto relative = boost::urls::parse_uri_reference(reference);
  if (!base || !relative) return invalid_url(reference);
  boost::urls::url resolved;
  if (!boost::urls::resolve(*base, *relative, resolved)) return invalid_url(reference);
  return parse(std::string_view(resolved.buffer().data(), resolved.buffer().size()));
}

bool is_loopback_host(std::string_view host) {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  if (equals_ignoring_case(host, "localhost")) return true;
  boost::system::error_code ec;
  const auto address = boost::asio::ip::make_address(host, ec);
  return !ec && address.is_loopback();
}

}  // namespace jungle::http
