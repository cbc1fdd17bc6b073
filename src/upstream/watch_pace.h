// How soon a server is listened to again.
#pragma once

#include <cstddef>

#include "base/random.h"
#include "base/time.h"

namespace jungle::upstream {

// A connection for news that has ended. A value.
struct EndedWatch {
  bool was_there = true;   // The server had opened it.
  bool has_told = false;   // Something came on it.
  bool can_go_on = false;  // The next one goes on where it ended: some servers end streams on purpose (SEP-1699).
  Millis stood{0};         // For so long.
  Millis asked{0};         // The pause that the server asked for; 0: none.
};

// The pauses between the connections for news of one server. They grow while connections do not come about, or end at
// once without a word, whatever the server asks for: it may only ask for longer ones. Single executor.
class WatchPace {
 public:
  explicit WatchPace(Random& random) : random_(random) {}

  // Until the next one.
  Millis after(const EndedWatch& ended);
  // It ended because nobody wanted it.
  void forget() { failures_ = 0; }
  // In a row.
  std::size_t failures() const { return failures_; }

 private:
  Random& random_;
  std::size_t failures_ = 0;
};

}  // namespace jungle::upstream
