// Asking a server for its lists, over each kind of connection.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "upstream/channel_opening.h"
#include "upstream/http_link.h"
#include "upstream/listed_words.h"
#include "upstream/listing.h"
#include "upstream/server_state.h"
#include "upstream/worker.h"

namespace jungle::upstream {

// What a modern server is told that its clients can do while it is listed, raw JSON: `capabilities` and, where calls
// pass it on, the extension of tasks.
std::string listed_capabilities(const catalog::ServerSpec& spec, mcp::ClientCapabilities capabilities);

// Asks over a session that was opened for it, each question within the server's call timeout.
class ChannelConversation final : public Conversation {
 public:
  ChannelConversation(Time& time, const ServerFacts& facts, OpenedSession opened, std::atomic<std::uint64_t>& ids,
                      std::string capabilities)
      : time_(time), facts_(facts), opened_(std::move(opened)), ids_(ids), capabilities_(std::move(capabilities)) {}

  Task<Result<mcp::Response>> ask(std::string method, std::string members) override;
  bool take_change() override { return opened_.session->take_change(); }

 private:
  Time& time_;
  const ServerFacts& facts_;
  OpenedSession opened_;
  std::atomic<std::uint64_t>& ids_;
  const std::string capabilities_;
};

// Asks the process of a stateful server that calls share whose clients can do nothing.
class SharedConversation final : public Conversation {
 public:
  SharedConversation(Worker& worker, std::shared_ptr<ServerState> state, Era era)
      : worker_(worker),
        state_(std::move(state)),
        era_(era),
        capabilities_(listed_capabilities(state_->facts->spec, mcp::ClientCapabilities::all())) {}

  Task<Result<mcp::Response>> ask(std::string method, std::string members) override;
  bool take_change() override { return false; }  // Its home hears that.

 private:
  Worker& worker_;
  const std::shared_ptr<ServerState> state_;
  const Era era_;
  const std::string capabilities_;
};

// Asks an HTTP server over a link that was opened for it.
class HttpConversation final : public Conversation {
 public:
  // `words` hears what the server says besides its answers.
  HttpConversation(HttpPlace place, HttpLinkPtr link, std::string capabilities, ListedWords& words)
      : place_(std::move(place)), link_(std::move(link)), capabilities_(std::move(capabilities)), words_(words) {}

  Task<Result<mcp::Response>> ask(std::string method, std::string members) override;
  bool take_change() override { return words_.take_change(); }

 private:
  const HttpPlace place_;
  const HttpLinkPtr link_;
  const std::string capabilities_;
  ListedWords& words_;
};

}  // namespace jungle::upstream
