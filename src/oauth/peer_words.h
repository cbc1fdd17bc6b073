// What a peer says, in our error messages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/secret.h"

namespace jungle::oauth {

// `words` of a peer, fit for an error message: one line of text, shortened, with `secrets` blacked out
// as Redactor finds them.
std::string quotable(std::string_view words, const std::vector<Secret>& secrets = {});

}  // namespace jungle::oauth
