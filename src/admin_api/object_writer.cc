#include "admin_api/object_writer.h"

#include "admin_api/json.h"

namespace jungle::admin_api {

void ObjectWriter::key(std::string_view key) {
  if (out_.size() > 1) out_ += ',';
  append_json_string(out_, key);
  out_ += ':';
}

ObjectWriter& ObjectWriter::text(std::string_view name, std::string_view value) {
  key(name);
  append_json_string(out_, value);
  return *this;
}

ObjectWriter& ObjectWriter::number(std::string_view name, std::int64_t value) {
  return raw(name, std::to_string(value));
}

ObjectWriter& ObjectWriter::boolean(std::string_view name, bool value) { return raw(name, value ? "true" : "false"); }

ObjectWriter& ObjectWriter::null(std::string_view name) { return raw(name, "null"); }

ObjectWriter& ObjectWriter::raw(std::string_view name, std::string_view json) {
  key(name);
  out_ += json.empty() ? std::string_view("null") : json;
  return *this;
}

ObjectWriter& ObjectWriter::strings(std::string_view name, const std::vector<std::string>& values) {
  return raw(name, string_array(values));
}

ObjectWriter& ObjectWriter::texts(std::string_view name, const std::map<std::string, std::string>& values) {
  ObjectWriter map;
  for (const auto& [k, value] : values)
    map.text(k, value);
  return raw(name, map.take());
}

ObjectWriter& ObjectWriter::secrets(std::string_view name, const SecretMap& values) {
  ObjectWriter map;
  for (const auto& [k, value] : values)
    map.text(k, value.reveal());
  return raw(name, map.take());
}

std::string ObjectWriter::take() {
  std::string out = std::move(out_);
  out += '}';
  out_ = "{";
  return out;
}

std::string string_array(const std::vector<std::string>& values) {
  std::string out = "[";
  for (const std::string& value : values) {
    if (out.size() > 1) out += ',';
    append_json_string(out, value);
  }
  return out + "]";
}

}  // namespace jungle::admin_api
