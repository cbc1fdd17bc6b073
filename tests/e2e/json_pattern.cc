#include "e2e/json_pattern.h"

#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace jungle::e2e {
namespace {

constexpr std::string_view kMore = "…";
constexpr std::string_view kMoreMember = "\"…\":null";

// `…` outside of strings becomes a member of that name, which is JSON.
std::string with_more_members(std::string_view text) {
  std::string out;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!in_string && text.substr(i).starts_with(kMore)) {
      out += kMoreMember;
      i += kMore.size() - 1;
      continue;
    }
    if (c == '"') in_string = !in_string;
    out += c;
    if (in_string && c == '\\' && i + 1 < text.size()) out += text[++i];
  }
  return out;
}

bool is_variable(std::string_view text) { return text.size() > 1 && text.front() == '$'; }

std::string shown(const json::value& value) { return json::serialize(value); }

using Mismatch = std::optional<std::string>;

class Comparison {
 public:
  explicit Comparison(Variables& variables) : variables_(variables) {}

  Mismatch compare(const json::value& pattern, const json::value& actual, const std::string& path) {
    if (pattern.is_object()) {
      if (!actual.is_object()) return differ(pattern, actual, path);
      return compare_objects(pattern.get_object(), actual.get_object(), path);
    }
    if (pattern.is_array()) {
      if (!actual.is_array()) return differ(pattern, actual, path);
      return compare_arrays(pattern.get_array(), actual.get_array(), path);
    }
    if (pattern.is_string()) return compare_text(pattern, actual, path);
    if (pattern != actual) return differ(pattern, actual, path);
    return std::nullopt;
  }

 private:
  static std::string differ(const json::value& pattern, const json::value& actual, const std::string& path) {
    return path + " is " + shown(actual) + ", not " + shown(pattern);
  }

  Mismatch compare_text(const json::value& pattern, const json::value& actual, const std::string& path) {
    const std::string_view text = pattern.get_string();
    if (is_variable(text)) {
      const auto [variable, is_unset] = variables_.emplace(text.substr(1), actual);
      if (is_unset || variable->second == actual) return std::nullopt;
      return differ(variable->second, actual, path);
    }
    if (text.ends_with(kMore) && actual.is_string()) {
      const std::string_view beginning = text.substr(0, text.size() - kMore.size());
      if (std::string_view(actual.get_string()).starts_with(beginning)) return std::nullopt;
    }
    if (pattern != actual) return differ(pattern, actual, path);
    return std::nullopt;
  }

  Mismatch compare_arrays(const json::array& pattern, const json::array& actual, const std::string& path) {
    if (pattern.size() != actual.size()) return differ(pattern, actual, path);
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (auto why = compare(pattern[i], actual[i], path + "[" + std::to_string(i) + "]")) return why;
    }
    return std::nullopt;
  }

  Mismatch compare_objects(const json::object& pattern, json::object rest, const std::string& path) {
    bool may_have_more = false;
    std::vector<std::pair<std::string, json::value>> unnamed;  // Members whose key is a variable that is not set.
    for (const auto& [written_key, value] : pattern) {
      std::string key(written_key);
      if (key == kMore) {
        may_have_more = true;
        continue;
      }
      if (is_variable(key)) {
        const auto variable = variables_.find(key.substr(1));
        if (variable == variables_.end()) {
          unnamed.emplace_back(key.substr(1), value);
          continue;
        }
        key = variable->second.as_string();
      }
      const auto* member = rest.if_contains(key);
      if (member == nullptr) return path + " has no '" + key + "'";
      if (auto why = compare(value, *member, path + "." + key)) return why;
      rest.erase(key);
    }
    for (const auto& [name, value] : unnamed) {
      if (rest.empty()) return path + " has no member for $" + name;
      const std::string key(rest.begin()->key());
      variables_.emplace(name, key);
      if (auto why = compare(value, rest.begin()->value(), path + "." + key)) return why;
      rest.erase(key);
    }
    if (may_have_more || rest.empty()) return std::nullopt;
    return path + " has more than expected: " + shown(rest);
  }

  Variables& variables_;
};

Result<json::value> value_of(std::string_view name, const Variables& variables) {
  const auto variable = variables.find(std::string(name.substr(1)));
  if (variable != variables.end()) return variable->second;
  return Error{ErrorCode::kInvalidArgument, "nothing has set " + std::string(name), {}};
}

}  // namespace

Result<json::value> read_pattern(std::string_view text) {
  boost::system::error_code ec;
  json::value pattern = json::parse(with_more_members(text), ec);
  if (ec) return Error{ErrorCode::kInvalidArgument, "this is no JSON: " + std::string(text), {}};
  return pattern;
}

std::optional<std::string> mismatch(const json::value& pattern, const json::value& actual, Variables& variables) {
  return Comparison(variables).compare(pattern, actual, "it");
}

Result<json::value> filled(const json::value& pattern, const Variables& variables) {
  if (pattern.is_string() && is_variable(pattern.get_string())) return value_of(pattern.get_string(), variables);
  if (pattern.is_string() && std::string_view(pattern.get_string()).ends_with(kMore))
    return Error{ErrorCode::kInvalidArgument, "what is sent must be complete: " + shown(pattern), {}};
  if (pattern.is_array()) {
    json::array out;
    for (const json::value& element : pattern.get_array()) {
      auto value = filled(element, variables);
      if (!value) return value;
      out.push_back(std::move(*value));
    }
    return json::value(std::move(out));
  }
  if (!pattern.is_object()) return pattern;
  json::object out;
  for (const auto& [key, element] : pattern.get_object()) {
    if (key == kMore) return Error{ErrorCode::kInvalidArgument, "what is sent must be complete", {}};
    auto name = filled(json::value(key), variables);
    if (!name) return name;
    auto value = filled(element, variables);
    if (!value) return value;
    out.emplace(name->as_string(), std::move(*value));
  }
  return json::value(std::move(out));
}

}  // namespace jungle::e2e
