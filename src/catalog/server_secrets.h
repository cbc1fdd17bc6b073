// What of a server nobody but its administrator may see.
#pragma once

#include <string>
#include <string_view>

#include "base/redactor.h"
#include "catalog/server_spec.h"

namespace jungle::catalog {

// Hides the credentials of `spec` in what its server said: the token, the values of headers and variables, the client
// secret, the values of the URL's query.
Redactor redactor_of(const ServerSpec& spec);

// `url` with kMask for each value of its query, and for credentials in front of the host; also of a text that is no
// URL, as far as it looks like one. Names, which say what is there, stay.
std::string masked_url(std::string_view url);

// `spec` with kMask in the place of every secret; what is not set stays empty.
ServerSpec masked(ServerSpec spec);

// kInvalidArgument: a secret of `spec` is kMask, so it was read without the secrets. The message names the field.
Result<void> check_not_masked(const ServerSpec& spec);

}  // namespace jungle::catalog
