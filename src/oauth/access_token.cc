#include "oauth/access_token.h"

#include <utility>

namespace jungle::oauth {

AccessTokenPtr access_token_of(Secret token) {
  auto made = std::make_shared<AccessToken>();
  if (!token.empty()) made->header_line = Secret("Authorization: Bearer " + token.reveal() + "\r\n");
  made->token = std::move(token);
  return made;
}

}  // namespace jungle::oauth
