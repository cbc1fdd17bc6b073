// /health, /ready, /metadata, /init, and what only enterprise mode has.
#include "admin/admin_api.h"
#include "admin/error_response.h"
#include "admin_api/answers.h"

namespace jungle::admin {
namespace {

std::string shown_version(const std::string& version) {
  if (version.empty()) return "dev";
  const bool has_digit = version.front() >= '0' && version.front() <= '9';
  return has_digit ? "v" + version : version;
}

}  // namespace

// Liveness: answers whatever the state of the database. `/health?ready` is /ready.
Task<RestAnswer> AdminApi::health(const RestRequest& request) {
  if (!request.params.has("ready")) co_return json_answer(admin_api::render_health());
  co_return co_await ready(request);
}

Task<RestAnswer> AdminApi::ready(const RestRequest& request) {
  auto pong = co_await control_.ping();
  if (pong) co_return json_answer(admin_api::render_health());
  const Error& error = pong.error();
  log_.warn("not ready", {{"request_id", request.id}, {"error", error.message}, {"detail", error.detail}});
  co_return plain_error(503, "not ready: the database does not answer: " + error.message);
}

Task<RestAnswer> AdminApi::metadata(const RestRequest&) {
  co_return json_answer(admin_api::render_metadata(shown_version(options_.version)));
}

// Development mode initialises itself at its first start.
Task<RestAnswer> AdminApi::init(const RestRequest& request) {
  if (auto mode = admin_api::parse_init_mode(request.body); !mode) co_return failed(request, mode.error());
  co_return plain_error(400, "Server is already initialized");
}

Task<RestAnswer> AdminApi::enterprise_only(const RestRequest&) {
  co_return plain_error(403, "this request is only allowed in enterprise mode");
}

}  // namespace jungle::admin
