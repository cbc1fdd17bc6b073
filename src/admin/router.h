// From method and path to a route.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace jungle::admin {

// One route. A path segment that begins with a colon stands for any one non-empty segment; there is at most one.
struct RoutePattern {
  std::string_view method;
  std::string_view path;
};

struct RouteMatch {
  enum class Kind : unsigned char { kFound, kSlash, kNone };
  Kind kind = Kind::kNone;
  std::size_t index = 0;  // kFound: which pattern.
  std::string parameter;  // kFound: the decoded segment that the colon stands for.
};

// Finds the route of a request among `patterns`, in their order. kSlash: there is one for the path without its final
// slash. A segment with a broken percent encoding matches nothing. Pure.
RouteMatch match_route(std::span<const RoutePattern> patterns, std::string_view method, std::string_view path);

}  // namespace jungle::admin
