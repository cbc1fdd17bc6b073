#include "admin_api/field_reader.h"

#include <charconv>

#include "base/text.h"

namespace jungle::admin_api {

FieldReader::FieldReader(const Json& object, std::string_view type) : object_(object), type_(type) {
  if (object.kind == Json::Kind::kObject || object.is_null()) return;
  error_ = Error{ErrorCode::kInvalidArgument,
                 "json: cannot unmarshal " + std::string(kind_name(object.kind)) + " into Go value of type " + type_,
                 {}};
}

const Json* FieldReader::find(std::string_view name) const {
  for (auto it = object_.members.rbegin(); it != object_.members.rend(); ++it) {
    if (equals_ignoring_case(it->key, name)) return it->value.is_null() ? nullptr : &it->value;
  }
  return nullptr;
}

void FieldReader::mismatch(std::string_view name, const Json& value, std::string_view wanted) {
  if (error_) return;
  std::string what(kind_name(value.kind));
  if (value.kind == Json::Kind::kNumber && wanted != "string") what += ' ' + shortened(value.text, 40);
  error_ = Error{ErrorCode::kInvalidArgument,
                 "json: cannot unmarshal " + what + " into Go struct field " + type_ + "." + std::string(name) +
                     " of type " + std::string(wanted),
                 {}};
}

const Json* FieldReader::find_kind(std::string_view name, Json::Kind kind, std::string_view wanted) {
  const Json* value = find(name);
  if (!value || value->kind == kind) return value;
  mismatch(name, *value, wanted);
  return nullptr;
}

FieldReader& FieldReader::read(std::string_view name, std::string& field) {
  if (const Json* value = find_kind(name, Json::Kind::kString, "string")) field = value->text;
  return *this;
}

FieldReader& FieldReader::read(std::string_view name, Secret& field) {
  if (const Json* value = find_kind(name, Json::Kind::kString, "string")) field = Secret(value->text);
  return *this;
}

FieldReader& FieldReader::read(std::string_view name, bool& field) {
  if (const Json* value = find_kind(name, Json::Kind::kBool, "bool")) field = value->truth;
  return *this;
}

FieldReader& FieldReader::read(std::string_view name, std::optional<bool>& field) {
  if (const Json* value = find_kind(name, Json::Kind::kBool, "bool")) field = value->truth;
  return *this;
}

FieldReader& FieldReader::read(std::string_view name, std::optional<std::int64_t>& field) {
  const Json* value = find_kind(name, Json::Kind::kNumber, "int");
  if (!value) return *this;
  std::int64_t number = 0;
  const char* end = value->text.data() + value->text.size();
  const auto [stop, ec] = std::from_chars(value->text.data(), end, number);
  if (ec == std::errc() && stop == end) {
    field = number;
  } else {
    mismatch(name, *value, "int");
  }
  return *this;
}

FieldReader& FieldReader::read(std::string_view name, std::vector<std::string>& field) {
  const Json* value = find_kind(name, Json::Kind::kArray, "[]string");
  if (!value) return *this;
  field.clear();
  for (const Json& item : value->items) {
    if (item.kind != Json::Kind::kString && !item.is_null()) mismatch(name, item, "string");
    field.push_back(item.text);
  }
  return *this;
}

template <typename Map>
FieldReader& FieldReader::read_map(std::string_view name, Map& field) {
  const Json* value = find_kind(name, Json::Kind::kObject, "map[string]string");
  if (!value) return *this;
  field.clear();
  for (const Json::Member& member : value->members) {
    if (member.value.kind != Json::Kind::kString && !member.value.is_null()) mismatch(name, member.value, "string");
    field[member.key] = typename Map::mapped_type(member.value.text);
  }
  return *this;
}

FieldReader& FieldReader::read(std::string_view name, std::map<std::string, std::string>& field) {
  return read_map(name, field);
}

FieldReader& FieldReader::read(std::string_view name, SecretMap& field) { return read_map(name, field); }

FieldReader& FieldReader::read(std::string_view name, std::optional<Seconds>& field) {
  std::optional<std::int64_t> count;
  read(name, count);
  if (count) field = Seconds(*count);
  return *this;
}

FieldReader& FieldReader::read_raw(std::string_view name, std::string& field) {
  if (const Json* value = find(name)) field = compact(*value);
  return *this;
}

}  // namespace jungle::admin_api
