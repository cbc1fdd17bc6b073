// What a registration asks for: the body of POST /api/v0/servers, the command line's config file, the export format.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin_api/field_reader.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"

namespace jungle::admin_api {

// One upstream server to register, unchecked: whether its name, transport, URL, modes and numbers make sense is for the
// catalog to say. Fields are empty or absent when not given.
struct RegisterInput {
  std::string name;
  std::string transport;  // "streamable_http", "stdio" or "sse".
  std::string description;
  std::string url;      // streamable_http and sse.
  Secret bearer_token;  // streamable_http and sse.
  SecretMap headers;    // streamable_http.
  // streamable_http: a client's header, and the name under which the server gets it; empty: the same.
  std::map<std::string, std::string> forward_headers;
  std::string ca_file;  // streamable_http and sse.
  std::string command;  // stdio, as the three below.
  std::vector<std::string> args;
  SecretMap env;
  std::string cwd;
  std::string session_mode;  // "stateless" (default) or "stateful".
  std::string oauth_grant;   // "authorization_code" (default) or "client_credentials".
  std::string oauth_redirect_uri;
  std::string oauth_client_id;
  Secret oauth_client_secret;
  Secret oauth_client_private_key;  // PEM.
  std::vector<std::string> oauth_scopes;
  std::string oauth_issuer;
  bool oauth_assume_s256 = false;
  std::string protocol;                  // "auto" (default), "legacy" or "modern".
  std::optional<Seconds> init_timeout;   // JSON init_timeout_sec.
  std::optional<Seconds> call_timeout;   // JSON call_timeout_sec.
  std::optional<Seconds> sync_interval;  // JSON sync_interval_sec; 0 is none.
  std::optional<std::int64_t> warm;      // Processes kept ready for stateless stdio; 0 is none.

  friend bool operator==(const RegisterInput&, const RegisterInput&) = default;
};

// Field names in any case, unknown fields ignored, only the first JSON value read.
// Errors: kInvalidArgument in Go's words (see FieldReader); kLimitExceeded.
Result<RegisterInput> parse_register_input(std::string_view json);
Result<RegisterInput> register_input_of(const Json& json);
Result<std::vector<RegisterInput>> parse_register_inputs(std::string_view json);

// Every field name of RegisterInput, for suggestions.
std::vector<std::string> register_field_names();

// For the wire and for the export, with the secrets that it has. Empty fields are left out, except `name`, `transport`
// and `description`; `session_mode` is filled.
std::string render(const RegisterInput& input);
std::string render(const std::vector<RegisterInput>& inputs);

// The query parameter `name` of yes or no: 1, t, T, true, TRUE, True and their opposites; empty is false.
// Errors: kInvalidArgument `invalid force query parameter: strconv.ParseBool: parsing "x": invalid syntax`.
Result<bool> parse_switch(std::string_view name, std::string_view text);

}  // namespace jungle::admin_api
