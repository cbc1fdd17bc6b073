#include "admin/control_plane.h"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

namespace jungle::admin {
ControlPlane::ControlPlane(Executor control, catalog::Catalog& catalog, catalog::CatalogRepository& repository,
                           Registrar& registrar, upstream::Relister& relister, const upstream::HealthBoard& health,
                           telemetry::Log& log)
    : control_(control),
      catalog_(catalog),
      repository_(repository),
      registrar_(registrar),
      relister_(relister),
      health_(health),
      log_(log) {}

// The coroutine is made on the caller's executor and begins, as it goes on, on the control executor.
template <typename T>
Task<Result<T>> ControlPlane::on_control(Task<Result<T>> work) {
  co_return co_await asio::co_spawn(control_, std::move(work), use_task);
}

Task<Result<Registered>> ControlPlane::register_server(catalog::ServerSpec spec, Force force) {
  co_return co_await on_control(run_register(std::move(spec), force));
}

Task<Result<Registered>> ControlPlane::run_register(catalog::ServerSpec spec, Force force) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_return co_await registrar_.register_server(std::move(spec), force);
}

Task<Result<Registered>> ControlPlane::authorize_server(catalog::ServerName name, std::string redirect_uri) {
  co_return co_await on_control(run_authorize(std::move(name), std::move(redirect_uri)));
}

Task<Result<Registered>> ControlPlane::run_authorize(catalog::ServerName name, std::string redirect_uri) {
  co_await asio::this_coro::throw_if_cancelled(false);
  co_return co_await registrar_.authorize(std::move(name), std::move(redirect_uri));
}

Task<Result<Registered>> ControlPlane::complete_authorization(std::string session_id,
                                                              oauth::AuthorizationResponse response) {
  co_return co_await on_control(run_complete(std::move(session_id), std::move(response)));
}

Task<Result<Registered>> ControlPlane::run_complete(std::string session_id, oauth::AuthorizationResponse response) {
  co_await asio::this_coro::throw_if_cancelled(false);
  auto completed = co_await registrar_.complete(std::move(session_id), std::move(response));
  // It may have been left alone until now, or may be down: then it is tried again.
  if (completed && completed->is_reauthorization) relister_.refresh(completed->entry->spec.name, nullptr);
  co_return completed;
}

Task<Result<Registrar::Entry>> ControlPlane::refresh_server(catalog::ServerName name) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const Executor executor = co_await asio::this_coro::executor;
  const auto reply = std::make_shared<upstream::Relister::EntryReply>(executor);
  relister_.refresh(std::move(name), reply);
  auto listed = co_await reply->wait();
  if (!listed) co_return Error{ErrorCode::kCancelled, "the caller went away", {}};
  co_return std::move(*listed);
}

Task<Result<void>> ControlPlane::remove_server(catalog::ServerName name) {
  co_return co_await on_control(run_remove(std::move(name)));
}

Task<Result<void>> ControlPlane::run_remove(catalog::ServerName name) {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  const std::string server = name.str();
  auto removed = co_await catalog_.remove(name);
  if (!removed) co_return removed;
  registrar_.forget_grant(name);
  log_.info("deregistered", {{"server", server}});
  co_return removed;
}

Task<Result<catalog::Changed>> ControlPlane::set_server_enabled(catalog::ServerName name, bool enabled) {
  co_return co_await on_control(run_set_server(std::move(name), enabled));
}

Task<Result<catalog::Changed>> ControlPlane::run_set_server(catalog::ServerName name, bool enabled) {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_return co_await catalog_.set_server_enabled(std::move(name), enabled);
}

Task<Result<std::vector<std::string>>> ControlPlane::set_tools_enabled(std::string entity, bool enabled) {
  co_return co_await on_control(run_set_tools(std::move(entity), enabled));
}

Task<Result<std::vector<std::string>>> ControlPlane::run_set_tools(std::string entity, bool enabled) {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_return co_await catalog_.set_tools_enabled(std::move(entity), enabled);
}

Task<Result<std::vector<std::string>>> ControlPlane::set_prompts_enabled(std::string entity, bool enabled) {
  co_return co_await on_control(run_set_prompts(std::move(entity), enabled));
}

Task<Result<std::vector<std::string>>> ControlPlane::run_set_prompts(std::string entity, bool enabled) {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_return co_await catalog_.set_prompts_enabled(std::move(entity), enabled);
}

Task<Result<void>> ControlPlane::ping() { co_return co_await on_control(run_ping()); }

Task<Result<void>> ControlPlane::run_ping() {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_return co_await repository_.ping();
}

}  // namespace jungle::admin
