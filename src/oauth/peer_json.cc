#include "oauth/peer_json.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "oauth/limits.h"

namespace jungle::oauth {
namespace {

namespace json = boost::json;

std::optional<std::int64_t> whole_number(const json::value& value) {
  if (value.is_int64()) return value.get_int64();
  if (value.is_uint64()) return std::numeric_limits<std::int64_t>::max();
  if (value.is_double()) {
    const double number = value.get_double();
    constexpr double kExact = 9007199254740992.0;  // 2^53.
    if (!std::isfinite(number)) return std::nullopt;
    return static_cast<std::int64_t>(std::fmax(-kExact, std::fmin(kExact, number)));
  }
  if (!value.is_string()) return std::nullopt;
  const json::string& text = value.get_string();
  std::int64_t number = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

struct PeerJson::Object {
  json::object members;

  const json::value* find(std::string_view member) const {
    const json::value* value = members.if_contains(member);
    return value == nullptr || value->is_null() ? nullptr : value;
  }
};

PeerJson::PeerJson(std::unique_ptr<Object> object) : object_(std::move(object)) {}
PeerJson::PeerJson(PeerJson&&) noexcept = default;
PeerJson& PeerJson::operator=(PeerJson&&) noexcept = default;
PeerJson::~PeerJson() = default;

Result<PeerJson> PeerJson::parse(std::string_view text) {
  json::parse_options options;
  options.max_depth = kPeerJsonDepthMax;
  boost::system::error_code ec;
  json::value value = json::parse(text, ec, {}, options);
  if (ec || !value.is_object()) return Error{ErrorCode::kUpstreamRejected, "is not a JSON object", {}};
  return PeerJson(std::make_unique<Object>(Object{std::move(value.get_object())}));
}

bool PeerJson::has(std::string_view member) const { return object_->find(member) != nullptr; }

std::optional<std::string> PeerJson::text(std::string_view member) {
  const json::value* value = object_->find(member);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return std::string(value->get_string());
  blame(member, "a string");
  return std::nullopt;
}

std::vector<std::string> PeerJson::texts(std::string_view member) {
  const json::value* value = object_->find(member);
  if (value == nullptr) return {};
  std::vector<std::string> texts;
  if (value->is_array()) {
    for (const json::value& each : value->get_array()) {
      if (each.is_string()) texts.emplace_back(each.get_string());
    }
    if (texts.size() == value->get_array().size()) return texts;
  }
  blame(member, "a list of strings");
  return {};
}

bool PeerJson::flag(std::string_view member) {
  const json::value* value = object_->find(member);
  if (value == nullptr) return false;
  if (value->is_bool()) return value->get_bool();
  blame(member, "true or false");
  return false;
}

std::optional<std::int64_t> PeerJson::number(std::string_view member) {
  const json::value* value = object_->find(member);
  if (value == nullptr) return std::nullopt;
  const auto number = whole_number(*value);
  if (!number) blame(member, "a number");
  return number;
}

void PeerJson::blame(std::string_view member, std::string_view type) {
  if (fault_) return;
  fault_ = "its member '";
  fault_->append(member).append("' is not ").append(type);
}

}  // namespace jungle::oauth
