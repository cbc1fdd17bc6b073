#include "oauth/revocation.h"

#include <string>
#include <utility>

#include "oauth/form.h"
#include "oauth/token_endpoint.h"

namespace jungle::oauth {

Task<Result<void>> revoke(Fetcher& fetcher, Time& time, Random& random, const Grant& grant) {
  const bool has_refresh_token = !grant.tokens.refresh_token.empty();
  const Secret& token = has_refresh_token ? grant.tokens.refresh_token : grant.tokens.access_token;
  if (grant.revocation_endpoint.empty() || token.empty()) co_return Result<void>();
  auto url = http::Url::parse(grant.revocation_endpoint);
  if (!url) co_return url.error();
  FormFields fields{{"token", token.reveal()},
                    {"token_type_hint", has_refresh_token ? "refresh_token" : "access_token"}};
  TokenTarget target = token_target_of(grant);
  target.resource.clear();
  auto request = form_request(target, std::move(*url), std::move(fields), time.system_now(), random);
  if (!request) co_return request.error();
  auto answer = co_await fetcher.fetch(std::move(*request));
  if (!answer) co_return answer.error();
  // RFC 7009 §2.2: 200 also for a token that is unknown.
  if (answer->status == 200) co_return Result<void>();
  co_return Error{
      ErrorCode::kUpstreamRejected, "the revocation endpoint answered HTTP " + std::to_string(answer->status), {}};
}

}  // namespace jungle::oauth
