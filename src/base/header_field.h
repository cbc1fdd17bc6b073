// One header field as text.
#pragma once

#include <string_view>

namespace jungle {

// A field of an HTTP request or answer, for those who carry it without speaking HTTP. Borrowed text.
struct HeaderField {
  std::string_view name;
  std::string_view value;
};

}  // namespace jungle
