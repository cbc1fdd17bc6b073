#include "oauth/error_answer.h"

#include "oauth/peer_words.h"

namespace jungle::oauth {

std::optional<ErrorAnswer> read_error_answer(PeerJson& body, const std::vector<Secret>& sent) {
  if (!body.has("error")) return std::nullopt;
  ErrorAnswer answer;
  answer.error = quotable(body.text("error").value_or("unknown"), sent);
  answer.words = "OAuth error: " + answer.error;
  if (const auto why = body.text("error_description")) answer.words += " - " + quotable(*why, sent);
  return answer;
}

}  // namespace jungle::oauth
