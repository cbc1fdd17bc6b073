// A scripted HTTP server for tests.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "base/guarded.h"
#include "base/signal.h"
#include "base/task_group.h"
#include "base/time.h"
#include "http/wire.h"

namespace jungle::http::testing {

// What a client sent.
struct SeenRequest {
  std::string method;
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string head;    // As it came, byte for byte.
  int connection = 0;  // The number of its connection, from 1.

  std::string header(std::string_view name) const;  // The first, or empty.
  bool has_header(std::string_view name) const;
};

// What is answered. Built with the functions below it.
struct Reply {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::vector<std::string> chunks;   // If not empty: a chunked body, one chunk each, instead of `body`.
  bool ends = true;                  // False: the last chunk never comes; the stream stays open until release().
  std::optional<std::string> bytes;  // If set: exactly these bytes, instead of everything above.
  bool is_held = false;              // Nothing is sent until release().
  Millis delay{0};                   // Nothing is sent until this has passed on the imposter's Time.
  bool closes = false;               // The connection is closed after the reply.

  Reply& with_header(std::string name, std::string value) &;
  Reply with_header(std::string name, std::string value) &&;
  Reply held() &&;
  Reply after(Millis delay) &&;
  Reply then_close() &&;
};

Reply json(std::string body, int status = 200);
Reply text(std::string body, int status = 200);
// text/event-stream, one chunk for each string: "data: {}\n\n".
Reply events(std::vector<std::string> chunks);
// The same, but the stream stays open.
Reply open_events(std::vector<std::string> chunks);
Reply raw(std::string bytes);  // Then the connection is closed.
Reply hang_up();               // Closes without a word.

// Listens on 127.0.0.1, port 0, and answers by script: each when() holds from then on; the newest that matches wins.
// Requests that nothing matches get 404. Keeps connections alive as HTTP/1.1 says. Everything it was sent is recorded.
//
// Runs on `context`, one thread; scripting and reading the record is allowed from any thread.
class HttpImposter {
 public:
  using Answer = std::function<Reply(const SeenRequest&)>;

  explicit HttpImposter(asio::io_context& context, Time* time = nullptr, asio::ssl::context* tls = nullptr);
  HttpImposter(const HttpImposter&) = delete;
  HttpImposter& operator=(const HttpImposter&) = delete;
  ~HttpImposter();  // Runs the context until its connections have ended.

  // Behaves as a proxy and as each server behind it at once: after a CONNECT that was answered with 200 the connection
  // goes on in TLS.
  void tunnel_to(asio::ssl::context& tls) { tunnel_tls_ = &tls; }

  std::uint16_t port() const { return port_; }
  std::string url(std::string_view target = "/") const;
  std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }

  class When {
   public:
    void reply(Reply reply);
    void reply(Answer answer);
    // Each in turn; the last one stays.
    void replies(std::vector<Reply> replies);

   private:
    friend class HttpImposter;
    When(HttpImposter& imposter, std::string method, std::string path)
        : imposter_(imposter), method_(std::move(method)), path_(std::move(path)) {}
    HttpImposter& imposter_;
    std::string method_;
    std::string path_;
  };
  When when(std::string method, std::string path) { return When(*this, std::move(method), std::move(path)); }
  When when_anything() { return When(*this, "", ""); }

  std::vector<SeenRequest> requests() const;
  int accepted_count() const;  // Connections ever.
  int open_count() const;      // Connections now.
  void release();              // Lets held replies and open streams go. On the imposter's thread.
  // Onto every stream that is open, or only onto those that answer requests of `method`. On the imposter's thread.
  void push(std::string chunk, std::string method = {});
  void close_connections();  // Ends every connection, as a restarting server does. On the imposter's thread.
  void stop_listening();     // Later connections are refused. On the imposter's thread.

 private:
  struct Rule {
    std::string method;
    std::string path;
    Answer answer;
  };
  struct Record {
    std::vector<Rule> rules;
    std::vector<SeenRequest> requests;
    int accepted = 0;
    int open = 0;
  };
  struct Peer;

  Task<void> accept_connections();
  Task<void> serve(Socket socket, int number);
  Task<void> serve_requests(Peer& peer);
  Task<bool> start_tls(Peer& peer, asio::ssl::context& tls);
  Task<bool> read_request(Peer& peer, SeenRequest& request);
  Task<bool> reply_to(Peer& peer, const SeenRequest& request);
  Task<bool> send_reply(Peer& peer, const Reply& reply, const std::string& method, std::uint64_t seen);
  Task<void> wait_for_release(std::uint64_t seen);
  Reply answer_for(const SeenRequest& request);

  asio::io_context& context_;
  Time* time_;
  asio::ssl::context* tls_;
  asio::ssl::context* tunnel_tls_ = nullptr;
  asio::basic_socket_acceptor<asio::ip::tcp, Executor> acceptor_;
  std::uint16_t port_ = 0;
  Guarded<Record> record_;
  Signal released_;
  std::uint64_t releases_ = 0;
  std::vector<std::pair<std::string, std::string>> pushes_;  // Each with its method.
  std::vector<Peer*> peers_;
  TaskGroup group_;
};

// An imposter on a thread of its own, for tests of whole programs.
class HttpImposterThread {
 public:
  HttpImposterThread();
  ~HttpImposterThread();
  HttpImposter& operator*() { return *imposter_; }
  HttpImposter* operator->() { return imposter_.get(); }
  void release();
  void close_connections();
  void stop_listening();

 private:
  void run(std::function<void()> work);  // On the thread; returns when it is done.

  asio::io_context context_;
  std::unique_ptr<HttpImposter> imposter_;
  asio::executor_work_guard<Executor> work_;
  std::thread thread_;
};

}  // namespace jungle::http::testing
