// Approval with a real browser, a real port and standard input.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>

#include "app/dotenv.h"
#include "base/deadline_list.h"
#include "base/task_group.h"
#include "base/time.h"
#include "cli/console.h"
#include "cli/oauth/approval.h"
#include "cli/oauth/callback_server.h"
#include "cli/oauth/line_reader.h"
#include "telemetry/log.h"

namespace jungle::cli {

// Where a LiveApproval meets the person. Everything outlives it.
struct PersonSide {
  Console& console;
  Time& time;
  const app::Environment& environment;
  int input = 0;  // The descriptor that answers are pasted into.
};

// Runs a CallbackServer on an io_context of its own, which moves only while ask() and conclude() do.
class LiveApproval final : public Approval {
 public:
  static Result<std::unique_ptr<Approval>> open(const PersonSide& person, const std::string& redirect_uri,
                                                BrowserUse browser);
  ~LiveApproval() override;

  const std::string& redirect_uri() const override { return redirect_uri_; }
  Result<AuthorizationResponse> ask(const http::Url& url, const std::string& state, Seconds limit) override;
  void conclude(std::string_view server, const Result<void>& outcome) override;

 private:
  LiveApproval(const PersonSide& person, BrowserUse browser);
  void show(const http::Url& url);
  void take_line(const std::optional<std::string>& line, const std::string& state);
  void stop_listening();
  // Runs `task` to its end.
  void run(Task<void> task);

  PersonSide person_;
  BrowserUse browser_;
  std::string redirect_uri_;
  asio::io_context context_{1};
  telemetry::NullLog log_;
  DeadlineList deadlines_;
  TaskGroup background_;
  CallbackServer callback_;
  bool is_listening_ = false;
  std::optional<Result<AuthorizationResponse>> pasted_;  // What came over standard input.
};

}  // namespace jungle::cli
