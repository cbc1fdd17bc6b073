#include "admin/router.h"

#include <optional>

#include "base/percent_encoding.h"

namespace jungle::admin {
namespace {

// Cuts the text up to the next slash off the front of `path`, and the slash.
std::string_view next_segment(std::string_view& path) {
  const std::size_t end = path.find('/');
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
  return segment;
}

// The segment that the colon of `pattern` stands for (empty if it has none), or nothing if `path` does not match.
std::optional<std::string> match_path(std::string_view pattern, std::string_view path) {
  if (pattern.find(':') == std::string_view::npos) {
    return pattern == path ? std::optional<std::string>("") : std::nullopt;
  }
  std::string parameter;
  while (!pattern.empty() && !path.empty()) {
    const bool pattern_ends = pattern.find('/') == std::string_view::npos;
    const bool path_ends = path.find('/') == std::string_view::npos;
    if (pattern_ends != path_ends) return std::nullopt;
    const std::string_view wanted = next_segment(pattern);
    const std::string_view given = next_segment(path);
    if (wanted.starts_with(':')) {
      auto decoded = percent_decoded(given, PlusSign::kIsItself);
      if (!decoded || decoded->empty()) return std::nullopt;
      parameter = std::move(*decoded);
    } else if (wanted != given) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return parameter;
}

}  // namespace

RouteMatch match_route(std::span<const RoutePattern> patterns, std::string_view method, std::string_view path) {
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    if (patterns[i].method != method) continue;
    if (auto parameter = match_path(patterns[i].path, path)) {
      return {RouteMatch::Kind::kFound, i, std::move(*parameter)};
    }
  }
  if (path.size() < 2 || !path.ends_with('/')) return {};
  path.remove_suffix(1);
  RouteMatch match = match_route(patterns, method, path);
  if (match.kind != RouteMatch::Kind::kFound) return {};
  match.kind = RouteMatch::Kind::kSlash;
  return match;
}

}  // namespace jungle::admin
