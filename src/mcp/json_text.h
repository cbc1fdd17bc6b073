// JSON that stays text: finding members, cutting them out, putting others in.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json_string.h"

namespace jungle::mcp {

// A half-open range of bytes of some text.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool empty() const { return begin == end; }
  std::size_t size() const { return end - begin; }
  std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
  friend bool operator==(const Range&, const Range&) = default;
};

// One member of a JSON object, as ranges of the text that holds the object.
struct Member {
  Range key;    // Between the quotes, as written. Keys with escapes are not equal to any name of ours.
  Range value;  // From the first to past the last byte of the value.
};

// The members of one object, in the order of the text; no key stands twice.
class Members {
 public:
  void add(Member member) {
    if (members_.empty()) members_.reserve(kFew);
    members_.push_back(member);
  }
  // `text` is the text that the ranges refer to.
  const Member* find(std::string_view text, std::string_view key) const {
    for (const Member& member : members_) {
      if (member.key.of(text) == key) return &member;
    }
    return nullptr;
  }
  // The value of a member that is a string; nothing if there is none.
  std::optional<std::string> find_string(std::string_view text, std::string_view key) const;
  bool empty() const { return members_.empty(); }
  std::size_t size() const { return members_.size(); }
  const Member& back() const { return members_.back(); }  // REQUIRES: !empty().
  auto begin() const { return members_.begin(); }
  auto end() const { return members_.end(); }
  // The same members in a text that starts `bytes` later, or earlier.
  void shift_left(std::size_t bytes) { shift(0 - bytes); }
  void shift_right(std::size_t bytes) { shift(bytes); }

 private:
  static constexpr std::size_t kFew = 4;  // Most objects of the protocol have no more.

  void shift(std::size_t by) {  // Unsigned arithmetic wraps, so a negative shift is one too.
    for (Member& member : members_) {
      member.key = Range{member.key.begin + by, member.key.end + by};
      member.value = Range{member.value.begin + by, member.value.end + by};
    }
  }
  std::vector<Member> members_;
};

// Changes to a text, applied in one copy. Edits must not overlap and are given in any order.
class Splice {
 public:
  void replace(Range range, std::string replacement) { edits_.push_back(Edit{range, std::move(replacement)}); }
  // Cuts every member for which `gone` says so out of its object, commas included.
  template <typename Gone>
  void remove_members(const Members& all, Gone gone);
  // Puts text right behind the opening bracket of `object`.
  void insert_first(Range object, std::string text) {
    replace(Range{object.begin + 1, object.begin + 1}, std::move(text));
  }

  bool empty() const { return edits_.empty(); }
  // `text` within `range`, with the edits that lie in it.
  std::string apply(std::string_view text, Range range);
  std::string apply(std::string_view text) { return apply(text, Range{0, text.size()}); }

 private:
  struct Edit {
    Range range;
    std::string replacement;
  };
  std::vector<Edit> edits_;
};

template <typename Gone>
void Splice::remove_members(const Members& all, Gone gone) {
  // A member goes with the comma behind it, the last one with the comma before it: cut from the start of a gone member
  // to the start of the next member, or from the end of the last kept member to the end of the last gone one.
  const Member* last_kept = nullptr;
  const Member* run_start = nullptr;
  const Member* last = nullptr;
  for (const Member& member : all) {
    if (gone(member)) {
      if (run_start == nullptr) run_start = &member;
    } else {
      if (run_start != nullptr) replace(Range{run_start->key.begin - 1, member.key.begin - 1}, {});
      run_start = nullptr;
      last_kept = &member;
    }
    last = &member;
  }
  if (run_start == nullptr) return;
  const std::size_t from = last_kept != nullptr ? last_kept->value.end : run_start->key.begin - 1;
  replace(Range{from, last->value.end}, {});
}

using jungle::append_json_string;
using jungle::json_string;
// The value of a valid JSON string literal (with its quotes).
std::string json_string_value(std::string_view literal);

}  // namespace jungle::mcp
