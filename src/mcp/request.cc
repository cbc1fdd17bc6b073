#include "mcp/request.h"

#include <array>
#include <charconv>
#include <span>

#include "mcp/meta_keys.h"

namespace jungle::mcp {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Method::kOther)> kMethods{"initialize",
                                                                                          "ping",
                                                                                          "server/discover",
                                                                                          "tools/list",
                                                                                          "tools/call",
                                                                                          "prompts/list",
                                                                                          "prompts/get",
                                                                                          "resources/list",
                                                                                          "resources/templates/list",
                                                                                          "resources/read",
                                                                                          "resources/subscribe",
                                                                                          "resources/unsubscribe",
                                                                                          "completion/complete",
                                                                                          "logging/setLevel",
                                                                                          "subscriptions/listen",
                                                                                          "tasks/get",
                                                                                          "tasks/result",
                                                                                          "tasks/update",
                                                                                          "tasks/cancel"};

std::optional<std::string> string_of(std::optional<std::string_view> raw) {
  if (!raw || raw->empty() || raw->front() != '"') return std::nullopt;
  return json_string_value(*raw);
}

const Params::Change* change_of(std::span<const Params::Change> changes, std::string_view key) {
  for (const Params::Change& change : changes) {
    if (change.key == key) return &change;
  }
  return nullptr;
}

// Starts an object with the members that `changes` add to it.
std::string started_object(std::string_view text, Range object, const Members& members,
                           std::span<const Params::Change> changes) {
  std::size_t size = object.size();
  for (const Params::Change& change : changes)
    size += change.key.size() + change.value.size() + 4;
  std::string out;
  out.reserve(size);
  out += '{';
  for (const Params::Change& change : changes) {
    if (change.value.empty() || members.find(text, change.key) != nullptr) continue;
    if (out.size() > 1) out += ',';
    out.append("\"").append(change.key).append("\":").append(change.value);
  }
  return out;
}

// The object at `object`, whose members are `members`, with `changes` made. Members that `drop` names go unless
// changed. A member goes with the comma behind it, the last one with the comma before it.
template <typename Drop>
std::string changed_object(std::string_view text, Range object, const Members& members,
                           std::span<const Params::Change> changes, Drop drop) {
  std::string out = started_object(text, object, members, changes);
  std::size_t at = object.begin + 1;  // All before is written, or gone.
  const Member* kept = nullptr;       // The last one so far.
  const Member* gone = nullptr;       // The first one since.
  for (const Member& member : members) {
    const Params::Change* change = change_of(changes, member.key.of(text));
    if (change != nullptr ? change->value.empty() : drop(member.key.of(text))) {
      if (gone == nullptr) gone = &member;
      continue;
    }
    if (kept == nullptr && out.size() > 1) out += ',';
    if (gone != nullptr) {
      out.append(text, at, gone->key.begin - 1 - at);
      at = member.key.begin - 1;
    }
    if (change != nullptr) {
      out.append(text, at, member.value.begin - at).append(change->value);
      at = member.value.end;
    }
    kept = &member;
    gone = nullptr;
  }
  if (gone != nullptr) {
    out.append(text, at, (kept != nullptr ? kept->value.end : gone->key.begin - 1) - at);
    at = members.back().value.end;
  }
  out.append(text, at, object.end - at);
  return out;
}

}  // namespace

Method parse_method(std::string_view name) {
  for (std::size_t i = 0; i < kMethods.size(); ++i) {
    if (name == kMethods[i]) return static_cast<Method>(i);
  }
  return Method::kOther;
}

std::string_view text_of(Method method) {
  return method == Method::kOther ? std::string_view() : kMethods[static_cast<std::size_t>(method)];
}

std::optional<std::uint64_t> own_number(std::string_view raw) {
  std::uint64_t number = 0;
  const auto [end, ec] = std::from_chars(raw.data(), raw.data() + raw.size(), number);
  if (ec != std::errc() || end != raw.data() + raw.size()) return std::nullopt;
  return number;
}

void Params::set(std::string_view key, std::string raw) {
  for (auto& [name, value] : set_) {
    if (name != key) continue;
    value = std::move(raw);
    return;
  }
  set_.emplace_back(key, std::move(raw));
}

std::optional<std::string_view> Params::find(std::string_view key) const {
  for (const auto& [name, value] : set_) {
    if (name == key) return value.empty() ? std::nullopt : std::optional<std::string_view>(value);
  }
  const Member* member = members_.find(text_, key);
  if (member == nullptr) return std::nullopt;
  return member->value.of(text_);
}

std::optional<std::string> Params::find_string(std::string_view key) const { return string_of(find(key)); }

std::optional<std::string_view> Params::find_meta(std::string_view key) const {
  const Member* member = meta_.find(text_, key);
  if (member == nullptr) return std::nullopt;
  return member->value.of(text_);
}

std::optional<std::string> Params::find_meta_string(std::string_view key) const { return string_of(find_meta(key)); }

std::string Params::render(const Changes& changes) const {
  const std::string_view base = received_text();
  std::vector<Change> members;
  members.reserve(changes.members.size() + set_.size() + 1);
  members = changes.members;
  for (const auto& [key, value] : set_)
    members.push_back(Change{key, value});
  const std::string meta = changed_meta(changes);
  if (!meta.empty()) members.push_back(Change{"_meta", meta});
  if (members.empty()) return std::string(base);
  const Range all{base.find('{'), base.size()};
  return changed_object(base, all, members_, members, [](std::string_view) { return false; });
}

// `_meta` with the changes; empty if it stays as it is, or is not there.
std::string Params::changed_meta(const Changes& changes) const {
  if (changes.meta.empty() && !changes.drop_protocol_meta) return {};
  const auto drop = [&](std::string_view key) {
    return changes.drop_protocol_meta && key.starts_with(kProtocolMetaPrefix);
  };
  const Member* meta = members_.find(text_, "_meta");
  if (meta != nullptr && text_[meta->value.begin] == '{')
    return changed_object(text_, meta->value, meta_, changes.meta, drop);
  std::string added = changed_object("{}", Range{0, 2}, Members(), changes.meta, drop);
  return added == "{}" ? std::string() : added;
}

}  // namespace jungle::mcp
