#include "mcp/json_scanner.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <vector>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace jungle::mcp {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

#ifdef __SSE2__
// A bit for each of sixteen characters that is a quote, a backslash or a control character.
unsigned stops_in_sixteen(const char* text) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
  const __m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  const __m128i controls = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
  return static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quotes, backslashes), controls)));
}
#endif

// Where `text` has its first quote, backslash or control character; its size if it has none. Sixteen characters at a
// time where the processor can, eight elsewhere.
std::size_t plain_prefix(std::string_view text) {
  std::size_t i = 0;
#ifdef __SSE2__
  for (; i + 16 <= text.size(); i += 16) {
    if (const unsigned stops = stops_in_sixteen(text.data() + i); stops != 0)
      return i + static_cast<std::size_t>(std::countr_zero(stops));
  }
#endif
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighs = 0x8080808080808080;
  const auto zero_bytes = [](std::uint64_t word) { return (word - kOnes) & ~word & kHighs; };
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    const std::uint64_t stop =
        zero_bytes(word ^ kOnes * '"') | zero_bytes(word ^ kOnes * '\\') | ((word - kOnes * 0x20) & ~word & kHighs);
    if (stop == 0) continue;
    if constexpr (std::endian::native == std::endian::little)
      return i + static_cast<std::size_t>(std::countr_zero(stop)) / 8;
    break;
  }
  while (i < text.size() && text[i] != '"' && text[i] != '\\' && static_cast<unsigned char>(text[i]) >= 0x20)
    ++i;
  return i;
}

}  // namespace

bool JsonScanner::fail(const char* what) {
  if (error_ == nullptr) error_ = what;
  return false;
}

std::string JsonScanner::error() const {
  return std::string(error_ != nullptr ? error_ : "invalid JSON") + " at byte " + std::to_string(at_);
}

void JsonScanner::skip_spaces() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
    ++at_;
  }
}

bool JsonScanner::string(Range& inside) {
  if (peek() != '"') return fail("expected a string");
  inside.begin = ++at_;
  for (;;) {
    at_ += plain_prefix(text_.substr(at_));
    if (at_ == text_.size()) return fail("unterminated string");
    if (text_[at_] == '"') {
      inside.end = at_++;
      return true;
    }
    if (text_[at_] != '\\') return fail("control character in a string");
    ++at_;
    const char escaped = peek();
    if (escaped == 'u') {
      if (text_.size() - at_ < 5) return fail("unterminated string");
      for (std::size_t k = 1; k <= 4; ++k) {
        if (!is_hex(text_[at_ + k])) return fail("bad \\u escape");
      }
      at_ += 5;
    } else if (escaped != '\0' && std::strchr("\"\\/bfnrt", escaped) != nullptr) {
      ++at_;
    } else {
      return fail("bad escape in a string");
    }
  }
}

bool JsonScanner::digits() {
  if (!is_digit(peek())) return fail("bad number");
  while (is_digit(peek()))
    ++at_;
  return true;
}

bool JsonScanner::number() {
  if (peek() == '-') ++at_;
  if (peek() == '0') {
    ++at_;
  } else if (!digits()) {
    return false;
  }
  if (peek() == '.') {
    ++at_;
    if (!digits()) return false;
  }
  if (peek() == 'e' || peek() == 'E') {
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    if (!digits()) return false;
  }
  return true;
}

bool JsonScanner::literal(std::string_view word) {
  if (text_.substr(at_, word.size()) != word) return fail("expected a value");
  at_ += word.size();
  return true;
}

bool JsonScanner::scalar() {
  Range ignored;
  switch (peek()) {
    case '"':
      return string(ignored);
    case 't':
      return literal("true");
    case 'f':
      return literal("false");
    case 'n':
      return literal("null");
    default:
      return number();
  }
}

bool JsonScanner::open(char bracket) {
  if (peek() != bracket) return fail(bracket == '{' ? "expected an object" : "expected an array");
  if (++depth_ > depth_max_) return fail("nested too deeply");
  ++at_;
  return true;
}

JsonScanner::Step JsonScanner::next_element(bool& first) {
  skip_space();
  if (peek() == ']' && at_ < text_.size()) {
    ++at_;
    --depth_;
    return Step::kEnd;
  }
  if (!first) {
    if (peek() != ',') return fail("expected ',' or ']'"), Step::kError;
    ++at_;
    skip_space();
    if (peek() == ']') return fail("expected a value"), Step::kError;
  }
  first = false;
  return Step::kItem;
}

JsonScanner::Step JsonScanner::next_member(Range& key, bool& first) {
  skip_space();
  if (peek() == '}' && at_ < text_.size()) {
    ++at_;
    --depth_;
    return Step::kEnd;
  }
  if (!first) {
    if (peek() != ',') return fail("expected ',' or '}'"), Step::kError;
    ++at_;
    skip_space();
  }
  first = false;
  if (!string(key)) return Step::kError;
  skip_space();
  if (peek() != ':') return fail("expected ':'"), Step::kError;
  ++at_;
  skip_space();
  return Step::kItem;
}

bool JsonScanner::value(Range& range) {
  range.begin = at_;
  if (peek() != '{' && peek() != '[') {
    if (!scalar()) return false;
    range.end = at_;
    return true;
  }
  // Instead of recursion: which brackets are open, outermost first. A short string needs no memory of its own.
  std::string brackets(1, peek());
  if (!open(brackets.back())) return false;
  for (bool first = true; !brackets.empty();) {
    Range key;
    const Step step = brackets.back() == '{' ? next_member(key, first) : next_element(first);
    if (step == Step::kError) return false;
    if (step == Step::kEnd) {
      brackets.pop_back();
      first = false;
    } else if (peek() == '{' || peek() == '[') {
      brackets += peek();
      if (!open(brackets.back())) return false;
      first = true;
    } else if (!scalar()) {
      return false;
    }
  }
  range.end = at_;
  return true;
}

}  // namespace jungle::mcp
