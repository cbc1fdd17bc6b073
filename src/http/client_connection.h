// One connection to an upstream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <boost/intrusive/list.hpp>

#include "base/deadline_list.h"
#include "base/result.h"
#include "base/task.h"
#include "http/body_decoder.h"
#include "http/client.h"
#include "http/message_head.h"
#include "http/wire.h"

namespace jungle::http {

class ConnectionPool;
struct PoolEntry;

// A connection and the one exchange that is under way on it. Owned by whoever holds it: send(), then a ClientResponse,
// then the pool of its origin, then the next send(). All are listed in the client, so that stop() can end them.
class ClientConnection final
    : public Wire::Owner,
      public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // `proxy`, on the way to the peer, outlives it; null: there is none.
  ClientConnection(Executor executor, DeadlineList& deadlines, ConnectionPool& pool, PoolEntry& entry,
                   const std::string& authority, const Proxy* proxy);
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;
  ~ClientConnection();

  ConnectionPool& pool() { return pool_; }
  PoolEntry& entry() { return entry_; }

  // Connects to one address of the peer, or of the proxy; messages name the authority of whoever it is.
  Task<Result<void>> connect(const asio::ip::tcp::endpoint& endpoint, SteadyTime deadline);
  // Lets the proxy at the other end connect us to `url`. Errors: kUnavailable (it does not), kUpstreamRejected and
  // kLimitExceeded (its answer), kDeadlineExceeded, kCancelled. REQUIRES: has_wire().
  Task<Result<void>> open_tunnel(const Url& url, SteadyTime deadline);
  Task<Result<void>> start_tls(const TlsContext& tls, const Url& url, SteadyTime deadline);

  // The connection is there, and from now on messages speak of the server behind the proxy. REQUIRES: has_proxy().
  void name_server(const Url& url) { authority_ = url.authority() + " through " + proxy_->description(); }
  bool has_proxy() const { return proxy_ != nullptr; }
  bool has_wire() const { return wire_ != nullptr; }           // TCP is connected.
  void reset() { closed_because_ = ErrorCode::kUnavailable; }  // For another connect().

  // Sends the request and reads the head of its answer.
  Task<Result<void>> exchange(const ClientRequest& request, std::uint64_t body_bytes);
  bool has_sent() const { return has_sent_; }  // A byte of the current request was given to the kernel.

  const MessageHead& head() const { return head_; }
  std::optional<Result<std::string>> take_body(std::size_t bytes_max);
  Task<Result<std::string>> read_body(std::size_t bytes_max);
  Task<Result<std::string_view>> read_some();
  void set_deadline(SteadyTime deadline);

  // Whether the exchange is complete and the peer wants another one.
  bool is_reusable() const;
  std::uint32_t served_count() const { return served_count_; }
  // How long the peer keeps the connection, if it said so.
  Seconds peer_idle_time(Seconds otherwise) const;

  // Rests in the pool: from now on the pool is told when the peer ends it. False if it has ended already.
  bool rest(SteadyTime until);
  bool wake_up();  // False if the peer has closed it meanwhile.
  SteadyTime idle_since() const { return idle_since_; }
  void close(ErrorCode why);  // Whoever waits fails with `why`.

 private:
  // What was seen of a head that is not complete.
  struct HeadProgress {
    std::size_t searched_bytes = 0;
    int interim_answers = 0;
  };

  void on_wire_event() override;
  void on_deadline();
  void append_credential(std::string& lines) const;  // REQUIRES: there is a proxy.
  Error proxy_refusal(const std::string& target) const;
  void render_request(const ClientRequest& request, std::uint64_t body_bytes);
  Result<bool> take_head(HeadProgress& progress);
  void start_body();
  Result<void> check_arrival(Wire::Wake wake, std::size_t had_bytes, std::string_view what_happened);
  Result<std::string_view> take_some();
  Error body_too_large(std::size_t bytes_max) const;
  bool at_end_of_body();
  Error failure(std::string_view what_happened) const;
  Error connect_failure(const boost::system::error_code& ec) const;

  DeadlineList& deadlines_;
  ConnectionPool& pool_;
  PoolEntry& entry_;
  Socket socket_;  // Until it is connected; then it is the wire's.
  WirePtr wire_;   // Null until then.
  DeadlineList::Entry deadline_;
  const Proxy* const proxy_;
  bool is_tunnelled_ = false;
  std::string authority_;  // Of whom messages speak.
  std::string out_;
  MessageHead head_;
  BodyDecoder decoder_;
  std::size_t lent_bytes_ = 0;  // Of the buffer, to the caller of read_some().
  std::uint32_t served_count_ = 0;
  ErrorCode closed_because_ = ErrorCode::kUnavailable;
  SteadyTime idle_since_ = kNever;
  bool is_head_request_ = false;
  bool has_sent_ = false;
  bool resting_ = false;
  bool until_close_ = false;
};

}  // namespace jungle::http
