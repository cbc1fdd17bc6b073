#include <functional>
#include <utility>

#include "downstream/error_response.h"
#include "downstream/limits.h"
#include "downstream/listen_filter.h"
#include "downstream/listen_place.h"
#include "downstream/mcp_endpoint.h"
#include "downstream/request_check.h"
#include "mcp/error_code.h"
#include "mcp/json_object.h"
#include "mcp/json_reader.h"
#include "mcp/meta_keys.h"
#include "mcp/tasks.h"

namespace jungle::downstream {
namespace {

std::string acknowledgement(std::string_view id, const ListenFilter& filter) {
  mcp::JsonObject meta;
  meta.add(mcp::kSubscriptionIdMeta, id);
  mcp::JsonObject params;
  params.add("_meta", meta.text());
  params.add("notifications", text_of(filter));
  return R"({"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":)" + params.text() + "}";
}

std::string final_response(std::string_view id, std::string_view server_info) {
  mcp::JsonObject meta;
  meta.add(mcp::kSubscriptionIdMeta, id);
  meta.add(mcp::kServerInfoMeta, server_info);
  mcp::JsonObject result;
  result.add("resultType", "\"complete\"");
  result.add("_meta", meta.text());
  return R"({"jsonrpc":"2.0","id":)" + std::string(id) + ",\"result\":" + result.text() + "}";
}

}  // namespace

// One `subscriptions/listen` (MCP 2026-07-28 basic/patterns/subscriptions).
struct McpEndpoint::Listening {
  explicit Listening(Executor executor) : stream(executor) {}
  mcp::CallContext call;  // As which tasks are watched.
  WatchList watched;
  WatchList tasks;
  ChangeStream stream;
};

// Lives until the client hangs up or the gateway stops.
Task<void> McpEndpoint::listen(http::Exchange& exchange, std::string_view scope, mcp::Request request) {
  const ListenPlace place(listens_, kAnonymous);
  if (place.is_one_too_many()) co_return co_await refuse_listener(exchange, request.id);
  Listening listening(executor_);
  listening.stream.scope = scope;
  listening.stream.subscription_id = request.id;
  listening.stream.watched = &listening.watched;
  listening.stream.tasks = &listening.tasks;
  const bool is_open = co_await start_listening(exchange, std::move(request), listening);
  if (!is_open) co_return;
  for (;;) {
    const auto written = co_await write_news(exchange, listening.stream);
    if (!written) break;
    const auto told = co_await write_tasks(exchange, listening);
    if (!told) break;
    if (listening.stream.has_news()) continue;
    const bool more = co_await wait_for_news(exchange, listening.stream);
    if (!more) break;
  }
  if (exchange.cancel_reason() != http::CancelReason::kShutdown) co_return;  // The client is gone.
  co_await exchange.reset_cancellation();
  exchange.set_deadline(exchange.deadlines().coarse_now() + kFarewellTime);
  const std::string last = final_response(listening.stream.subscription_id, options_.server_info);
  const auto said = co_await write_message(exchange, last, std::string_view());
  if (!said) co_return;
  const auto ended = co_await exchange.finish();
  (void)ended;
}

Task<void> McpEndpoint::refuse_listener(http::Exchange& exchange, std::string id) {
  const std::string limit = std::to_string(kListensMax);
  const Error error{ErrorCode::kLimitExceeded, "a client may have " + limit + " streams of changes at once", {}};
  return answer(exchange, 429, std::move(id), error_response(error, std::to_string(next_request_++)));
}

// Acknowledges what of the request can be served, or refuses it: false.
Task<bool> McpEndpoint::start_listening(http::Exchange& exchange, mcp::Request request, Listening& listening) {
  mcp::Response refusal;
  auto filter = read_listen_filter(request.params.find("notifications").value_or("null"));
  if (!filter) {
    refusal = mcp::Response::error(mcp::kInvalidParams, filter.error().message);
    co_await answer(exchange, 400, request.id, std::move(refusal));
    co_return false;
  }
  const auto declared = request.params.find_meta(mcp::kClientCapabilitiesMeta).value_or("{}");
  const bool takes_tasks = mcp::declares_tasks(declared);
  if (!filter->tasks.empty() && !takes_tasks) {
    co_await answer(exchange, 400, request.id, mcp::missing_tasks_capability());
    co_return false;
  }
  if (!accepts_stream(exchange)) {
    refusal = mcp::Response::error(mcp::kInvalidRequest, "Not Acceptable: the client must accept text/event-stream");
    co_await answer(exchange, 406, request.id, std::move(refusal));
    co_return false;
  }
  mcp::CallContext& call = listening.call;
  call = make_call(exchange, listening.stream.scope);
  call.takes_tasks = takes_tasks;
  // From now on, so that nothing is missed until the acknowledgement.
  listening.stream.wanted = filter->lists;
  streams_.push_back(listening.stream);
  auto capabilities = co_await capabilities_of(call);
  if (!capabilities) {
    const int status = capabilities.error().code == ErrorCode::kNotFound ? 404 : 200;
    co_await answer(exchange, status, request.id, error_response(capabilities.error(), call.request_id));
    co_return false;
  }
  *filter = honoured(std::move(*filter), *capabilities);
  listening.stream.wanted = filter->lists;
  listening.stream.pending = listening.stream.pending.only(filter->lists);
  std::function<Watching(std::string)> resource = [&](std::string uri) { return feed_.watch(std::move(uri), call); };
  filter->resources = co_await watch_all(std::move(filter->resources), std::move(resource), listening.watched);
  std::function<Watching(std::string)> task = [&](std::string id) { return feed_.watch_task(std::move(id), call); };
  filter->tasks = co_await watch_all(std::move(filter->tasks), std::move(task), listening.tasks);
  if (exchange.cancel_reason() != http::CancelReason::kNone) co_return false;
  exchange.set_deadline(kNever);
  const std::string first = acknowledgement(request.id, *filter);
  const auto started = co_await start_event_stream(exchange, "message", first);
  co_return started.has_value();
}

// What the endpoint of `call` can do, raw JSON.
Task<Result<std::string>> McpEndpoint::capabilities_of(const mcp::CallContext& call) {
  auto discovered = co_await discover(call);
  if (!discovered) co_return discovered.error();
  const auto members = mcp::read_params(std::string(discovered->payload()));
  co_return std::string(members ? members->find("capabilities").value_or("{}") : "{}");
}

// Watches what can be watched, all at once; returns the names of that.
Task<std::vector<std::string>> McpEndpoint::watch_all(std::vector<std::string> names,
                                                      std::function<Watching(std::string)> watch, WatchList& watched) {
  std::vector<std::pair<std::string, Watching>> started;
  for (std::string& name : names)
    started.emplace_back(name, watch(name));
  std::vector<std::string> confirmed;
  for (auto& [name, watching] : started) {
    auto found = co_await std::move(watching);
    if (!found) {
      log_.debug("a resource or task is not watched", {{"reason", found.error().message}});
      continue;
    }
    if (watched.add(name, std::move(*found))) confirmed.push_back(std::move(name));
  }
  co_return confirmed;
}

// Tells of tasks that have changed: as they are now, whatever was said of them.
Task<Result<void>> McpEndpoint::write_tasks(http::Exchange& exchange, Listening& listening) {
  for (std::string& id : std::exchange(listening.stream.changed_tasks, {})) {
    mcp::CallContext call = listening.call;
    call.deadline = exchange.deadlines().coarse_now() + kTaskLookTime;
    const auto message = co_await task_news(call, listening.stream.subscription_id, std::move(id));
    if (!message) continue;
    auto written = co_await write_message(exchange, *message, std::string_view());
    if (!written) co_return written;
  }
  co_return Result<void>();
}

// `notifications/tasks`; nothing if the task is not there any more, or cannot be asked for.
Task<std::optional<std::string>> McpEndpoint::task_news(const mcp::CallContext& call, std::string_view subscription_id,
                                                        std::string id) {
  mcp::JsonObject asked;
  asked.add("taskId", mcp::json_string(id));
  mcp::Request request;
  request.method = mcp::Method::kTasksGet;
  request.method_name = mcp::text_of(request.method);
  request.params = *mcp::read_params(asked.text());
  mcp::NoEvents nobody;
  auto answer = co_await service_.handle(std::move(request), call, nobody);
  if (!answer || answer->is_error()) co_return std::nullopt;
  auto task = mcp::read_params(std::string(answer->payload()));
  if (!task) co_return std::nullopt;
  mcp::Params::Changes changes;
  changes.members.push_back({"resultType", {}});
  changes.meta.push_back({mcp::kSubscriptionIdMeta, subscription_id});
  changes.drop_protocol_meta = true;
  co_return R"({"jsonrpc":"2.0","method":"notifications/tasks","params":)" + task->render(changes) + "}";
}

void McpEndpoint::resource_updated(const ResourceUpdate& update) {
  for (ChangeStream& stream : streams_) {
    if (stream.tasks != nullptr) {
      for (auto& [id, watch] : stream.tasks->of(update.server, update.own_uri))
        stream.add_task(std::move(id));
    }
    if (stream.watched == nullptr) continue;
    for (auto& [uri, watch] : stream.watched->of(update.server, update.own_uri)) {
      if (feed_.leads_to(uri, std::string(stream.scope), *watch)) stream.add_update(std::move(uri));
    }
  }
}

}  // namespace jungle::downstream
