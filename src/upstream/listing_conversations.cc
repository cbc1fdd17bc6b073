#include "upstream/listing_conversations.h"

#include <array>
#include <span>
#include <utility>

#include <boost/asio/dispatch.hpp>

#include "base/with_deadline.h"
#include "upstream/hop.h"
#include "upstream/server_errors.h"

namespace jungle::upstream {
namespace {

// What comes on the stream of an answer.
class WordsOfPost final : public PostListener {
 public:
  explicit WordsOfPost(ListedWords& words) : words_(words) {}

  Task<void> on_notification(mcp::Notification notification, http::ClientResponse&) override {
    words_.take(notification);
    co_return;
  }
  Task<void> on_request(mcp::Request request, http::ClientResponse&) override {
    words_.take(request);
    co_return;
  }

 private:
  ListedWords& words_;
};

}  // namespace

std::string listed_capabilities(const catalog::ServerSpec& spec, mcp::ClientCapabilities capabilities) {
  const bool keeps_tasks =
      spec.transport == catalog::Transport::kStreamableHttp || spec.session_mode == catalog::SessionMode::kStateful;
  return declared_capabilities(capabilities, capabilities.any() && keeps_tasks);
}

Task<Result<mcp::Response>> ChannelConversation::ask(std::string method, std::string members) {
  const std::string params = own_params(opened_.greeting.era, members, facts_.client_info, capabilities_);
  auto question = opened_.session->request(ids_.fetch_add(1), method, params);
  auto answer = co_await with_deadline(time_, time_.steady_now() + facts_.call_timeout, std::move(question));
  if (!answer && answer.error().code == ErrorCode::kDeadlineExceeded) {
    co_return call_timeout_error(facts_.spec, method, facts_.call_timeout);
  }
  co_return answer;
}

Task<Result<mcp::Response>> SharedConversation::ask(std::string method, std::string members) {
  const ServerFacts& facts = *state_->facts;
  const std::string params = own_params(era_, members, facts.client_info, capabilities_);
  const std::uint64_t id = state_->ids.fetch_add(1);
  const auto call = std::make_shared<ChannelCall>(worker_.executor, id, request_text(id, method, params));
  asio::dispatch(state_->home.executor, [state = state_, call] { state->channels->first().submit(call); });
  auto answering = answer_of(call, facts.spec);
  auto answer =
      co_await with_deadline(worker_.time, worker_.time.steady_now() + facts.call_timeout, std::move(answering));
  if (answer || answer.error().code != ErrorCode::kDeadlineExceeded) co_return answer;
  asio::dispatch(state_->home.executor,
                 [state = state_, id] { state->channels->first().cancel(id, "listing took too long"); });
  co_return call_timeout_error(facts.spec, method, facts.call_timeout);
}

Task<Result<mcp::Response>> HttpConversation::ask(std::string method, std::string members) {
  const catalog::ServerSpec& spec = place_.facts.spec;
  const bool is_modern = link_->era == Era::kModern;
  const std::string params = own_params(link_->era, members, place_.facts.client_info, capabilities_);
  const std::array<http::Header, 1> mirrored{http::Header{"Mcp-Method", method}};
  const HttpPost request{
      .endpoint = place_.endpoint,
      .token = place_.token.get(),
      .fixed_headers = link_->headers,
      .headers = is_modern ? std::span<const http::Header>(mirrored) : std::span<const http::Header>(),
      .id = place_.ids.fetch_add(1),
      .method = method,
      .params = params,
      .form = is_modern ? mcp::ResultForm::kModern : mcp::ResultForm::kLegacy,
      .resuming = is_modern ? Resuming::kNever : Resuming::kIfOffered,
      .deadline = place_.worker.time.steady_now() + place_.facts.call_timeout};
  WordsOfPost listener(words_);
  auto answer = co_await post(place_.worker, request, listener);
  if (!answer) {
    if (answer.error().code == ErrorCode::kDeadlineExceeded) {
      co_return call_timeout_error(spec, method, place_.facts.call_timeout);
    }
    co_return connect_error(spec, answer.error(), place_.endpoint.url().host_is_loopback());
  }
  if (answer->refusal) *place_.refusal = answer->refusal;
  if (!answer->response || answer->is_refused()) co_return answer_error(spec, *answer, place_.token.get());
  co_return std::move(*answer->response);
}

}  // namespace jungle::upstream
