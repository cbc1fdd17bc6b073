// What one executor needs to talk to servers.
#pragma once

#include "base/deadline_list.h"
#include "base/task.h"
#include "base/task_group.h"
#include "base/time.h"
#include "http/client.h"
#include "telemetry/log.h"

namespace jungle::upstream {

// The parts of one worker that calls to servers use, on its executor, and the group that owns what they leave behind:
// farewells to sessions, sessions that are opened ahead of need. Owned by its WorkerDirectory (or the discoverer).
struct Worker {
  Worker(Executor worker, Time& clock, telemetry::Log& logger, DeadlineList& deadline_list, http::Client& http_client);

  const Executor executor;
  Time& time;
  telemetry::Log& log;
  DeadlineList& deadlines;
  http::Client& client;
  TaskGroup parked;      // Calls that are longer than their exchange. Cancelled at the end.
  TaskGroup background;  // Cancelled when its time is up.
  TaskGroup endings;     // Of processes; has its own bounds and is never cancelled.
};

}  // namespace jungle::upstream
