#include "admin/control_plane.h"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

namespace jungle::admin {
namespace {

// As Catalog::add says it; the database's own words are part of it since scripts look for UNIQUE.
Error already_exists(const std::string& name) {
  return {ErrorCode::kConflict,
          "failed to register mcp server: MCP server " + name +
              " already exists: deregister it first, or register with force to replace it (UNIQUE constraint failed: "
              "mcp_servers.name)",
          {}};
}

Error in_progress(const std::string& name) {
  return {ErrorCode::kConflict,
          "failed to register mcp server: another registration of MCP server " + name +
              " is in progress; try again when it has ended",
          {}};
}

// HTTP 401 at registration. Which credential a server wants is for the person who registers it to say.
Error as_wrong_input(Error error) {
  if (error.code == ErrorCode::kUnauthenticated) error.code = ErrorCode::kInvalidArgument;
  return error;
}

}  // namespace

// Reserves a name in `names` while it lives.
class ControlPlane::NameTaken {
 public:
  NameTaken(std::set<std::string, std::less<>>& names, const std::string& name)
      : names_(names), place_(names.insert(name)) {}
  NameTaken(const NameTaken&) = delete;
  NameTaken& operator=(const NameTaken&) = delete;
  ~NameTaken() {
    if (place_.second) names_.erase(place_.first);
  }
  bool by_us() const { return place_.second; }

 private:
  std::set<std::string, std::less<>>& names_;
  std::pair<std::set<std::string, std::less<>>::iterator, bool> place_;
};

ControlPlane::ControlPlane(Executor control, catalog::Catalog& catalog, catalog::CatalogRepository& repository,
                           upstream::Discoverer& discoverer, telemetry::Log& log)
    : control_(control), catalog_(catalog), repository_(repository), discoverer_(discoverer), log_(log) {}

// The coroutine is made on the caller's executor and begins, as it goes on, on the control executor.
template <typename T>
Task<Result<T>> ControlPlane::on_control(Task<Result<T>> work) {
  co_return co_await asio::co_spawn(control_, std::move(work), use_task);
}

Task<Result<ControlPlane::Entry>> ControlPlane::register_server(catalog::ServerSpec spec, Force force) {
  co_return co_await on_control(run_register(std::move(spec), force));
}

Task<Result<ControlPlane::Entry>> ControlPlane::run_register(catalog::ServerSpec spec, Force force) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const std::string name = spec.name.str();
  if (force == Force::kNo && published().load()->find_server(name)) co_return already_exists(name);
  const NameTaken taken(registering_, name);
  if (!taken.by_us()) co_return in_progress(name);

  upstream::Attempt attempt;
  auto discovery = co_await discoverer_.discover(spec, attempt);
  if (!discovery) co_return as_wrong_input(discovery.error());
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_return co_await run_store(std::move(spec), std::move(*discovery), force);
}

Task<Result<ControlPlane::Entry>> ControlPlane::run_store(catalog::ServerSpec spec, catalog::Discovery discovery,
                                                          Force force) {
  const std::string name = spec.name.str();
  auto change = force == Force::kYes ? catalog_.replace(std::move(spec), std::move(discovery))
                                     : catalog_.add(std::move(spec), std::move(discovery));
  auto entry = co_await std::move(change);
  if (!entry) co_return with_context(entry.error(), "failed to register mcp server");
  const catalog::ServerEntry& server = **entry;
  for (const std::string& warning : server.warnings)
    log_.warn("registered, with something set aside", {{"server", name}, {"what", warning}});
  if (catalog::overrides_bearer_token(server.spec))
    log_.info("the Authorization header of headers is sent instead of bearer_token", {{"server", name}});
  log_.info("registered", {{"server", name},
                           {"tools", server.tools.size()},
                           {"prompts", server.prompts.size()},
                           {"resources", server.resources.size()}});
  co_return entry;
}

Task<Result<void>> ControlPlane::remove_server(catalog::ServerName name) {
  co_return co_await on_control(run_remove(std::move(name)));
}

Task<Result<void>> ControlPlane::run_remove(catalog::ServerName name) {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  const std::string server = name.str();
  auto removed = co_await catalog_.remove(std::move(name));
  if (removed) log_.info("deregistered", {{"server", server}});
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
