// HTTP requests whose answers are told as they come.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/cancellation_signal.hpp>

#include "e2e/world.h"
#include "http/client.h"
#include "http/sse_reader.h"

namespace jungle::e2e {

// A piece of an answer.
struct Piece {
  enum class Kind : std::uint8_t {
    kWhole,    // All of it: `text` is the body.
    kEvent,    // One event of a stream: `text` is its data, which may be empty.
    kEnd,      // The stream's end.
    kFailure,  // There is no answer, or it broke off: `text` says why.
  };
  Kind kind = Kind::kFailure;
  int status = 0;
  std::string content_type;
  std::string session;   // Its Mcp-Session-Id.
  std::string event_id;  // Of kEvent.
  std::string text;
};

// The requests of one client, on the world's executor.
class HttpCaller {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;
  struct Call {
    std::string method;
    std::string url;
    Headers headers;
    std::string body;
  };
  using OnPiece = std::function<void(std::uint64_t call, const Piece& piece)>;

  HttpCaller(World& world, OnPiece on_piece);
  HttpCaller(const HttpCaller&) = delete;
  HttpCaller& operator=(const HttpCaller&) = delete;
  ~HttpCaller();

  // Returns the number under which its answer comes.
  std::uint64_t start(Call call);
  // Drops the connection of a call; nothing comes of it any more.
  void hang_up(std::uint64_t number);
  bool is_open(std::uint64_t number) const { return open_.contains(number); }

 private:
  Task<void> run(std::uint64_t number, Call call);
  Task<Piece> read(std::uint64_t number, http::ClientResponse response);
  void tell(std::uint64_t number, const Piece& piece);

  World& world_;
  const OnPiece on_piece_;
  http::Client client_;
  std::uint64_t calls_ = 0;
  std::map<std::uint64_t, std::unique_ptr<asio::cancellation_signal>> open_;
  std::vector<std::unique_ptr<asio::cancellation_signal>> left_;  // Of those that were hung up.
  std::size_t running_ = 0;
};

}  // namespace jungle::e2e
