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
  ClientConnection(Executor executor, DeadlineList& deadlines, ConnectionPool& pool, PoolEntry& entry,
                   const std::string& authority);
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;
  ~ClientConnection();

  ConnectionPool& pool() { return pool_; }
  PoolEntry& entry() { return entry_; }

  // Connects to one address; messages name the authority.
  Task<Result<void>> connect(const asio::ip::tcp::endpoint& endpoint, SteadyTime deadline);
  Task<Result<void>> start_tls(const TlsContext& tls, const Url& url, SteadyTime deadline);

  bool has_wire() const { return wire_ != nullptr; }           // TCP is connected.
  void reset() { closed_because_ = ErrorCode::kUnavailable; }  // For another connect().

  // Sends the request and reads the head of its answer.
  Task<Result<void>> exchange(const ClientRequest& request, std::uint64_t body_bytes);
  bool has_sent() const { return has_sent_; }  // A byte of the current request was given to the kernel.

  const MessageHead& head() const { return head_; }
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
  std::string authority_;
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
