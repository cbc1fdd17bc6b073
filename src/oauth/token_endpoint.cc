#include "oauth/token_endpoint.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/text.h"
#include "crypto/jwt.h"
#include "crypto/random_token.h"
#include "oauth/bearer_challenge.h"
#include "oauth/error_answer.h"
#include "oauth/limits.h"
#include "oauth/peer_json.h"
#include "oauth/peer_words.h"

namespace jungle::oauth {
namespace {

using Kind = TokenFailure::Kind;

constexpr std::string_view kContext = "token request failed: ";

TokenFailure failed(Kind kind, ErrorCode code, std::string why, std::string error = {}) {
  return TokenFailure{kind, std::move(error), Error{code, std::string(kContext) + why, {}}};
}

TokenFailure nonsense(const std::string& why) {
  return failed(Kind::kRefused, ErrorCode::kUpstreamRejected, "the answer of the token endpoint " + why);
}

bool is_unavailable(int status) { return status == 408 || status == 429 || status >= 500; }

// RFC 6749 §5.2. 401 and 403 alone do not say whether the client or the grant is meant.
TokenFailure oauth_failure(int status, const std::string& error, const std::string& words) {
  if (is_unavailable(status) || error == "temporarily_unavailable" || error == "server_error" || error == "slow_down")
    return failed(Kind::kUnavailable, ErrorCode::kUnavailable, words, error);
  if (error == "invalid_grant") return failed(Kind::kInvalidGrant, ErrorCode::kUnauthenticated, words, error);
  if (error == "invalid_client") return failed(Kind::kInvalidClient, ErrorCode::kUnauthenticated, words, error);
  return failed(Kind::kRefused, ErrorCode::kUpstreamRejected, words, error);
}

TokenFailure plain_failure(const FetchAnswer& answer, const std::vector<Secret>& sent) {
  std::string why = "the token endpoint answered HTTP " + std::to_string(answer.status);
  const std::string words = quotable(answer.body, sent);
  if (!words.empty()) why += ": " + words;
  if (answer.status >= 300 && answer.status < 400) why += " (redirects are not followed)";
  if (is_unavailable(answer.status)) return failed(Kind::kUnavailable, ErrorCode::kUnavailable, why);
  return failed(Kind::kRefused, ErrorCode::kUpstreamRejected, why);
}

// Fit for a header field, and nothing that would end it (RFC 6750 §2.1 is narrower; real tokens are not).
bool is_token_text(std::string_view text) {
  return !text.empty() && text.size() <= kTokenBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x21 && c <= 0x7e; });
}

std::optional<SystemTime> expiry(std::optional<std::int64_t> expires_in, SystemTime now) {
  if (!expires_in) return std::nullopt;
  return now + std::clamp(Seconds(*expires_in), Seconds(0), kTokenLifetimeMax);
}

TokenResult read_tokens(PeerJson& json, SystemTime now) {
  Tokens tokens;
  tokens.access_token = Secret(json.text("access_token").value_or(""));
  tokens.token_type = json.text("token_type").value_or("Bearer");
  tokens.refresh_token = Secret(json.text("refresh_token").value_or(""));
  tokens.scope = json.text("scope").value_or("");
  tokens.expires_at = expiry(json.number("expires_in"), now);
  if (json.fault()) return nonsense("makes no sense: " + *json.fault());
  if (tokens.access_token.empty()) return nonsense("has no access_token");
  if (!is_token_text(tokens.access_token.reveal())) return nonsense("has an access_token that no header can carry");
  if (!tokens.refresh_token.empty() && tokens.refresh_token.reveal().size() > kTokenBytesMax)
    return nonsense("has a refresh_token that is too long");
  if (!equals_ignoring_case(tokens.token_type, "bearer"))
    return nonsense("has the token_type '" + quotable(tokens.token_type, {}) + "'; only bearer tokens are supported");
  return tokens;
}

Error unusable_key(const Error& error) {
  return {ErrorCode::kInvalidArgument, "the private key of the OAuth client cannot be used: " + error.message, {}};
}

// RFC 7523 §3. The audience is the issuer alone (draft-ietf-oauth-rfc7523bis §4).
Result<std::string> client_assertion(const ClientIdentity& client, const Issuer& issuer, SystemTime now,
                                     Random& random) {
  crypto::JwtClaims claims;
  claims.issuer = client.id;
  claims.subject = client.id;
  claims.audience = issuer.str();
  claims.id = crypto::random_token(random);
  claims.issued_at = now;
  claims.expires_at = now + kClientAssertionTime;
  auto assertion = crypto::sign_jwt(claims, client.private_key);
  if (!assertion) return unusable_key(assertion.error());
  return assertion;
}

// How a request proves who the client is.
struct ClientProof {
  std::string authorization;  // The value of an Authorization header; empty: none.
  FormFields fields;          // Go into the body.
};

Result<ClientProof> client_proof(const ClientIdentity& client, const Issuer& issuer, SystemTime now, Random& random) {
  ClientProof proof;
  switch (client.method) {
    case ClientAuthMethod::kNone:
      proof.fields = {{"client_id", client.id}};
      break;
    case ClientAuthMethod::kClientSecretBasic: {
      // RFC 6749 §2.3.1: both are form-encoded first.
      const std::string pair = form_encoded(client.id) + ":" + form_encoded(client.secret.reveal());
      proof.authorization = "Basic " + base64_encode(pair, Padding::kWith);
      break;
    }
    case ClientAuthMethod::kClientSecretPost:
      proof.fields = {{"client_id", client.id}, {"client_secret", client.secret.reveal()}};
      break;
    case ClientAuthMethod::kPrivateKeyJwt: {
      auto assertion = client_assertion(client, issuer, now, random);
      if (!assertion) return assertion.error();
      proof.fields = {{"client_id", client.id},
                      {"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
                      {"client_assertion", std::move(*assertion)}};
      break;
    }
  }
  return proof;
}

}  // namespace

void throw_exception_from_error(const TokenFailure& failure, const boost::source_location&) {
  throw std::logic_error("value() of a failed TokenResult: " + failure.cause.message);
}

TokenTarget token_target_of(const Grant& grant) {
  return {grant.server_url, grant.token_endpoint, grant.issuer, grant.client, grant.resource, grant.ca_file};
}

Result<FetchRequest> form_request(const TokenTarget& target, http::Url url, FormFields fields, SystemTime now,
                                  Random& random) {
  auto proof = client_proof(target.client, target.issuer, now, random);
  if (!proof) return proof.error();
  for (auto& field : proof->fields)
    fields.push_back(std::move(field));
  if (!target.resource.empty()) fields.emplace_back("resource", target.resource);
  FetchRequest request{.url = std::move(url), .server_url = target.server_url, .method = "POST"};
  request.ca_file = target.ca_file;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
  if (!proof->authorization.empty()) request.headers.emplace_back("Authorization", std::move(proof->authorization));
  request.body = form_encoded(fields);
  return request;
}

TokenResult read_token_answer(const FetchAnswer& answer, SystemTime now, const std::vector<Secret>& sent) {
  auto json = PeerJson::parse(answer.body);
  if (json) {
    if (const auto said = read_error_answer(*json, sent)) return oauth_failure(answer.status, said->error, said->words);
  }
  if (answer.status != 200 && answer.status != 201) return plain_failure(answer, sent);
  if (!json) return nonsense(json.error().message);
  return read_tokens(*json, now);
}

Task<TokenResult> TokenEndpoint::exchange_code(TokenTarget target, Code code) {
  FormFields fields{{"grant_type", "authorization_code"},
                    {"code", code.code.reveal()},
                    {"redirect_uri", code.redirect_uri},
                    {"code_verifier", code.code_verifier.reveal()}};
  std::vector<Secret> sent{std::move(code.code), std::move(code.code_verifier)};
  co_return co_await ask(std::move(target), std::move(fields), std::move(sent));
}

Task<TokenResult> TokenEndpoint::refresh(TokenTarget target, Secret refresh_token, std::vector<std::string> scopes) {
  FormFields fields{{"grant_type", "refresh_token"}, {"refresh_token", refresh_token.reveal()}};
  if (!scopes.empty()) fields.emplace_back("scope", joined_scopes(scopes));
  std::vector<Secret> sent{refresh_token};
  auto tokens = co_await ask(std::move(target), std::move(fields), std::move(sent));
  if (tokens && tokens->refresh_token.empty()) tokens->refresh_token = std::move(refresh_token);
  co_return tokens;
}

Task<TokenResult> TokenEndpoint::client_credentials(TokenTarget target, std::vector<std::string> scopes) {
  FormFields fields{{"grant_type", "client_credentials"}};
  if (!scopes.empty()) fields.emplace_back("scope", joined_scopes(scopes));
  co_return co_await ask(std::move(target), std::move(fields), std::vector<Secret>());
}

Task<TokenResult> TokenEndpoint::ask(TokenTarget target, FormFields fields, std::vector<Secret> sent) {
  auto url = http::Url::parse(target.token_endpoint);
  if (!url) co_return nonsense("cannot be had: " + url.error().message);
  const SystemTime now = time_.system_now();
  auto request = form_request(target, std::move(*url), std::move(fields), now, random_);
  if (!request) co_return TokenFailure{Kind::kRefused, {}, request.error()};
  sent.push_back(std::move(target.client.secret));
  auto answer = co_await fetcher_.fetch(std::move(*request));
  if (!answer) {
    const Error& error = answer.error();
    co_return TokenFailure{Kind::kUnavailable, {}, with_context(error, "token request failed")};
  }
  co_return read_token_answer(*answer, now, sent);
}

}  // namespace jungle::oauth
