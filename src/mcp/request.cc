#include "mcp/request.h"

#include <array>
#include <charconv>

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

const Params::Change* change_of(const std::vector<Params::Change>& changes, std::string_view key) {
  for (const Params::Change& change : changes) {
    if (change.key == key) return &change;
  }
  return nullptr;
}

// Makes `changes` in the object at `object` whose members are `members`. Members that `drop` names go unless changed.
template <typename Drop>
void change_object(Splice& splice, std::string_view text, Range object, const Members& members,
                   const std::vector<Params::Change>& changes, Drop drop) {
  std::size_t kept = 0;
  for (const Member& member : members) {
    const Params::Change* change = change_of(changes, member.key.of(text));
    if (change != nullptr && !change->value.empty()) {
      splice.replace(member.value, std::string(change->value));
      ++kept;
    } else if (change == nullptr && !drop(member.key.of(text))) {
      ++kept;
    }
  }
  splice.remove_members(members, [&](const Member& member) {
    const Params::Change* change = change_of(changes, member.key.of(text));
    return change != nullptr ? change->value.empty() : drop(member.key.of(text));
  });
  std::string added;
  for (const Params::Change& change : changes) {
    if (change.value.empty() || members.find(text, change.key) != nullptr) continue;
    if (!added.empty()) added += ',';
    append_json_string(added, change.key);
    added.append(":").append(change.value);
  }
  if (added.empty()) return;
  if (kept > 0) added += ',';
  splice.insert_first(object, std::move(added));
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
  const auto drop_meta = [&](std::string_view key) {
    return changes.drop_protocol_meta && key.starts_with(kProtocolMetaPrefix);
  };
  Splice splice;
  const Member* meta = members_.find(text_, "_meta");
  const bool meta_is_object = meta != nullptr && text_[meta->value.begin] == '{';
  std::string new_meta;  // `_meta` made from nothing.
  std::vector<Change> members = changes.members;
  for (const auto& [key, value] : set_)
    members.push_back(Change{key, value});
  if (meta_is_object) {
    change_object(splice, base, meta->value, meta_, changes.meta, drop_meta);
  } else {
    for (const Change& change : changes.meta) {
      if (change.value.empty()) continue;
      new_meta += new_meta.empty() ? "{" : ",";
      append_json_string(new_meta, change.key);
      new_meta.append(":").append(change.value);
    }
    if (!new_meta.empty()) {
      new_meta += '}';
      members.push_back(Change{"_meta", new_meta});
    }
  }
  const std::size_t open = base.find('{');
  change_object(splice, base, Range{open, base.size()}, members_, members, [](std::string_view) { return false; });
  return splice.empty() ? std::string(base) : splice.apply(base);
}

}  // namespace jungle::mcp
