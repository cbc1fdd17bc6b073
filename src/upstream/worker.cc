#include "upstream/worker.h"

namespace jungle::upstream {
namespace {

TaskGroup::OnError log_bug(telemetry::Log& log) {
  return [&log](std::exception_ptr error) {
    (void)error;
    log.error("an exception left a background coroutine of a worker");
  };
}

}  // namespace

Worker::Worker(Executor worker, Time& clock, telemetry::Log& logger, DeadlineList& deadline_list,
               http::Client& http_client)
    : executor(worker),
      time(clock),
      log(logger),
      deadlines(deadline_list),
      client(http_client),
      parked(worker, log_bug(logger)),
      background(worker, log_bug(logger)),
      endings(worker, log_bug(logger)) {}

}  // namespace jungle::upstream
