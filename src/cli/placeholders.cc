#include "cli/placeholders.h"

#include "base/text.h"

namespace jungle::cli {
namespace {

using admin_api::Json;

Result<void> expand_at(Json& value, const app::Environment& environment, const std::string& path) {
  if (value.kind == Json::Kind::kString) {
    auto text = expanded(value.text, environment);
    if (text) {
      value.text = std::move(*text);
      return {};
    }
    Error error = text.error();
    if (!path.empty()) error.message += " (at " + path + ")";
    return error;
  }
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    const std::string place = path + "[" + std::to_string(i) + "]";
    if (auto done = expand_at(value.items[i], environment, place); !done) return done;
  }
  for (Json::Member& member : value.members) {
    const std::string place = path.empty() ? member.key : path + "." + member.key;
    if (auto done = expand_at(member.value, environment, place); !done) return done;
  }
  return {};
}

}  // namespace

Result<std::string> expanded(const std::string& text, const app::Environment& environment) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (text.compare(i, 3, "$${") == 0) {
      out += "${";
      i += 3;
      continue;
    }
    if (text.compare(i, 2, "${") != 0) {
      out += text[i++];
      continue;
    }
    const std::size_t end = text.find('}', i);
    const std::string name = end == std::string::npos ? std::string() : text.substr(i + 2, end - i - 2);
    if (name.empty() || name.find("${") != std::string::npos) {
      return Error{ErrorCode::kInvalidArgument,
                   "invalid environment variable placeholder in " + admin_api::json_string(shortened(text, 200)),
                   {}};
    }
    const auto it = environment.find(name);
    if (it == environment.end()) {
      return Error{ErrorCode::kInvalidArgument, "environment variable " + name + " is not set", {}};
    }
    out += it->second;
    i = end + 1;
  }
  return out;
}

Result<void> expand_placeholders(Json& value, const app::Environment& environment) {
  return expand_at(value, environment, "");
}

}  // namespace jungle::cli
