// One pass over JSON text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "mcp/json_text.h"

namespace jungle::mcp {

// Walks over JSON text and validates what it passes (RFC 8259 grammar and nesting depth; UTF-8 is checked apart, once
// for a whole text). Every function returns false at the first mistake, and then error() says what and where.
//
// Why not simdjson: its DOM refuses integers beyond 64 bits, which we must carry, and its on-demand front end does not
// validate what it skips, which we must not forward. Pure; borrows the text.
class JsonScanner {
 public:
  JsonScanner(std::string_view text, std::size_t depth_max) : text_(text), depth_max_(depth_max) {}

  void skip_space() {
    if (at_ < text_.size() && text_[at_] <= ' ') skip_spaces();
  }
  bool at_end() const { return at_ == text_.size(); }
  std::size_t offset() const { return at_; }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  // Passes one value of any kind and tells its range.
  bool value(Range& range);
  // Passes a string and tells the range between its quotes.
  bool string(Range& inside);

  // object() and array() pass the opening bracket. Then next_member() / next_element() position the scanner on each
  // value in turn, which the caller must pass; they return kEnd after the closing bracket.
  enum class Step : unsigned char { kItem, kEnd, kError };
  bool open(char bracket);
  Step next_member(Range& key, bool& first);
  Step next_element(bool& first);

  bool fail(const char* what);
  std::string error() const;

 private:
  void skip_spaces();
  bool number();
  bool literal(std::string_view word);
  bool scalar();
  bool digits();

  std::string_view text_;
  std::size_t depth_max_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  const char* error_ = nullptr;
};

}  // namespace jungle::mcp
