// One downstream connection.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/intrusive/list.hpp>

#include "base/deadline_list.h"
#include "base/result.h"
#include "base/task.h"
#include "http/body_decoder.h"
#include "http/exchange.h"
#include "http/head_writer.h"
#include "http/message_head.h"
#include "http/server.h"
#include "http/wire.h"

namespace jungle::http {

// What the connections of a server share.
struct ConnectionContext {
  Time& time;
  DeadlineList& deadlines;
  telemetry::Log& log;
  Handler& handler;
  const ServerOptions& options;
  DateText& date;
  bool stopping = false;
};

// One accepted connection, from its first byte to its end: reads requests, runs the handler, writes answers. Owned by
// the Server, which runs serve() and destroys the connection after it has returned. One executor.
class Connection final : public Wire::Owner, public boost::intrusive::list_base_hook<> {
 public:
  Connection(Socket socket, const asio::ip::tcp::endpoint& peer, ConnectionContext& context);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  Task<void> serve();
  asio::cancellation_slot slot() { return signal_.slot(); }
  // The server stops: ends at once what is idle or streams; the rest gets no further request.
  void stop();
  // Makes room for another connection. False if this one is busy.
  bool close_if_idle();
  // The server's patience is over.
  void force_stop();

  // What Exchange promises.
  Task<Result<void>> respond(const ResponseHead& head, std::span<const std::string_view> body_pieces);
  std::optional<Result<void>> respond_now(const ResponseHead& head, std::span<const std::string_view> body_pieces);
  Task<Result<void>> flush_answer();
  Task<Result<void>> start_stream(const ResponseHead& head, std::span<const std::string_view> first_pieces);
  Task<Result<void>> write(std::span<const std::string_view> pieces);
  Task<Result<void>> finish(std::span<const std::string_view> last_pieces);
  void set_deadline(SteadyTime deadline);
  void cancel(CancelReason reason);
  Task<void> reset_cancellation();
  DeadlineList& deadlines() { return context_.deadlines; }

 private:
  // What the connection waits for, and what its deadline means.
  enum class Phase : std::uint8_t { kIdle, kHead, kBody, kHandler, kClosing };
  enum class Outcome : std::uint8_t { kRequest, kEnd };
  struct Refusal {
    int status = 0;  // 0: there is none.
    std::string message;
  };

  Task<Outcome> read_request();
  SteadyTime start_idling();
  Task<Outcome> read_head();
  Task<Outcome> read_body();
  Refusal take_head(std::size_t head_bytes);
  Refusal take_body_bytes();
  Refusal body_too_large();
  void fill_exchange();
  Task<void> run_handler();
  Task<void> answer_for_handler(bool threw);
  Task<void> refuse(Refusal refusal);
  Task<void> linger();
  Task<Wire::Wake> wait_until(SteadyTime deadline);
  void report(SteadyTime started);

  void on_wire_event() override;
  void on_io_deadline();
  void on_call_deadline();
  void on_hang_up_deadline();

  AnswerFraming framing_of(const ResponseHead& head, std::uint64_t body_bytes) const;
  void add_chunk(std::span<const std::string_view> pieces);
  Result<void> sent();
  Error unwritable(const ResponseHead& head) const;

  ConnectionContext& context_;
  WirePtr wire_;
  MessageHead head_;
  BodyDecoder decoder_;
  Exchange exchange_;
  std::string out_;         // The head or chunk head that is being written.
  std::string chunk_head_;  // The size line of a chunk.
  int status_ = 0;
  std::uint64_t answer_bytes_ = 0;
  Phase phase_ = Phase::kIdle;
  bool keep_alive_ = true;
  bool is_head_request_ = false;
  bool chunked_ = false;
  bool timed_out_ = false;
  bool served_one_ = false;
  asio::cancellation_signal signal_;
  DeadlineList::Entry io_deadline_;
  DeadlineList::Entry call_deadline_;
  DeadlineList::Entry hang_up_deadline_;
};

}  // namespace jungle::http
