#include "base/redactor.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/percent_encoding.h"
#include "base/text.h"

namespace jungle {
namespace {

std::string hex_byte(char c) {
  const std::array<unsigned char, 1> byte{static_cast<unsigned char>(c)};
  return hex_of(byte);
}

// RFC 8259 §7, as serializers write it.
std::string in_json(std::string_view text) {
  constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\bfnrt";
  std::string out;
  for (const char c : text) {
    if (const auto at = kEscaped.find(c); at != std::string_view::npos) {
      out.append("\\").push_back(kLetters[at]);
    } else if (static_cast<unsigned char>(c) < ' ') {
      out.append("\\u00").append(hex_byte(c));
    } else {
      out.push_back(c);
    }
  }
  return out;
}

void add_spellings(std::string_view text, std::size_t bytes_min, std::vector<std::string>& out) {
  if (text.empty() || text.size() < bytes_min) return;
  for (std::string& spelling : std::array{std::string(text), in_json(text), percent_encoded(text, HexCase::kUpper),
                                          percent_encoded(text, HexCase::kLower)})
    out.push_back(std::move(spelling));
}

// "Bearer abc" is echoed as "abc", a key in PEM line by line.
void add_words(std::string_view text, std::vector<std::string>& out) {
  constexpr std::string_view kSpaces = " \t\r\n";
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(kSpaces), text.size());
    add_spellings(text.substr(0, end), kRedactedBytesMin, out);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

Redactor::Redactor(std::span<const Secret> secrets, std::size_t bytes_min) {
  *this = Redactor().with(secrets, bytes_min);
}

Redactor Redactor::with(std::span<const Secret> secrets, std::size_t bytes_min) const {
  std::vector<std::string> spellings;
  for (const Secret& spelling : spellings_)
    spellings.push_back(spelling.reveal());
  for (const Secret& secret : secrets) {
    add_spellings(secret.reveal(), bytes_min, spellings);
    add_words(secret.reveal(), spellings);
  }
  std::sort(spellings.begin(), spellings.end());
  spellings.erase(std::unique(spellings.begin(), spellings.end()), spellings.end());
  std::stable_sort(spellings.begin(), spellings.end(),
                   [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  Redactor all;
  for (std::string& spelling : spellings)
    all.spellings_.emplace_back(std::move(spelling));
  return all;
}

void Redactor::redact(std::string& text) const {
  for (const Secret& spelling : spellings_) {
    const std::string& secret = spelling.reveal();
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + secret.size()))
      std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(at), secret.size(), '*');
  }
}

std::string Redactor::redacted_piece(std::string text) const {
  redact(text);
  for (const Secret& spelling : spellings_) {
    const std::string_view secret = spelling.reveal();
    for (std::size_t size = std::min(secret.size(), text.size()); size >= kRedactedBytesMin; --size) {
      const auto end = text.size() - size;
      if (std::string_view(text).substr(end) == secret.substr(0, size)) text.replace(end, size, size, '*');
      if (std::string_view(text).substr(0, size) == secret.substr(secret.size() - size))
        text.replace(0, size, size, '*');
    }
  }
  return text;
}

std::string Redactor::redacted(std::string text) const {
  redact(text);
  return text;
}

}  // namespace jungle
