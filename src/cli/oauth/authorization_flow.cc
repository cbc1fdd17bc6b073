#include "cli/oauth/authorization_flow.h"

#include <charconv>
#include <memory>

#include "cli/oauth/callback_page.h"
#include "cli/oauth/callback_server.h"
#include "cli/spinner.h"
#include "cli/world.h"

namespace jungle::cli {
namespace {

using admin_api::AuthorizationRequired;

Error unusable(const std::string& what) {
  return Error{ErrorCode::kUpstreamRejected, "the gateway's authorization URL " + what, {}};
}

// An authorization request that a person can be sent to.
struct Request {
  http::Url url;
  std::string state;
  std::string redirect_uri;
};

Result<Request> request_of(const std::string& text) {
  const auto url = http::Url::parse(text);
  if (!url || text.find('#') != std::string::npos) return unusable("is not an http or https URL without a fragment");
  const auto state = query_parameter(url->query(), "state");
  const auto redirect_uri = query_parameter(url->query(), "redirect_uri");
  if (!state || !redirect_uri) return unusable("lacks state or redirect_uri");
  return Request{*url, *state, *redirect_uri};
}

Result<std::string> complete(World& world, const std::string& server, const AuthorizationRequired& required,
                             const AuthorizationResponse& response) {
  const Spinner spinner(world.console, "completing the authorization of " + server);
  const admin_api::AuthorizationCompletion completion{response.code, response.state, response.iss};
  auto body = world.admin.complete_authorization(required.session_id, completion);
  if (!body) return with_context(body.error(), "failed to complete upstream OAuth registration");
  return body;
}

Result<std::string> see_through(World& world, const ApprovalOptions& options, const std::string& server,
                                const AuthorizationRequired& required, std::unique_ptr<Approval> approval) {
  const auto request = request_of(required.authorization_url);
  if (!request) return request.error();
  if (!approval || approval->redirect_uri() != request->redirect_uri) {
    if (options.browser == BrowserUse::kOpen && !is_loopback_redirect(request->redirect_uri)) {
      return Error{ErrorCode::kUnauthenticated,
                   "upstream OAuth authorization required. Open this URL to continue: " + request->url.str(),
                   {}};
    }
    auto opened = world.open_approval(request->redirect_uri, options.browser);
    if (!opened) return opened.error();
    approval = std::move(*opened);
  }
  const auto response = approval->ask(request->url, request->state, options.limit);
  if (!response) return response.error();
  if (!response->error.empty()) {
    const Error refused{
        ErrorCode::kPermissionDenied, "upstream OAuth authorization failed: " + refusal_text(*response), {}};
    approval->conclude(server, refused);
    return refused;
  }
  auto body = complete(world, server, required, *response);
  approval->conclude(server, body ? Result<void>() : Result<void>(body.error()));
  return body;
}

}  // namespace

std::vector<Flag> approval_flags() {
  return {{"no-browser", 0, "", "Start no browser: paste the URL that it ended on, or the code, on standard input", ""},
          {"oauth-timeout", 0, "seconds", "How long to wait for the approval", std::to_string(kApprovalTime.count())}};
}

Result<ApprovalOptions> approval_options(const Invocation& invocation) {
  ApprovalOptions options;
  if (invocation.is_on("no-browser")) options.browser = BrowserUse::kPaste;
  if (!invocation.has("oauth-timeout")) return options;
  const std::string text = invocation.text("oauth-timeout");
  Seconds::rep seconds = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (ec != std::errc() || end != text.data() + text.size() || seconds < 1 || seconds > kApprovalTimeMax.count()) {
    return Error{ErrorCode::kInvalidArgument,
                 "invalid argument \"" + text +
                     "\" for \"--oauth-timeout\" flag: must be a number of seconds from 1 to " +
                     std::to_string(kApprovalTimeMax.count()),
                 {}};
  }
  options.limit = Seconds(seconds);
  return options;
}

Result<std::string> send_with_approval(World& world, const ApprovalOptions& options, const std::string& server,
                                       const std::string& own_redirect_uri, const OAuthRequest& request) {
  std::unique_ptr<Approval> approval;
  auto answer = request(own_redirect_uri);
  if (answer && std::holds_alternative<RedirectUriWanted>(*answer) && own_redirect_uri.empty()) {
    auto opened = world.open_approval("", options.browser);
    if (!opened) return opened.error();
    approval = std::move(*opened);
    answer = request(approval->redirect_uri());
  }
  if (!answer) return answer.error();
  if (auto* body = std::get_if<std::string>(&*answer)) return std::move(*body);
  if (const auto* wanted = std::get_if<RedirectUriWanted>(&*answer)) {
    return Error{ErrorCode::kUnauthenticated, wanted->message, {}};
  }
  return see_through(world, options, server, std::get<AuthorizationRequired>(*answer), std::move(approval));
}

}  // namespace jungle::cli
