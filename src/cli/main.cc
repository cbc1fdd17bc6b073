// The program.
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <unistd.h>

#include "app/application.h"
#include "app/version.h"
#include "base/time.h"
#include "cli/command_line.h"
#include "cli/console.h"
#include "cli/live_http_exchange.h"
#include "cli/oauth/live_approval.h"
#include "telemetry/log.h"
#include "telemetry/log_sink.h"

namespace {

using namespace jungle;

app::Environment process_environment() {
  app::Environment environment;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text(*entry);
    if (const auto sign = text.find('='); sign != std::string_view::npos) {
      environment.emplace(text.substr(0, sign), text.substr(sign + 1));
    }
  }
  return environment;
}

cli::StreamKind kind_of(int descriptor) {
  return isatty(descriptor) ? cli::StreamKind::kTerminal : cli::StreamKind::kPipe;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 0) app::become_helper(argv[0]);
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  const app::Environment environment = process_environment();
  cli::Console console(std::cout, std::cerr, kind_of(STDOUT_FILENO), kind_of(STDERR_FILENO));
  RealTime time;
  telemetry::NullLog log;  // Commands print their results and errors; there is nothing to log.
  cli::LiveHttpExchange exchange(time, log);
  const auto home = environment.find("HOME");
  const cli::Process process{console,
                             exchange,
                             time,
                             environment,
                             std::filesystem::path(),  // Relative paths mean the working directory.
                             home == environment.end() ? std::string() : home->second,
                             [&environment](const app::Config& config) -> Result<void> {
                               telemetry::LogSink sink(config.log_level, config.log_format);
                               return app::run(config, environment, std::string(app::version()), sink);
                             },
                             [&](const std::string& redirect_uri, cli::BrowserUse browser) {
                               const cli::PersonSide person{console, time, environment, STDIN_FILENO};
                               return cli::LiveApproval::open(person, redirect_uri, browser);
                             }};
  return static_cast<int>(cli::run_line(words, process));
}
