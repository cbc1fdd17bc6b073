// URLs that a resource or an authorization server names.
#pragma once

#include <string_view>

#include "base/result.h"
#include "http/url.h"

namespace jungle::oauth {

// `text` as a URL that may be used: https, or http to this machine if `server`, the upstream server that led here, is
// on this machine too. No user information, no fragment, no other scheme (CVE-2025-6514). Which addresses it may lead
// to is for the egress guard to say, when it is fetched. kPermissionDenied names what is wrong, after `what`: "its
// token_endpoint 'javascript:…' ...".
Result<http::Url> parse_peer_url(std::string_view what, std::string_view text, const http::Url& server);

// The same for an issuer identifier: no query either (RFC 8414 §2).
Result<http::Url> parse_issuer_url(std::string_view what, std::string_view text, const http::Url& server);

// Whether a token for `resource` is meant for `server`: the same origin, and the server's path or one that it lies in,
// compared as they are written (RFC 9728 §3.3; servers commonly name their origin). No query, no fragment.
bool covers(const http::Url& resource, const http::Url& server);

}  // namespace jungle::oauth
