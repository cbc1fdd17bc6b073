// A client and an imposter to talk to.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/thread_pool.hpp>

#include "http/client.h"
#include "http/testing/http_imposter.h"
#include "http/testing/loopback_fixture.h"
#include "http/tls.h"
#include "telemetry/testing/recording_log.h"

namespace jungle::http::testing {

// What a call came to.
struct CallOutcome {
  bool done = false;
  int status = 0;  // 0: see `error`.
  std::string body;
  std::optional<Error> error;
  FailurePhase phase = FailurePhase::kNotSent;
};

class ClientTest : public LoopbackTest {
 protected:
  static constexpr std::size_t kBodyMax = 100 * 1024 * 1024;

  ~ClientTest() override {
    if (client_) stop_client();
    blocking_.join();
    time_.run_ready();  // Late answers of the resolver.
  }

  Client& client() {
    if (!client_) client_.emplace(context_.get_executor(), deadlines_, log_, blocking_, *tls_, options_);
    return *client_;
  }
  void stop_client() {
    bool stopped = false;
    auto stop = [](Client& client, bool& done) -> Task<void> {
      co_await client.stop();
      done = true;
    };
    asio::co_spawn(context_, stop(*client_, stopped), [](std::exception_ptr) {});
    EXPECT_TRUE(run_until([&] { return stopped; }));
    client_.reset();
  }

  // Sends `body` with POST and reads the whole answer.
  Task<void> call(std::string url_text, std::string body, SteadyTime deadline, CallOutcome& outcome) {
    const auto url = Url::parse(url_text);
    const std::array<std::string_view, 1> pieces{body};
    ClientRequest request{*url};
    request.method = method_;
    request.headers = headers_;
    if (!body.empty()) request.body_pieces = pieces;
    request.deadline = deadline;
    request.failure_phase = &outcome.phase;
    request.source = source_;
    request.ca_file = ca_file_;
    auto answer = co_await client().send(request);
    if (answer) {
      outcome.status = answer->status();
      auto text = co_await answer->read_body(kBodyMax);
      if (text) {
        outcome.body = *text;
      } else {
        outcome.error = text.error();
      }
    } else {
      outcome.error = answer.error();
    }
    outcome.done = true;
  }
  // The same, to its end.
  CallOutcome call(const std::string& url, const std::string& body = "") {
    CallOutcome outcome;
    run_io(call(url, body, kNever, outcome));
    return outcome;
  }
  Task<void> ask_source(std::string server, std::optional<UrlSource>& source) {
    const auto url = Url::parse(server);
    source = co_await client().source_of_server(*url, kNever);
  }
  UrlSource source_of(const std::string& server) {
    std::optional<UrlSource> source;
    run_io(ask_source(server, source));
    return *source;
  }
  // Begins a call that is to be waited for.
  void begin_call(const std::string& url, SteadyTime deadline, CallOutcome& outcome) {
    client();
    calls_.spawn(call(url, "", deadline, outcome));
    time_.run_ready();
  }

  telemetry::testing::RecordingLog log_;
  asio::thread_pool blocking_{1};
  std::optional<TlsContext> tls_ = *TlsContext::create(TlsOptions());
  ClientOptions options_;
  std::string_view method_ = "POST";
  std::vector<Header> headers_;
  UrlSource source_ = UrlSource::kAdministrator;
  std::string ca_file_;
  TaskGroup calls_{context_.get_executor(), [](std::exception_ptr) {}};
  HttpImposter imposter_{context_, &time_};

 private:
  std::optional<Client> client_;
};

}  // namespace jungle::http::testing
