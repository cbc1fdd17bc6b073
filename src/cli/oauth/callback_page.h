// What the person's browser shows at the end of an authorization.
#pragma once

#include <string>
#include <string_view>

#include "cli/oauth/authorization_response.h"

namespace jungle::cli {

// An answer to a browser: a small page without scripts that loads nothing.
struct CallbackPage {
  int status = 200;
  std::string html;
};

CallbackPage successful_page(std::string_view server);
// The person or the authorization server said no: `response` has an error.
CallbackPage refused_page(const AuthorizationResponse& response);
// We could not make use of the answer.
CallbackPage failed_page(std::string_view reason);
// Any other page of ours, with a heading and a sentence.
CallbackPage plain_page(int status, std::string_view heading, std::string_view text);

// `access_denied: The person said no`, shortened: a stranger wrote it.
std::string refusal_text(const AuthorizationResponse& response);

}  // namespace jungle::cli
