// The ids of tasks as clients see them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "catalog/ids.h"
#include "crypto/key_ring.h"
#include "mcp/call_context.h"

namespace jungle::gateway {

// How long a server's own id may be; ours is about a third longer and 120 bytes, and travels in a header too.
inline constexpr std::size_t kOwnTaskIdBytesMax = 1024;

// A task as its server knows it.
struct TaskRef {
  catalog::ServerName server;
  std::string own_id;
};

// Makes ids that say where a task is and that nobody can guess or forge: server and own id, sealed for the principal
// and the endpoint of the call that made the task. Nothing is kept, so they are good on every worker and after a
// restart, for as long as the keys of the database are.
//
// Immutable; may be used from any thread. One per process.
class TaskIds {
 public:
  TaskIds(crypto::KeyRing keys, Random& random) : keys_(std::move(keys)), random_(random) {}
  TaskIds(const TaskIds&) = delete;
  TaskIds& operator=(const TaskIds&) = delete;

  // REQUIRES: task.own_id.size() <= kOwnTaskIdBytesMax.
  std::string seal(const TaskRef& task, const mcp::CallContext& call) const;
  // Nothing for what seal() did not make for the same principal and endpoint.
  std::optional<TaskRef> open(std::string_view id, const mcp::CallContext& call) const;

 private:
  const crypto::KeyRing keys_;
  Random& random_;
};

}  // namespace jungle::gateway
