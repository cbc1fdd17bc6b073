// Text that must not be printed.
#pragma once

#include <string>
#include <utility>

namespace jungle {

// Text that must not reach a log, an error or a JSON dump. It has no operator<<, no fmt formatter and no conversion
// to string: the one way out is reveal(), which greps well. Comparing tokens is crypto's business (constant time).
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  friend bool operator==(const Secret&,
                         const Secret&) = default;  // For values at rest, never for checking a credential.

 private:
  std::string value_;
};

}  // namespace jungle
