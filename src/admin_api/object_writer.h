// Compact JSON objects, member by member.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "admin_api/field_reader.h"

namespace jungle::admin_api {

// Writes one object in the order of the calls. A short-lived local; take() ends it.
class ObjectWriter {
 public:
  ObjectWriter& text(std::string_view key, std::string_view value);
  ObjectWriter& number(std::string_view key, std::int64_t value);
  ObjectWriter& boolean(std::string_view key, bool value);
  ObjectWriter& null(std::string_view key);
  // `json` goes in as it is: it must be JSON. Empty text writes null.
  ObjectWriter& raw(std::string_view key, std::string_view json);
  ObjectWriter& strings(std::string_view key, const std::vector<std::string>& values);
  ObjectWriter& texts(std::string_view key, const std::map<std::string, std::string>& values);
  ObjectWriter& secrets(std::string_view key, const SecretMap& values);
  std::string take();

 private:
  void key(std::string_view key);
  std::string out_ = "{";
};

std::string string_array(const std::vector<std::string>& values);

// `[a,b]` of values that have a render() of their own.
template <typename T>
std::string render_array(const std::vector<T>& rows) {
  std::string out = "[";
  for (const T& row : rows) {
    if (out.size() > 1) out += ',';
    out += render(row);
  }
  return out + "]";
}

}  // namespace jungle::admin_api
