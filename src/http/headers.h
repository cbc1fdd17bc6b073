// Header fields as text.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "base/header_field.h"

namespace jungle::http {

using Header = HeaderField;

// The value of the first field called `name`, in any case.
std::optional<std::string_view> find_header(std::span<const Header> headers, std::string_view name);
// Whether a comma-separated list contains `token`, in any case: Connection, Accept, Expect. Parameters after a
// semicolon are ignored.
bool list_contains(std::string_view list, std::string_view token);

// RFC 9110 §5.6.2: a method or a field name.
bool is_token(std::string_view text);
std::size_t token_bytes(std::string_view text);  // How long the token at its start is.
// RFC 9110 §5.5: no control characters but tab, so that a value cannot end its line. Bytes over 127 may pass.
bool is_field_value(std::string_view text);
// Both of them.
bool is_valid(const Header& header);

}  // namespace jungle::http
