// Conversations with an McpEndpoint over real sockets.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/thread_pool.hpp>
#include <gtest/gtest.h>

#include "base/deadline_list.h"
#include "base/random.h"
#include "base/task_group.h"
#include "base/testing/coro_test.h"
#include "downstream/mcp_endpoint.h"
#include "http/client.h"
#include "http/server.h"
#include "http/sse_reader.h"
#include "http/tls.h"
#include "mcp/testing/fake_resource_feed.h"
#include "mcp/testing/scripted_service.h"
#include "telemetry/testing/recording_log.h"

namespace jungle::downstream::testing {

using Headers = std::vector<std::pair<std::string, std::string>>;

// What came back for one request.
struct Answer {
  int status = 0;
  std::string content_type;
  std::string session_id;
  std::string body;
};

// A request whose answer is read event by event, or dropped.
struct EndpointTestStream {
  std::optional<http::ClientResponse> response;
  asio::cancellation_signal stop;
  http::SseReader reader;
  std::vector<std::string> messages;  // The data of the events so far; events without data are left out.
  std::vector<std::string> ids;       // The ids of all events.
  bool ended = false;
};

// An endpoint behind an HTTP server, a scripted service behind the endpoint, and a client, in one thread on fake time.
class EndpointTest : public ::testing::Test {
 protected:
  EndpointTest();
  ~EndpointTest() override;

  // Runs until `done`; fails the test if that takes unreasonably long.
  void run_until(const std::function<bool()>& done);
  // Moves fake time on and lets what became ready happen.
  void pass_time(Millis by);
  void pass_time_until(const std::function<bool()>& done);

  // Begins to stop the server as a shutdown does; calls in flight get `patience`.
  void stop_server(Seconds patience);

  Answer send(std::string_view method, std::string_view path, const std::string& body, Headers headers);
  Answer post(const std::string& body, Headers headers = {});
  // Opens a legacy session and returns its id.
  std::string initialize(std::string_view revision, std::string_view capabilities = "{}");
  Answer post_in(const std::string& session, const std::string& body) {
    return post(body, {{"Mcp-Session-Id", session}});
  }

  using Stream = EndpointTestStream;
  std::shared_ptr<Stream> open(std::string_view method, std::string_view path, std::string body, Headers headers);
  // The same for an answer that does not come yet: `response` is set when its head has arrived.
  std::shared_ptr<Stream> open_later(std::string_view method, std::string_view path, std::string body, Headers headers);
  // Gives up on an answer that has not come yet, as a client does that hangs up.
  void drop(Stream& stream);
  // Reads until the stream has so many messages (or ids), or has ended.
  void read_messages(Stream& stream, std::size_t count);
  void read_ids(Stream& stream, std::size_t count);

  asio::io_context context_;
  jungle::testing::FakeTime time_{context_};
  DeadlineList deadlines_{time_};
  telemetry::testing::RecordingLog log_;
  SystemRandom random_;
  mcp::testing::ScriptedService service_{context_.get_executor()};
  mcp::testing::FakeResourceFeed feed_;
  SessionTable sessions_{random_};
  EndpointPeers peers_;
  McpEndpoint endpoint_{context_.get_executor(),
                        log_,
                        service_,
                        feed_,
                        sessions_,
                        peers_,
                        EndpointOptions{R"({"name":"gw","version":"1"})", R"({"name":"gw-sse","version":"1"})"}};

 private:
  class Adapter;
  Task<void> exchange(std::string method, std::string path, std::string body, Headers headers,
                      std::optional<Answer>& got);
  Task<void> open_stream(std::string method, std::string path, std::string body, Headers headers,
                         std::shared_ptr<Stream> stream);
  Task<void> read_some(Stream& stream, std::size_t messages, std::size_t ids, bool& done);
  Task<Result<http::ClientResponse>> request(const std::string& method, const std::string& path,
                                             const std::string& body, const Headers& headers);

  std::unique_ptr<http::Handler> adapter_;
  boost::asio::thread_pool blocking_{1};
  std::optional<http::TlsContext> tls_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<http::Client> client_;
  std::string base_;
  TaskGroup tasks_{context_.get_executor(), [](std::exception_ptr) { ADD_FAILURE() << "a task threw"; }};
};

}  // namespace jungle::downstream::testing
