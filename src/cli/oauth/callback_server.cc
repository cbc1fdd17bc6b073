#include "cli/oauth/callback_server.h"

#include <array>

#include "base/text.h"
#include "http/url.h"

namespace jungle::cli {
namespace {

constexpr std::string_view kCallbackPath = "/oauth/callback";
// A browser opens a few connections ahead of need.
constexpr std::size_t kCallbackConnectionsMax = 16;
constexpr std::size_t kCallbackBodyBytesMax = 4096;  // A GET has none.

// The URL holds the code: no copy of it in a cache, none in a Referer. The page loads nothing and cannot be framed.
constexpr std::array<http::Header, 4> kPageHeaders{
    {{"Cache-Control", "no-store"},
     {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"},
     {"Referrer-Policy", "no-referrer"},
     {"X-Content-Type-Options", "nosniff"}}};
constexpr std::array<http::Header, 2> kMethodHeaders{{{"Allow", "GET"}, {"Cache-Control", "no-store"}}};

Task<void> show(http::Exchange& exchange, const CallbackPage& page) {
  http::ResponseHead head;
  head.status = page.status;
  head.content_type = "text/html; charset=utf-8";
  head.headers = kPageHeaders;
  if (page.status == 405) head.headers = kMethodHeaders;
  const std::array<std::string_view, 1> pieces{page.html};
  const auto written = co_await exchange.respond(head, pieces);
  (void)written;  // The person closed the window: the terminal says the same.
}

}  // namespace

bool is_loopback_redirect(std::string_view redirect_uri) {
  const auto url = http::Url::parse(redirect_uri);
  return url && !url->is_tls() && url->host_is_loopback();
}

CallbackServer::CallbackServer(Executor executor, Time& time, DeadlineList& deadlines, telemetry::Log& log)
    : server_(executor, time, deadlines, log, *this,
              http::ServerOptions{kCallbackBodyBytesMax, kCallbackConnectionsMax, nullptr}),
      concluded_(executor) {}

Result<void> CallbackServer::listen(std::string_view redirect_uri) {
  if (redirect_uri.empty()) {
    const auto endpoint = server_.listen("127.0.0.1", 0);
    if (!endpoint) return endpoint.error();
    authority_ = "127.0.0.1:" + std::to_string(endpoint->port);
    path_ = kCallbackPath;
    redirect_uri_ = "http://" + authority_ + path_;
  } else {
    if (!is_loopback_redirect(redirect_uri)) {
      return Error{ErrorCode::kInvalidArgument, "'" + std::string(redirect_uri) + "' is not http on loopback", {}};
    }
    const auto url = http::Url::parse(redirect_uri);
    const std::string address = url->host() == "localhost" ? "127.0.0.1" : url->host();
    const auto endpoint = server_.listen(address, url->port());
    if (!endpoint) return endpoint.error();
    authority_ = url->origin().substr(std::string_view("http://").size());  // Browsers leave the default port out, too.
    path_ = url->path();
    redirect_uri_ = redirect_uri;
  }
  server_.start();
  return {};
}

void CallbackServer::expect(std::string state) { state_ = std::move(state); }

void CallbackServer::conclude(CallbackPage page) {
  conclusion_ = std::move(page);
  concluded_.notify_all();
}

Task<void> CallbackServer::stop(SteadyTime force_at) { return server_.stop(force_at); }

std::optional<CallbackPage> CallbackServer::refusal(const http::Exchange& exchange) {
  const auto host = exchange.header("host");
  if (!host || ascii_lower(*host) != authority_) {
    return plain_page(403, "Not here", "This page is only answered as " + redirect_uri_ + ".");
  }
  if (exchange.path() != path_) return plain_page(404, "Not found", "There is nothing here.");
  if (exchange.method() != "GET") return plain_page(405, "Not allowed", "This page is only read.");
  if (answer_) return plain_page(410, "Answered already", "The terminal has its answer. You can close this window.");
  auto response = parse_authorization_response(exchange.query());
  if (!response) return failed_page(response.error().message);
  if (state_.empty() || response->state != state_) {
    return failed_page("This answer belongs to another authorization: its state is not the one that was sent");
  }
  answer_ = std::move(*response);
  return std::nullopt;
}

Task<void> CallbackServer::handle(http::Exchange& exchange) {
  if (const auto page = refusal(exchange)) co_return co_await show(exchange, *page);
  while (!conclusion_) {
    const bool goes_on = co_await concluded_.wait();
    if (!goes_on) co_return;
  }
  co_return co_await show(exchange, *conclusion_);
}

}  // namespace jungle::cli
