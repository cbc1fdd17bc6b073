// Strings with a meaning.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <utility>

namespace jungle {

// A string with a meaning. Two ids of different Tag do not compare, convert or swap places in an argument list.
// Ordered and hashable, so it can key a map.
template <typename Tag>
class StrongId {
 public:
  StrongId() = default;
  explicit StrongId(std::string value) : value_(std::move(value)) {}
  const std::string& str() const { return value_; }
  bool empty() const { return value_.empty(); }
  friend bool operator==(const StrongId&, const StrongId&) = default;
  friend auto operator<=>(const StrongId&, const StrongId&) = default;

 private:
  std::string value_;
};

}  // namespace jungle

template <typename Tag>
struct std::hash<jungle::StrongId<Tag>> {
  std::size_t operator()(const jungle::StrongId<Tag>& id) const noexcept { return std::hash<std::string>{}(id.str()); }
};
