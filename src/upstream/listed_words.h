// What an HTTP server says besides its answers while it is listed.
#pragma once

#include <utility>

#include "mcp/request.h"
#include "upstream/http_link.h"
#include "upstream/worker.h"

namespace jungle::upstream {

// Hears it, whatever stream it comes on. What is asked, except for a ping, is refused at once: nobody is there. Single
// executor, that of `worker`.
class ListedWords {
 public:
  // `use` is the link to answer over.
  ListedWords(Worker& worker, LinkUse use) : worker_(worker), use_(std::move(use)) {}

  void take(const mcp::Notification& notification);
  void take(const mcp::Request& request);

  // As Conversation::take_change().
  bool take_change() { return std::exchange(said_change_, false); }
  bool was_asked() const { return was_asked_; }
  const LinkUse& use() const { return use_; }

 private:
  Worker& worker_;
  const LinkUse use_;
  bool said_change_ = false;
  bool was_asked_ = false;
};

}  // namespace jungle::upstream
