#include "app/dotenv.h"

#include <algorithm>

#include "base/text.h"

namespace jungle::app {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// A cursor over the file. Each function consumes what it reads.
class DotenvParser {
 public:
  DotenvParser(std::string_view text, const Environment& outer) : text_(text), outer_(outer) {}

  Result<Environment> parse() {
    for (;;) {
      skip_blank_lines();
      if (at_ == text_.size()) return std::move(variables_);
      if (auto read = assignment(); !read) return read.error();
    }
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_spaces() {
    while (peek() == ' ' || peek() == '\t')
      ++at_;
  }
  void skip_line() { at_ = std::min(text_.find('\n', at_), text_.size()); }

  void skip_blank_lines() {
    for (;;) {
      at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
      if (peek() != '#') return;
      skip_line();
    }
  }

  Error fault(std::string_view what, ErrorCode code = ErrorCode::kInvalidArgument) const {
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n');
    return {code, "line " + std::to_string(line) + ": " + std::string(what), {}};
  }

  std::string_view name() {
    const std::size_t start = at_;
    while (is_name_character(peek()) || peek() == '.')
      ++at_;
    return text_.substr(start, at_ - start);
  }

  Result<void> assignment() {
    std::string_view key = name();
    skip_spaces();
    if (key == "export" && is_name_character(peek())) {
      key = name();
      skip_spaces();
    }
    if (key.empty()) return fault("a variable name is missing");
    if (peek() != '=' && peek() != ':') return fault("no '=' after the variable name");
    ++at_;
    skip_spaces();
    auto value = peek() == '\'' || peek() == '"' ? quoted(text_[at_]) : bare();
    if (!value) return value.error();
    room_ -= value->size();
    variables_[std::string(key)] = std::move(*value);
    return {};
  }

  // To the end of the line, without a comment (a `#` after white space).
  Result<std::string> bare() {
    const std::size_t start = at_;
    skip_line();
    std::string_view value = text_.substr(start, at_ - start);
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (value[i] == '#' && (i == 0 || value[i - 1] == ' ' || value[i - 1] == '\t')) value = value.substr(0, i);
    }
    return expanded(trimmed(value));
  }

  Result<std::string> quoted(char quote) {
    const std::size_t start = ++at_;
    while (at_ < text_.size() && text_[at_] != quote)
      at_ += quote == '"' && text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) {
      at_ = start;
      return fault("a quoted value has no closing quote");
    }
    const std::string_view value = text_.substr(start, at_ - start);
    ++at_;
    const std::size_t end_of_value = at_;
    skip_line();
    const std::string_view rest = trimmed(text_.substr(end_of_value, at_ - end_of_value));
    if (!rest.empty() && rest.front() != '#') {
      at_ = end_of_value;
      return fault("text after a quoted value");
    }
    return quote == '\'' ? literal(value) : expanded(value);
  }

  std::string value_of(std::string_view key) const {
    const std::string name(key);
    if (const auto it = variables_.find(name); it != variables_.end()) return it->second;
    const auto it = outer_.find(name);
    return it == outer_.end() ? std::string() : it->second;
  }

  Error too_large() const {
    return fault("the values are larger than " + std::to_string(kDotenvBytesMax) + " bytes", ErrorCode::kLimitExceeded);
  }

  Result<std::string> literal(std::string_view value) const {
    if (value.size() > room_) return too_large();
    return std::string(value);
  }

  // Escapes and variables of a bare or double-quoted value.
  Result<std::string> expanded(std::string_view value) const {
    std::string out;
    for (std::size_t i = 0; i < value.size();) {
      if (value[i] == '\\' && i + 1 < value.size()) {
        const char c = value[i + 1];
        out += c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
        i += 2;
      } else if (value[i] == '$') {
        i = append_variable(out, value, i);
      } else {
        out += value[i++];
      }
      if (out.size() > room_) return too_large();
    }
    return out;
  }

  // The variable at value[i] == '$', or the dollar sign itself. Returns where to go on.
  std::size_t append_variable(std::string& out, std::string_view value, std::size_t i) const {
    const bool braced = i + 1 < value.size() && value[i + 1] == '{';
    const std::size_t start = i + (braced ? 2 : 1);
    std::size_t end = start;
    while (end < value.size() && is_name_character(value[end]))
      ++end;
    const bool closed = !braced || (end < value.size() && value[end] == '}');
    if (end == start || !closed) {
      out += '$';
      return i + 1;
    }
    out += value_of(value.substr(start, end - start));
    return end + (braced ? 1 : 0);
  }

  std::string_view text_;
  const Environment& outer_;
  std::size_t at_ = 0;
  std::size_t room_ = kDotenvBytesMax;  // For further values.
  Environment variables_;
};

}  // namespace

Result<Environment> parse_dotenv(std::string_view text, const Environment& outer) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // A byte order mark.
  return DotenvParser(text, outer).parse();
}

}  // namespace jungle::app
