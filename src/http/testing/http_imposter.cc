#include "http/testing/http_imposter.h"

#include <algorithm>
#include <future>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "base/text.h"
#include "http/body_decoder.h"
#include "http/head_writer.h"
#include "http/message_head.h"

namespace jungle::http::testing {
namespace {

std::string chunk_of(const std::string& text) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", text.size());
  return size + text + "\r\n";
}

}  // namespace

using Tcp = asio::ip::tcp;

std::string SeenRequest::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (equals_ignoring_case(key, name)) return value;
  }
  return std::string();
}

bool SeenRequest::has_header(std::string_view name) const {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& header) { return equals_ignoring_case(header.first, name); });
}

Reply& Reply::with_header(std::string name, std::string value) & {
  headers.emplace_back(std::move(name), std::move(value));
  return *this;
}
Reply Reply::with_header(std::string name, std::string value) && {
  headers.emplace_back(std::move(name), std::move(value));
  return std::move(*this);
}
Reply Reply::held() && {
  is_held = true;
  return std::move(*this);
}
Reply Reply::after(Millis how_long) && {
  delay = how_long;
  return std::move(*this);
}
Reply Reply::then_close() && {
  closes = true;
  return std::move(*this);
}

Reply json(std::string body, int status) {
  Reply reply;
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}
Reply text(std::string body, int status) {
  Reply reply = json(std::move(body), status);
  reply.content_type = "text/plain";
  return reply;
}
Reply events(std::vector<std::string> chunks) {
  Reply reply;
  reply.content_type = "text/event-stream";
  reply.chunks = std::move(chunks);
  return reply;
}
Reply open_events(std::vector<std::string> chunks) {
  Reply reply = events(std::move(chunks));
  reply.ends = false;
  return reply;
}
Reply raw(std::string bytes) {
  Reply reply;
  reply.bytes = std::move(bytes);
  reply.closes = true;
  return reply;
}
Reply hang_up() { return raw(""); }

// One accepted connection.
struct HttpImposter::Peer {
  Socket& socket;
  std::optional<TlsStream> tls;
  int number = 0;
  std::string buffer;  // Read, not used.

  Task<bool> read() {
    std::string chunk(16 * 1024, '\0');
    const auto room = asio::buffer(chunk);
    if (tls) {
      auto [ec, count] = co_await tls->async_read_some(room, asio::as_tuple(use_task));
      buffer.append(chunk, 0, count);
      co_return !ec;
    }
    auto [ec, count] = co_await socket.async_read_some(room, asio::as_tuple(use_task));
    buffer.append(chunk, 0, count);
    co_return !ec;
  }
  Task<bool> write(std::string bytes) {
    const auto data = asio::buffer(bytes);
    if (tls) {
      auto [ec, count] = co_await asio::async_write(*tls, data, asio::as_tuple(use_task));
      (void)count;
      co_return !ec;
    }
    auto [ec, count] = co_await asio::async_write(socket, data, asio::as_tuple(use_task));
    (void)count;
    co_return !ec;
  }
};

HttpImposter::HttpImposter(asio::io_context& context, Time* time, asio::ssl::context* tls)
    : context_(context),
      time_(time),
      tls_(tls),
      acceptor_(context.get_executor(), Tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
      port_(acceptor_.local_endpoint().port()),
      released_(context.get_executor()),
      group_(context.get_executor(), [](std::exception_ptr error) { std::rethrow_exception(error); }) {
  group_.spawn(accept_connections());
}

HttpImposter::~HttpImposter() {
  // On the context: TaskGroup's methods, like Asio's cancellation signals, belong to the running executor.
  asio::post(context_, [this] {
    stop_listening();
    close_connections();
    group_.cancel();
  });
  context_.restart();
  while (group_.size() > 0)
    context_.run_one();
}

std::string HttpImposter::url(std::string_view target) const {
  return std::string(tls_ ? "https://" : "http://") + authority() + std::string(target);
}

void HttpImposter::When::reply(Reply reply) {
  this->reply(Answer([reply = std::move(reply)](const SeenRequest&) { return reply; }));
}

void HttpImposter::When::reply(Answer answer) {
  imposter_.record_.with([&](Record& record) {
    record.rules.push_back(Rule{std::move(method_), std::move(path_), std::move(answer)});
  });
}

void HttpImposter::When::replies(std::vector<Reply> replies) {
  reply(Answer([replies = std::move(replies), next = std::size_t{0}](const SeenRequest&) mutable {
    return replies[std::min(next++, replies.size() - 1)];
  }));
}

std::vector<SeenRequest> HttpImposter::requests() const {
  return record_.with([](const Record& record) { return record.requests; });
}
int HttpImposter::accepted_count() const {
  return record_.with([](const Record& record) { return record.accepted; });
}
int HttpImposter::open_count() const {
  return record_.with([](const Record& record) { return record.open; });
}

void HttpImposter::push(std::string chunk, std::string method) {
  pushes_.emplace_back(std::move(method), std::move(chunk));
  released_.notify_all();
}

void HttpImposter::release() {
  ++releases_;
  released_.notify_all();
}

void HttpImposter::close_connections() {
  for (Peer* peer : peers_) {
    boost::system::error_code ignored;
    peer->socket.close(ignored);
  }
}

void HttpImposter::stop_listening() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
}

Task<void> HttpImposter::accept_connections() {
  while (acceptor_.is_open()) {
    auto [ec, socket] = co_await acceptor_.async_accept(asio::as_tuple(use_task));
    if (ec) co_return;
    const int number = record_.with([](Record& record) {
      ++record.open;
      return ++record.accepted;
    });
    group_.spawn(serve(std::move(socket), number));
  }
}

Task<void> HttpImposter::serve(Socket socket, int number) {
  Peer peer{socket, std::nullopt, number, std::string()};
  peers_.push_back(&peer);
  bool is_ready = true;
  if (tls_) is_ready = co_await start_tls(peer, *tls_);
  if (is_ready) co_await serve_requests(peer);
  std::erase(peers_, &peer);
  boost::system::error_code ignored;
  socket.close(ignored);
  record_.with([](Record& record) { --record.open; });
}

Task<bool> HttpImposter::start_tls(Peer& peer, asio::ssl::context& tls) {
  peer.tls.emplace(peer.socket, tls);
  auto [ec] = co_await peer.tls->async_handshake(asio::ssl::stream_base::server, asio::as_tuple(use_task));
  co_return !ec;
}

Task<void> HttpImposter::serve_requests(Peer& peer) {
  for (;;) {
    SeenRequest request;
    const bool is_complete = co_await read_request(peer, request);
    if (!is_complete) co_return;
    record_.with([&](Record& record) { record.requests.push_back(request); });
    const bool goes_on = co_await reply_to(peer, request);
    if (!goes_on) co_return;
    if (request.method == "CONNECT" && tunnel_tls_) {
      const bool is_ready = co_await start_tls(peer, *tunnel_tls_);
      if (!is_ready) co_return;
    }
  }
}

Task<bool> HttpImposter::read_request(Peer& peer, SeenRequest& request) {
  request.connection = peer.number;
  std::size_t head_bytes = 0;
  for (;;) {
    head_bytes = find_head_end(peer.buffer, 0);
    if (head_bytes != 0) break;
    const bool got = co_await peer.read();
    if (!got) co_return false;
  }
  request.head = peer.buffer.substr(0, head_bytes);
  peer.buffer.erase(0, head_bytes);
  MessageHead head;
  if (parse_request_head(request.head, head) != HeadFault::kNone) co_return false;
  request.method = head.method;
  request.target = head.target;
  for (const Header& header : head.headers)
    request.headers.emplace_back(header.name, header.value);
  BodyDecoder decoder;
  decoder.start(head.framing.chunked ? BodyDecoder::Mode::kChunked : BodyDecoder::Mode::kCounted,
                head.framing.content_length.value_or(0));
  while (!decoder.done()) {
    const BodyDecoder::Step step = decoder.step(peer.buffer);
    if (step.malformed) co_return false;
    request.body.append(step.data);
    peer.buffer.erase(0, step.used_bytes);
    if (step.used_bytes != 0) continue;
    const bool got = co_await peer.read();
    if (!got) co_return false;
  }
  co_return true;
}

Reply HttpImposter::answer_for(const SeenRequest& request) {
  const std::string path = request.target.substr(0, request.target.find('?'));
  return record_.with([&](Record& record) {
    for (auto rule = record.rules.rbegin(); rule != record.rules.rend(); ++rule) {
      if (!rule->method.empty() && rule->method != request.method) continue;
      if (!rule->path.empty() && rule->path != path) continue;
      return rule->answer(request);
    }
    return text("the imposter has no answer to " + request.method + " " + request.target, 404);
  });
}

Task<bool> HttpImposter::reply_to(Peer& peer, const SeenRequest& request) {
  const Reply reply = answer_for(request);
  const std::uint64_t seen = releases_;
  if (reply.is_held) co_await wait_for_release(seen);
  if (reply.delay.count() > 0 && time_) co_await time_->sleep_until(time_->steady_now() + reply.delay);
  if (!peer.socket.is_open()) co_return false;
  const bool sent = co_await send_reply(peer, reply, request.method, seen);
  co_return sent && !reply.closes;
}

// `seen`: the releases before the reply began. One that comes while its first bytes are under way counts.
Task<void> HttpImposter::wait_for_release(std::uint64_t seen) {
  bool woken = true;
  while (releases_ == seen && woken) {
    woken = co_await released_.wait();
  }
}

Task<bool> HttpImposter::send_reply(Peer& peer, const Reply& reply, const std::string& method, std::uint64_t seen) {
  if (reply.bytes) co_return co_await peer.write(*reply.bytes);
  std::string out = "HTTP/1.1 " + std::to_string(reply.status) + " " + std::string(reason_of(reply.status)) + "\r\n";
  if (!reply.content_type.empty()) out += "Content-Type: " + reply.content_type + "\r\n";
  for (const auto& [name, value] : reply.headers)
    out += name + ": " + value + "\r\n";
  const bool is_stream = !reply.chunks.empty() || !reply.ends;
  if (is_stream) {
    out += "Transfer-Encoding: chunked\r\n\r\n";
  } else if (is_bodiless(reply.status)) {
    out += "\r\n";
  } else {
    out += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
  }
  std::size_t pushed = pushes_.size();
  bool sent = co_await peer.write(std::move(out));
  for (const std::string& chunk : reply.chunks) {
    if (sent) sent = co_await peer.write(chunk_of(chunk));
  }
  bool woken = is_stream && !reply.ends;
  while (woken && sent && releases_ == seen) {
    while (sent && pushed < pushes_.size()) {
      const auto [wanted, chunk] = pushes_[pushed++];
      if (wanted.empty() || wanted == method) sent = co_await peer.write(chunk_of(chunk));
    }
    woken = co_await released_.wait();
  }
  if (is_stream && sent) sent = co_await peer.write("0\r\n\r\n");
  co_return sent;
}

HttpImposterThread::HttpImposterThread()
    : imposter_(std::make_unique<HttpImposter>(context_)),
      work_(asio::make_work_guard(context_.get_executor())),
      thread_([this] { context_.run(); }) {}

HttpImposterThread::~HttpImposterThread() {
  work_.reset();
  context_.stop();
  thread_.join();
  imposter_.reset();
}

void HttpImposterThread::run(std::function<void()> work) {
  std::promise<void> done;
  asio::post(context_, [&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

void HttpImposterThread::release() {
  run([this] { imposter_->release(); });
}
void HttpImposterThread::close_connections() {
  run([this] { imposter_->close_connections(); });
}
void HttpImposterThread::stop_listening() {
  run([this] { imposter_->stop_listening(); });
}

}  // namespace jungle::http::testing
