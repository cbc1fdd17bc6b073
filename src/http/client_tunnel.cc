// ClientConnection: the way through a proxy.
#include <algorithm>
#include <string>

#include "http/client_connection.h"
#include "http/limits.h"

namespace jungle::http {

void ClientConnection::append_credential(std::string& lines) const {
  if (!proxy_->credential.empty())
    lines.append("Proxy-Authorization: ").append(proxy_->credential.reveal()).append("\r\n");
}

// RFC 9110 §9.3.6, RFC 9112 §3.2.3. Until the tunnel stands the peer is the proxy, and errors name it.
Task<Result<void>> ClientConnection::open_tunnel(const Url& url, SteadyTime deadline) {
  const std::string host = url.host().find(':') == std::string::npos ? url.host() : "[" + url.host() + "]";
  const std::string target = host + ":" + std::to_string(url.port());
  deadlines_.arm(deadline_, std::min(deadline, deadlines_.coarse_now() + kProxyAnswerTime));
  out_.assign("CONNECT ").append(target).append(" HTTP/1.1\r\nHost: ").append(target).append("\r\n");
  append_credential(out_);
  out_.append("\r\n");
  wire_->begin_write();
  wire_->add(out_);
  if (!wire_->flush_now()) co_await wire_->flush();
  if (wire_->write_error()) co_return failure("closed the connection before answering");
  HeadProgress progress;
  for (;;) {
    const auto complete = take_head(progress);
    if (!complete) co_return complete.error();
    if (*complete) break;
    const Wire::Wake wake = co_await wire_->wait();
    auto more = check_arrival(wake, progress.searched_bytes, "closed the connection before answering");
    if (!more) co_return more;
  }
  deadline_.disarm();
  if (head_.status < 200 || head_.status > 299) co_return proxy_refusal(target);
  if (!wire_->bytes().empty()) {
    // Nobody has spoken to the server yet: whatever this is, it does not come from there.
    co_return Error{ErrorCode::kUpstreamRejected, proxy_->description() + " sent more than an answer to CONNECT", {}};
  }
  head_.headers.clear();
  is_tunnelled_ = true;
  name_server(url);
  co_return Result<void>();
}

Error ClientConnection::proxy_refusal(const std::string& target) const {
  const std::string who = proxy_->description();
  if (head_.status == 407) {
    const std::string why =
        proxy_->credential.empty()
            ? " wants credentials (HTTP 407): put them into " + proxy_->setting + ", http://user:password@host:port"
            : " does not accept the credentials of " + proxy_->setting + " (HTTP 407)";
    return Error{ErrorCode::kUnavailable, who + why, {}};
  }
  return Error{ErrorCode::kUnavailable,
               who + " did not connect to " + target + ": it answered HTTP " + std::to_string(head_.status),
               {}};
}

}  // namespace jungle::http
