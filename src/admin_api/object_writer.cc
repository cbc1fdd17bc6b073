#include "admin_api/object_writer.h"

#include <array>
#include <cstdio>

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

ObjectWriter& ObjectWriter::secrets(std::string_view name, const SecretMap& values) {
  ObjectWriter map;
  for (const auto& [k, value] : values)
    map.text(k, value.reveal());
  return raw(name, map.take());
}

ObjectWriter& ObjectWriter::timestamp(std::string_view name, SystemTime value) { return text(name, rfc3339(value)); }

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

std::string rfc3339(SystemTime time) {
  using std::chrono::floor;
  const auto day = floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{floor<std::chrono::nanoseconds>(time - day)};
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  std::string out = text.data();
  if (const auto fraction = clock.subseconds().count(); fraction != 0) {
    std::snprintf(text.data(), text.size(), ".%09lld", static_cast<long long>(fraction));
    out += text.data();
    out.erase(out.find_last_not_of('0') + 1);
  }
  return out + "Z";
}

}  // namespace jungle::admin_api
