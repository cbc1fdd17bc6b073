// Taking secrets out of texts that other people wrote.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/secret.h"

namespace jungle {

// What stands for a secret where people look.
inline constexpr const char* kMask = "********";

// Shorter texts are guessed anyway, and hiding "true" or "1" wherever they occur would make errors unreadable.
inline constexpr std::size_t kRedactedBytesMin = 8;

// Hides secrets in an error or a log line that quotes a peer: some repeat the credential they refuse. Finds them as
// they are, inside a JSON string, and percent-encoded; of one with white space, each word. A value, immutable.
class Redactor {
 public:
  Redactor() = default;  // Hides nothing.
  // Of secrets shorter than `bytes_min`, and of words shorter than kRedactedBytesMin, nothing is hidden.
  explicit Redactor(std::span<const Secret> secrets, std::size_t bytes_min = kRedactedBytesMin);
  // One that hides `more` too.
  Redactor with(std::span<const Secret> more, std::size_t bytes_min = kRedactedBytesMin) const;

  // Puts asterisks over every secret, one per byte: offsets into `text` stay valid, and JSON stays JSON.
  void redact(std::string& text) const;
  std::string redacted(std::string text) const;
  // redacted() for a piece of a longer text: hides what of a secret ends at its start or begins at its end, too.
  std::string redacted_piece(std::string text) const;

 private:
  std::vector<Secret> spellings_;  // The longest first.
};

}  // namespace jungle
