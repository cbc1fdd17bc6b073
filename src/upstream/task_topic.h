// Tasks among what is watched.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace jungle::upstream {

// A task of a server that has the extension (mcp/tasks.h) is watched as its resources are, under a name that no URI
// has.
inline constexpr std::string_view kTaskTopicMark = "\x01task:";

inline std::string task_topic(std::string_view own_id) { return std::string(kTaskTopicMark).append(own_id); }
// The id in such a name; nothing for a URI.
inline std::optional<std::string_view> task_of_topic(std::string_view topic) {
  if (!topic.starts_with(kTaskTopicMark)) return std::nullopt;
  return topic.substr(kTaskTopicMark.size());
}

}  // namespace jungle::upstream
