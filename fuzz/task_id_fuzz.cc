// Ids of tasks: nothing opens that was not sealed here for the same client, and what was leads back to its task.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "base/random.h"
#include "gateway/task_ids.h"

using namespace jungle;

namespace {

crypto::KeyRing make_ring() {
  SystemRandom random;
  return crypto::KeyRing({crypto::make_master_key(random)}).for_purpose("tasks");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static SystemRandom random;
  static const crypto::KeyRing ring = make_ring();
  static const gateway::TaskIds ids(ring, random);
  const mcp::CallContext call;
  const std::string text(reinterpret_cast<const char*>(data), size);
  JUNGLE_CHECK(!ids.open(text, call));
  JUNGLE_CHECK(!ids.open("sealed:v1:" + ring.primary().id + ":" + text, call));
  if (text.size() > gateway::kOwnTaskIdBytesMax) return 0;
  const std::string id = ids.seal(gateway::TaskRef{catalog::ServerName("server"), text}, call);
  const auto opened = ids.open(id, call);
  JUNGLE_CHECK(opened && opened->server.str() == "server" && opened->own_id == text);
  mcp::CallContext other;
  other.scope = "server";
  JUNGLE_CHECK(!ids.open(id, other));
  return 0;
}
