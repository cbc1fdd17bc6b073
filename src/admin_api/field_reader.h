// Members of a JSON object into fields, in the manner of Go's decoder.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin_api/json.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"

namespace jungle::admin_api {

using SecretMap = std::map<std::string, Secret>;

// Reads fields one by one and keeps the first error. Names match in any case; unknown members are ignored; an absent
// or null member leaves its field alone. Errors are worded as Go words them, because scripts look for the words:
// `json: cannot unmarshal string into Go struct field RegisterServerInput.oauth_scopes of type []string`.
// A short-lived local; `object` outlives it.
class FieldReader {
 public:
  // `type` is the name that errors give to the object.
  FieldReader(const Json& object, std::string_view type);

  FieldReader& read(std::string_view name, std::string& field);
  FieldReader& read(std::string_view name, Secret& field);
  FieldReader& read(std::string_view name, bool& field);
  FieldReader& read(std::string_view name, std::optional<bool>& field);
  FieldReader& read(std::string_view name, std::optional<std::int64_t>& field);
  FieldReader& read(std::string_view name, std::vector<std::string>& field);
  FieldReader& read(std::string_view name, std::map<std::string, std::string>& field);
  FieldReader& read(std::string_view name, SecretMap& field);
  FieldReader& read(std::string_view name, std::optional<Seconds>& field);  // Whole seconds.
  // The value as compact JSON; empty if absent or null.
  FieldReader& read_raw(std::string_view name, std::string& field);

  const std::optional<Error>& error() const { return error_; }

 private:
  const Json* find(std::string_view name) const;
  void mismatch(std::string_view name, const Json& value, std::string_view wanted);
  const Json* find_kind(std::string_view name, Json::Kind kind, std::string_view wanted);
  template <typename Map>
  FieldReader& read_map(std::string_view name, Map& field);

  const Json& object_;
  std::string type_;
  std::optional<Error> error_;
};

}  // namespace jungle::admin_api
