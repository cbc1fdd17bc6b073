// The REST API, as a client.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "admin_api/calls.h"
#include "admin_api/register_input.h"
#include "admin_api/upstream_oauth.h"
#include "base/result.h"
#include "base/secret.h"
#include "cli/http_exchange.h"

namespace jungle::cli {

inline constexpr Seconds kReadLimit{30};             // Reads touch the gateway only.
inline constexpr Seconds kUpstreamLimit{24 * 3600};  // The gateway has its own, shorter limits and says which.
inline constexpr Seconds kVersionLimit{5};

enum class Switch : std::uint8_t { kEnable, kDisable };
std::string_view text_of(Switch state);  // "enable" or "disable".

// Whether an answer shall have the secrets of servers, or a mask in their place.
enum class Secrets : std::uint8_t { kMasked, kShown };

// The server wants OAuth: the request has to come again with a redirect URI. In the gateway's words.
struct RedirectUriWanted {
  std::string message;
};
// What becomes of a registration, or of a new authorization: it is done (the JSON text that came), or waits for a
// person, or lacks a redirect URI.
using OAuthAnswer = std::variant<std::string, admin_api::AuthorizationRequired, RedirectUriWanted>;

// Calls the REST API of one gateway. Answers are returned as the JSON text that came: what `-o json` prints and
// admin_api parses. Failures carry the server's own words, ready to print behind a local prefix.
//
// Owned by the command line; blocks; single thread.
class AdminClient {
 public:
  // `base_url` may end with slashes. An empty token sends none.
  AdminClient(HttpExchange& exchange, std::string_view base_url, Secret token);
  AdminClient(const AdminClient&) = delete;
  AdminClient& operator=(const AdminClient&) = delete;

  const std::string& base_url() const { return base_url_; }

  // Lists; `server` narrows them, empty for all.
  Result<std::string> servers(Secrets secrets);
  Result<std::string> tools(std::string_view server);
  Result<std::string> prompts(std::string_view server);
  Result<std::string> resources(std::string_view server);
  Result<std::string> tool(std::string_view name);
  Result<std::string> resource(std::string_view uri);
  Result<std::string> metadata();

  Result<OAuthAnswer> register_server(const admin_api::RegisterInput& input, bool is_forced);
  // Where a registration is sent.
  std::string register_url(bool is_forced) const;
  // Begins a new authorization of a registered server.
  Result<OAuthAnswer> authorize_server(std::string_view name, const admin_api::AuthorizeInput& input);
  // Ends what AuthorizationRequired began.
  Result<std::string> complete_authorization(std::string_view session_id,
                                             const admin_api::AuthorizationCompletion& completion);
  // Lists a registered server anew.
  Result<std::string> refresh_server(std::string_view name);
  Result<void> deregister_server(std::string_view name);
  // `arguments_json` is a JSON object or null: kInvalidArgument `invalid input: ...` otherwise.
  Result<std::string> invoke(std::string_view tool, std::string_view arguments_json);
  Result<std::string> render_prompt(const admin_api::PromptRequest& request);
  Result<std::string> read_resource(std::string_view uri);

  // `entity` is a tool's or prompt's exposed name, or a server's name for all of its tools or prompts.
  Result<std::string> switch_tools(Switch state, std::string_view entity);
  Result<std::string> switch_prompts(Switch state, std::string_view entity);
  Result<std::string> switch_server(Switch state, std::string_view name);

 private:
  // How an unreachable server is reported: MCPJungle words it differently per call, and scripts may look for it.
  enum class Wording : std::uint8_t { kWithUrl, kPlain, kInvoke };
  Result<HttpAnswer> send(std::string method, std::string path, std::string body, Seconds limit, Wording wording);
  Result<std::string> body_of(Result<HttpAnswer> answer) const;
  Result<OAuthAnswer> oauth_answer_of(Result<HttpAnswer> answer) const;
  Result<std::string> get(std::string path, Seconds limit = kReadLimit);
  Result<std::string> post(std::string path, std::string body, Seconds limit, Wording wording);

  HttpExchange& exchange_;
  std::string base_url_;
  Secret token_;
};

}  // namespace jungle::cli
