#include "cli/oauth/live_approval.h"

#include <boost/asio/co_spawn.hpp>

#include "cli/oauth/browser.h"
#include "cli/spinner.h"

namespace jungle::cli {
namespace {

constexpr Seconds kLastPageTime{2};  // For the browser to take the page that tells how it ended.

Error timed_out(Seconds limit) {
  return Error{ErrorCode::kDeadlineExceeded,
               "failed waiting for OAuth callback: context deadline exceeded: no answer came within " +
                   std::to_string(limit.count()) + " s; run the command again",
               {}};
}

Error input_ended() {
  return Error{ErrorCode::kCancelled,
               "failed waiting for OAuth callback: standard input ended before an answer was pasted (in a container: "
               "'docker exec -i')",
               {}};
}

}  // namespace

LiveApproval::LiveApproval(const PersonSide& person, BrowserUse browser)
    : person_(person),
      browser_(browser),
      deadlines_(person.time),
      background_(context_.get_executor(), [](std::exception_ptr e) { std::rethrow_exception(e); }),
      callback_(context_.get_executor(), person.time, deadlines_, log_) {
  background_.spawn(deadlines_.run_sweeps());
}

Result<std::unique_ptr<Approval>> LiveApproval::open(const PersonSide& person, const std::string& redirect_uri,
                                                     BrowserUse browser) {
  std::unique_ptr<LiveApproval> approval(new LiveApproval(person, browser));
  const bool is_elsewhere = !redirect_uri.empty() && !is_loopback_redirect(redirect_uri);
  if (is_elsewhere && browser == BrowserUse::kPaste) {
    approval->redirect_uri_ = redirect_uri;
    return std::unique_ptr<Approval>(std::move(approval));
  }
  if (auto listening = approval->callback_.listen(redirect_uri); !listening) {
    return with_context(listening.error(), "failed to start local OAuth callback server");
  }
  approval->is_listening_ = true;
  approval->redirect_uri_ = approval->callback_.redirect_uri();
  return std::unique_ptr<Approval>(std::move(approval));
}

LiveApproval::~LiveApproval() {
  stop_listening();
  run([](TaskGroup& background) -> Task<void> {
    background.cancel();
    co_await background.join();
  }(background_));
}

void LiveApproval::stop_listening() {
  if (!is_listening_) return;
  is_listening_ = false;
  run(callback_.stop(person_.time.steady_now() + kLastPageTime));
}

void LiveApproval::run(Task<void> task) {
  bool is_done = false;
  asio::co_spawn(context_, std::move(task), [&](std::exception_ptr e) {
    is_done = true;
    if (e) std::rethrow_exception(e);
  });
  while (!is_done)
    context_.run_one();
}

void LiveApproval::show(const http::Url& url) {
  Console& console = person_.console;
  if (browser_ == BrowserUse::kOpen) {
    console.note("OAuth authorization required. Opening browser for upstream server approval.");
  } else {
    console.note("OAuth authorization required.");
  }
  console.print("Open this URL in your browser to continue OAuth authorization:\n" + url.str() + "\n");
  if (browser_ == BrowserUse::kPaste) {
    console.note("Then paste the URL that the browser ends on here, or the code out of it:");
    return;
  }
  if (auto started = start_first(browser_programs(url, person_.environment), person_.environment); !started) {
    console.note("warning: " + started.error().message + "; open the URL yourself, or use --no-browser");
  }
}

void LiveApproval::take_line(const std::optional<std::string>& line, const std::string& state) {
  if (pasted_) return;
  if (!line) {
    pasted_ = input_ended();
    return;
  }
  auto response = parse_pasted_answer(*line);
  if (response && response->state.empty()) response->state = state;
  if (response && response->state == state) {
    pasted_ = std::move(response);
    return;
  }
  const std::string fault = response ? "that answer belongs to another authorization: its state is not the one that "
                                       "was sent"
                                     : response.error().message;
  person_.console.note(fault + "; paste the URL that the browser ended on, or the code out of it:");
}

Result<AuthorizationResponse> LiveApproval::ask(const http::Url& url, const std::string& state, Seconds limit) {
  callback_.expect(state);
  show(url);
  bool is_late = false;
  DeadlineList::Entry deadline([&] { is_late = true; });
  deadlines_.arm(deadline, person_.time.steady_now() + limit);
  std::optional<LineReader> lines;
  std::optional<Spinner> spinner;
  if (browser_ == BrowserUse::kPaste) {
    lines.emplace(person_.input, context_.get_executor(),
                  [this, state](const std::optional<std::string>& line) { take_line(line, state); });
  } else {
    spinner.emplace(person_.console, "waiting for the approval in the browser");
  }
  while (!callback_.answer() && !pasted_ && !is_late)
    context_.run_one();
  if (callback_.answer()) return *callback_.answer();
  if (pasted_) return std::move(*pasted_);
  return timed_out(limit);
}

void LiveApproval::conclude(std::string_view server, const Result<void>& outcome) {
  if (const auto& answer = callback_.answer(); answer && !answer->error.empty()) {
    callback_.conclude(refused_page(*answer));
  } else {
    callback_.conclude(outcome ? successful_page(server) : failed_page(outcome.error().message));
  }
  stop_listening();
}

}  // namespace jungle::cli
