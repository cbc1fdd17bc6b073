// The guardian, as the gateway sees it.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "base/file_descriptor.h"
#include "base/result.h"
#include "base/time.h"
#include "telemetry/log.h"
#include "upstream/group_table.h"

namespace jungle::upstream {

// How to start the guardian.
struct GuardianProgram {
  std::string file;                      // Becomes the guardian under the name kGuardianName. Empty: there is none.
  std::vector<std::string> environment;  // "NAME=value" each, complete.
};

// The helper process that ends the process groups of our children when we were killed: the kernel tells only children
// of the death of their parent, not the processes that those have started (docs/decisions/0005). One for all groups.
//
// Owned by the Spawner. Every method on the spawning thread; constructor and destructor where that does not run.
class GuardianProcess {
 public:
  GuardianProcess(Time& time, telemetry::Log& log, const GroupTable& groups, GuardianProgram program);
  GuardianProcess(const GuardianProcess&) = delete;
  GuardianProcess& operator=(const GuardianProcess&) = delete;
  // Lets the process end, which takes as long as it has groups to end, at most kGuardianEndTime.
  ~GuardianProcess();

  // Starts the process, if there is to be one and none was started yet.
  void ensure();
  // Starts another one if it has died, with growing pauses if that happens again and again.
  void revive();

  pid_t pid() const { return pid_; }  // -1: it does not run.

 private:
  void start();
  Result<void> try_start();
  bool has_died();
  void end();

  Time& time_;
  telemetry::Log& log_;
  const GroupTable& groups_;
  const GuardianProgram program_;
  bool wanted_ = false;
  pid_t pid_ = -1;
  FileDescriptor pidfd_;
  FileDescriptor life_;  // Nobody else holds this end, so it closes when we die.
  SteadyTime started_{};
  SteadyTime retry_at_{};
  Millis pause_{0};
};

}  // namespace jungle::upstream
