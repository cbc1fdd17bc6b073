#include "oauth/form.h"

#include "base/percent_encoding.h"

namespace jungle::oauth {

std::string form_encoded(std::string_view text) {
  std::string out;
  for (;;) {
    const auto space = text.find(' ');
    out += percent_encoded(text.substr(0, space), HexCase::kUpper);
    if (space == std::string_view::npos) return out;
    out += '+';
    text.remove_prefix(space + 1);
  }
}

std::string form_encoded(const FormFields& fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    if (!out.empty()) out += '&';
    out += form_encoded(name) + "=" + form_encoded(value);
  }
  return out;
}

}  // namespace jungle::oauth
