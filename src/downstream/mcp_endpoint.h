// The front door for MCP clients over streamable HTTP.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <boost/intrusive/list.hpp>

#include "base/task_group.h"
#include "downstream/change_stream.h"
#include "downstream/client_questions.h"
#include "downstream/endpoint_peers.h"
#include "downstream/response_writer.h"
#include "downstream/session_table.h"
#include "http/exchange.h"
#include "mcp/json_reader.h"
#include "mcp/resource_feed.h"
#include "mcp/service.h"
#include "telemetry/log.h"

namespace jungle::downstream {

// Who calls, where nobody has to say who they are.
inline constexpr const char* kAnonymous = "anonymous";

struct EndpointOptions {
  std::string server_info;      // Raw JSON of our `serverInfo`.
  std::string sse_server_info;  // The same for clients of HTTP+SSE.
  std::string scope = {};       // Of `/mcp`; empty: the whole gateway.
  std::string sse_scope = {};   // Of `/sse`, likewise.
};

// Serves `/mcp` and `/mcp/{server}` to clients of every era: reads a message, decides its era, and calls the service in
// the modern dialect. Modern requests are stateless; legacy clients have a session (`initialize`, GET stream, DELETE,
// resumable answers, subscriptions), 2025-03-26 clients may send batches.
//
// One per worker, owned by it; used on its executor. Does not check Host and Origin (the front door of the whole server
// did) and does not route: the service does.
class McpEndpoint {
 public:
  McpEndpoint(Executor executor, telemetry::Log& log, mcp::Service& service, mcp::ResourceFeed& feed,
              SessionTable& sessions, EndpointPeers& peers, EndpointOptions options);
  McpEndpoint(const McpEndpoint&) = delete;
  McpEndpoint& operator=(const McpEndpoint&) = delete;
  ~McpEndpoint();

  // Answers one exchange. `scope` is the server that the path names, or empty.
  Task<void> handle(http::Exchange& exchange, std::string_view scope);
  // The two addresses of HTTP+SSE, for clients of 2024-11-05 (basic/transports): the stream, and where they post to.
  Task<void> handle_sse(http::Exchange& exchange);
  Task<void> handle_message(http::Exchange& exchange);

  // What other workers tell (EndpointPeers). On this executor.
  void lists_changed(const ListChanges& changes);
  void resource_updated(const ResourceUpdate& update);
  void cancel_call(const ClientSession& session, const std::string& id);
  void session_changed(const ClientSession& session);  // Ended, or has a newer stream: streams look again.
  void stream_grew(const ReplayStream& stream);
  void sse_grew(const std::string& id);

  // Ends what runs in the background. Call once the server has stopped.
  Task<void> stop();

 private:
  using Session = std::shared_ptr<ClientSession>;

  // Who makes a call, and how the answer shall look.
  struct Caller {
    mcp::CallContext context;
    ClientForm form;
    Session session;                                                                // Null for modern clients.
    std::optional<std::vector<std::pair<std::string, std::string>>> param_headers;  // Of modern clients.
  };
  // A call while it runs: for notifications/cancelled and the end of its session.
  struct RunningCall : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    const ClientSession* session = nullptr;  // Null for modern clients.
    std::string_view id;
    std::function<void()> cancel;
  };
  struct Listening;
  struct SseOrigin;

  // mcp_endpoint.cc: what a request is.
  Task<void> post(http::Exchange& exchange, std::string_view scope);
  Task<void> refuse_method(http::Exchange& exchange);
  Task<void> refuse_content_type(http::Exchange& exchange);
  Task<void> accept(http::Exchange& exchange);
  Task<void> answer(http::Exchange& exchange, int status, std::string id, mcp::Response response);
  mcp::CallContext make_call(http::Exchange& exchange, std::string_view scope);
  Task<void> run_call(http::Exchange& exchange, Caller caller, mcp::Request request);
  Task<Result<mcp::Response>> answer_of(DeadlineList& deadlines, const Session& session, const mcp::CallContext& call,
                                        mcp::EventSink& events, mcp::Request request);

  // modern_post.cc
  Task<void> modern_request(http::Exchange& exchange, std::string_view scope, mcp::Request request);

  // legacy_post.cc
  Task<void> legacy_request(http::Exchange& exchange, std::string_view scope, mcp::Request request);
  Task<void> legacy_notification(http::Exchange& exchange, std::string_view scope, mcp::Notification notification);
  Task<void> legacy_response(http::Exchange& exchange, std::string_view scope, mcp::IncomingResponse response);
  Task<void> legacy_batch(http::Exchange& exchange, std::string_view scope);
  Task<void> legacy_call(http::Exchange& exchange, Session session, mcp::Request request);
  Task<void> initialize(http::Exchange& exchange, std::string_view scope, mcp::Request request);
  static Session new_session(std::string_view scope, const mcp::Request& request);
  mcp::CallContext new_call(const ClientSession& session, SteadyTime deadline);
  Task<Result<mcp::Response>> discover(const mcp::CallContext& call);
  Task<Result<mcp::Response>> initialize_result(const mcp::CallContext& call, const Session& session,
                                                std::string_view server_info);
  Task<Result<mcp::Response>> change_subscription(Session session, mcp::Request request, const mcp::CallContext& call);
  Task<std::string> batch_item(std::string text, const Session& session, const mcp::CallContext& call);
  void tell_cancelled(const Session& session, const std::string& params);
  void tell_answered(const Session& session, mcp::IncomingResponse incoming);
  mcp::CallContext session_call(http::Exchange& exchange, const Session& session);

  // listen.cc
  Task<void> listen(http::Exchange& exchange, std::string_view scope, mcp::Request request);
  Task<void> refuse_listener(http::Exchange& exchange, std::string id);
  Task<bool> start_listening(http::Exchange& exchange, mcp::Request request, Listening& listening);
  Task<Result<std::string>> capabilities_of(const mcp::CallContext& call);
  using Watching = Task<Result<mcp::ResourceWatchPtr>>;
  Task<std::vector<std::string>> watch_all(std::vector<std::string> names, std::function<Watching(std::string)> watch,
                                           WatchList& watched);
  Task<Result<void>> write_tasks(http::Exchange& exchange, Listening& listening);
  Task<std::optional<std::string>> task_news(const mcp::CallContext& call, std::string_view subscription_id,
                                             std::string id);

  // sse_stream.cc, sse_message.cc
  Task<void> run_sse(http::Exchange& exchange, SseSession& sse, ChangeStream& stream);
  Task<void> run_sse_request(std::shared_ptr<SseSession> sse, mcp::Request request, SseOrigin origin);
  Task<mcp::Response> initialize_sse(SseSession& sse, mcp::Request request, SseOrigin& origin);
  Task<std::optional<mcp::Response>> answer_sse(SseSession& sse, Session client, mcp::Request request,
                                                SseOrigin& origin);

  // legacy_session.cc
  Result<Session> session_of(http::Exchange& exchange, std::string_view scope);
  Task<void> refuse_session(http::Exchange& exchange, std::string id, const Error& why);
  Task<void> open_stream(http::Exchange& exchange, std::string_view scope);
  Task<void> run_stream(http::Exchange& exchange, const Session& session, std::uint32_t serial);
  Task<void> watch_again(http::Exchange& exchange, const Session& session, std::vector<std::string> uris);
  Task<void> resume(http::Exchange& exchange, const Session& session, ReplayStore::Position position);
  Task<void> end_session(http::Exchange& exchange, std::string_view scope);

  Executor executor_;
  telemetry::Log& log_;
  mcp::Service& service_;
  mcp::ResourceFeed& feed_;
  SessionTable& sessions_;
  EndpointPeers& peers_;
  EndpointOptions options_;
  TaskGroup background_;
  ClientQuestions questions_;
  std::uint64_t next_request_ = 1;
  std::unordered_map<std::string, Session> known_sessions_;
  std::unordered_map<std::string, std::size_t> listens_;  // `subscriptions/listen` streams, by principal.
  boost::intrusive::list<RunningCall, boost::intrusive::constant_time_size<false>> running_;
  boost::intrusive::list<ChangeStream, boost::intrusive::constant_time_size<false>> streams_;
};

}  // namespace jungle::downstream
