// The Client ID Metadata Document that the gateway publishes about itself.
#pragma once

#include <string>

namespace jungle::oauth {

// Where it lies below the gateway's public URL.
inline constexpr const char* kClientMetadataPath = "/oauth/client-metadata.json";

// The document for `url`, its own address, which is the client id (draft-ietf-oauth-client-id-metadata-document §4). It
// lists the callback of the command line on the person's own machine; the port is free there (RFC 8252 §7.3).
std::string client_metadata_document(const std::string& url, const std::string& client_name);

// Whether that document covers a redirect URI.
bool is_command_line_callback(const std::string& redirect_uri);

}  // namespace jungle::oauth
