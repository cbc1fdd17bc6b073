#include "oauth/http_fetcher.h"

#include <array>
#include <utility>

#include "oauth/limits.h"

namespace jungle::oauth {
namespace {

std::string header_of(const http::ClientResponse& response, std::string_view name) {
  return std::string(response.header(name).value_or(""));
}

}  // namespace

Task<Result<FetchAnswer>> HttpFetcher::fetch(FetchRequest request) {
  std::vector<http::Header> headers;
  for (const auto& [name, value] : request.headers)
    headers.push_back({name, value});
  const std::array<std::string_view, 1> pieces{request.body};
  http::ClientRequest sent{request.url};
  sent.method = request.method;
  sent.ca_file = request.ca_file;
  sent.headers = headers;
  if (!request.body.empty()) sent.body_pieces = pieces;
  sent.deadline = time_.steady_now() + kFetchTime;
  const auto server = http::Url::parse(request.server_url);
  if (!server) co_return server.error();
  // The origin that an administrator registered is where its own metadata lies; everything else the server named.
  if (request.url.origin() != server->origin()) sent.source = co_await client_.source_of_server(*server, sent.deadline);
  auto response = co_await client_.send(sent);
  if (!response) co_return response.error();
  FetchAnswer answer;
  answer.status = response->status();
  answer.content_type = response->content_type();
  answer.cache_control = header_of(*response, "cache-control");
  answer.location = header_of(*response, "location");
  auto body = co_await response->read_body(kFetchBodyBytesMax);
  if (!body) co_return body.error();
  answer.body = std::move(*body);
  co_return answer;
}

}  // namespace jungle::oauth
