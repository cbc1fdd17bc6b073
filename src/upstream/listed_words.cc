#include "upstream/listed_words.h"

#include "upstream/hop.h"
#include "upstream/server_news.h"

namespace jungle::upstream {

void ListedWords::take(const mcp::Notification& notification) {
  if (is_list_change(notification)) said_change_ = true;
}

void ListedWords::take(const mcp::Request& request) {
  if (request.method != mcp::Method::kPing) was_asked_ = true;
  say(worker_, use_, answer_without_client(request));
}

}  // namespace jungle::upstream
