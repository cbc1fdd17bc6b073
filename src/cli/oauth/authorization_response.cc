#include "cli/oauth/authorization_response.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/percent_encoding.h"
#include "base/text.h"

namespace jungle::cli {
namespace {

Error bad_answer(std::string message) { return Error{ErrorCode::kInvalidArgument, std::move(message), {}}; }

// Nothing if an escape is broken or the text has no business in an OAuth parameter.
std::optional<std::string> decoded(std::string_view text, PlusSign plus) {
  auto out = percent_decoded(text, plus);
  if (!out || !is_utf8(*out)) return std::nullopt;
  const bool has_control = std::any_of(out->begin(), out->end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (has_control) return std::nullopt;
  return out;
}

// Calls `visit(name, raw value)` for each pair of application/x-www-form-urlencoded text.
template <typename Visit>
void for_each_pair(std::string_view query, Visit visit) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const auto sign = std::min(pair.find('='), pair.size());
    visit(pair.substr(0, sign), pair.substr(std::min(pair.size(), sign + 1)));
  }
}

// The parameter's value, empty if it is absent.
Result<std::string> parameter(std::string_view query, std::string_view name) {
  std::optional<std::string_view> raw;
  bool is_repeated = false;
  for_each_pair(query, [&](std::string_view key, std::string_view value) {
    if (decoded(key, PlusSign::kIsSpace) != name) return;
    is_repeated = is_repeated || raw.has_value();
    raw = value;
  });
  if (is_repeated) return bad_answer("the OAuth callback has '" + std::string(name) + "' twice");
  if (!raw) return std::string();
  auto value = decoded(*raw, PlusSign::kIsSpace);
  if (!value) return bad_answer("the OAuth callback's '" + std::string(name) + "' is not well encoded");
  return std::move(*value);
}

std::string_view without_quotes(std::string_view text) {
  const bool is_quoted =
      text.size() >= 2 && text.front() == text.back() && (text.front() == '"' || text.front() == '\'');
  return is_quoted ? text.substr(1, text.size() - 2) : text;
}

// RFC 6749 appendix A.11: visible ASCII, and no code has a space in practice.
bool is_code(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

Result<AuthorizationResponse> code_alone(std::string_view text) {
  const auto code = decoded(text, PlusSign::kIsItself);
  if (!code || !is_code(*code)) {
    return bad_answer("that is neither the URL that the browser ended on nor the code out of it");
  }
  AuthorizationResponse response;
  response.code = Secret(*code);
  return response;
}

Error too_long() {
  return Error{ErrorCode::kLimitExceeded,
               "the OAuth callback is longer than " + std::to_string(kAuthorizationResponseBytesMax) + " bytes",
               {}};
}

}  // namespace

Result<AuthorizationResponse> parse_authorization_response(std::string_view query) {
  if (query.size() > kAuthorizationResponseBytesMax) return too_long();
  AuthorizationResponse response;
  std::string code;
  const std::vector<std::pair<std::string_view, std::string*>> members{
      {"code", &code},
      {"state", &response.state},
      {"iss", &response.iss},
      {"error", &response.error},
      {"error_description", &response.error_description}};
  for (const auto& [name, member] : members) {
    auto value = parameter(query, name);
    if (!value) return value.error();
    *member = std::move(*value);
  }
  response.code = Secret(std::move(code));
  const bool has_outcome = !response.code.empty() || !response.error.empty();
  if (!has_outcome || response.state.empty()) return bad_answer("OAuth callback did not include both code and state");
  return response;
}

Result<AuthorizationResponse> parse_pasted_answer(std::string_view text) {
  if (text.size() > kAuthorizationResponseBytesMax) return too_long();
  text = trimmed(without_quotes(trimmed(text)));
  if (text.empty()) return bad_answer("nothing was pasted");
  text = text.substr(0, text.find('#'));
  if (const auto mark = text.find('?'); mark != std::string_view::npos) {
    return parse_authorization_response(text.substr(mark + 1));
  }
  if (text.find("://") != std::string_view::npos) return bad_answer("that URL has no code in it");
  const bool is_query = text.starts_with("code=") || text.starts_with("state=") || text.starts_with("iss=") ||
                        text.starts_with("error=") || text.find("&state=") != std::string_view::npos;
  return is_query ? parse_authorization_response(text) : code_alone(text);
}

std::optional<std::string> query_parameter(std::string_view query, std::string_view name) {
  auto value = parameter(query, name);
  if (!value || value->empty()) return std::nullopt;
  return std::move(*value);
}

}  // namespace jungle::cli
