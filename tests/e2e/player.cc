#include "e2e/player.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "e2e/http_caller.h"
#include "e2e/json_pattern.h"
#include "e2e/scripted_client.h"
#include "e2e/scripted_server.h"
#include "e2e/test_gateway.h"
#include "e2e/world.h"
#include "store/testing/temp_folder.h"

namespace jungle::e2e {
namespace {

using Outcome = std::optional<std::string>;  // Why not.

constexpr Seconds kShutdownTime{10};  // As the program's.

std::string revision_of(const std::string& word) {
  if (word == "modern") return std::string(kModernRevision);
  return word == "legacy" ? "2025-11-25" : word;
}

// The JSON-RPC id of a request that a transcript calls `label`.
json::value id_of(const std::string& label) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(label.data(), label.data() + label.size(), number);
  if (error == std::errc() && end == label.data() + label.size()) return number;
  return json::value(label);
}

bool is_response(const std::string& verb) { return verb == "result" || verb == "error"; }
bool is_notification(const std::string& verb) { return verb.starts_with("notifications/"); }
// What belongs to an exchange as a whole.
bool is_outcome(const std::string& verb) {
  return verb == "status" || verb == "end" || verb == "hangup" || verb == "failure";
}
bool stays_open(const std::string& verb) { return verb == "GET" || verb == "subscriptions/listen" || verb == "resume"; }

// A request that has a label.
struct Opened {
  std::uint64_t exchange = 0;
  json::value id;
  std::string verb;
};

// A client or a server of the transcript.
struct Peer {
  std::unique_ptr<ScriptedClient> client;  // One of them.
  std::unique_ptr<ScriptedServer> server;
  std::map<std::string, Opened> opened;  // By label.

  std::deque<Event>& heard() { return client ? client->heard() : server->heard(); }
  bool is_open(std::uint64_t exchange) const { return client ? client->is_open(exchange) : server->is_open(exchange); }
};

class Player {
 public:
  explicit Player(const Transcript& transcript) : transcript_(transcript) {}

  std::optional<Departure> play();

 private:
  Outcome run(const Step& step);
  Outcome leftovers();
  Outcome end();
  Outcome restart();
  TestGateway& gateway();

  Outcome set_up(const Step& step);
  Outcome start_server(const Step& step);
  Outcome start_client(const Step& step);
  Outcome enroll(const Step& step);

  Outcome send(const Step& step);
  Outcome send_as_client(Peer& peer, const Step& step, json::value payload);
  Outcome send_as_server(Peer& peer, const Step& step, json::value payload);
  Outcome send_rest(const Step& step, const json::value& payload);

  Outcome expect(const Step& step);
  Outcome expect_event(Peer& peer, const Step& step);
  Outcome check(Peer& peer, const Step& step, const Event& event);
  Outcome expect_rest(const Step& step);
  Outcome expect_handled(const Step& step);

  const Transcript& transcript_;
  store::testing::TempFolder folder_;
  World world_;
  Variables variables_;
  std::vector<std::string> environment_;
  std::map<std::string, Peer> peers_;
  std::deque<Piece> rest_answers_;
  std::optional<TestGateway> gateway_;
  std::optional<HttpCaller> admin_;
};

TestGateway& Player::gateway() {
  if (gateway_) return *gateway_;
  app::Environment environment;
  for (const std::string& variable : environment_) {
    const auto equals = variable.find('=');
    environment[variable.substr(0, equals)] = variable.substr(equals + 1);
  }
  gateway_.emplace(world_, environment, folder_.file("mcpjungle.db"));
  admin_.emplace(world_, [this](std::uint64_t, const Piece& piece) { rest_answers_.push_back(piece); });
  return *gateway_;
}

std::optional<Departure> Player::play() {
  for (const Step& step : transcript_) {
    if (auto why = run(step)) return Departure{step.line, step.text + "\n  " + *why};
  }
  if (auto why = end()) return Departure{transcript_.back().line, "at the end\n  " + *why};
  return std::nullopt;
}

Outcome Player::run(const Step& step) {
  if (step.kind == Step::Kind::kExpect) return expect(step);
  if (step.kind == Step::Kind::kHandled) return expect_handled(step);
  if (auto why = leftovers()) return "before this, " + *why;
  switch (step.kind) {
    case Step::Kind::kSend:
      return send(step);
    case Step::Kind::kPass:
      world_.pass_time(step.time);
      return std::nullopt;
    case Step::Kind::kRestart:
      return restart();
    case Step::Kind::kStop:
      gateway().begin_to_stop(kShutdownTime);
      return std::nullopt;
    case Step::Kind::kStopped:
      if (!gateway().is_stopping()) return "nobody has told the gateway to stop";
      return gateway().is_stopped() ? Outcome() : "the gateway has not stopped yet";
    default:
      return set_up(step);
  }
}

Outcome Player::restart() {
  for (const auto& [name, peer] : peers_) {
    if (peer.client) return name + " would be left behind: clients come after a restart";
  }
  gateway().stop_now();
  for (auto& [name, peer] : peers_)
    peer.server->take_handled();
  admin_.reset();
  gateway_.reset();
  gateway();
  return std::nullopt;
}

Outcome Player::leftovers() {
  for (auto& [name, peer] : peers_) {
    if (!peer.heard().empty()) return name + " got what no line expects: " + text_of(peer.heard().front());
  }
  if (!rest_answers_.empty()) return "admin got what no line expects: " + rest_answers_.front().text;
  return std::nullopt;
}

Outcome Player::end() {
  if (auto why = leftovers()) return why;
  for (const auto& [name, peer] : peers_) {
    for (const auto& [label, request] : peer.opened) {
      if (request.exchange != 0 && !stays_open(request.verb) && peer.is_open(request.exchange))
        return "nobody has answered " + request.verb + " " + label + " of " + name;
    }
  }
  gateway().stop_now();
  if (const auto errors = world_.log.errors(); !errors.empty()) return "the log has an error: " + errors.front();
  return std::nullopt;
}

// --- what there is ---

Outcome Player::set_up(const Step& step) {
  if (step.kind == Step::Kind::kGateway) {
    if (gateway_) return "the gateway runs already";
    environment_ = step.words;
    return std::nullopt;
  }
  if (step.kind == Step::Kind::kServer) return start_server(step);
  if (step.kind == Step::Kind::kClient) return start_client(step);
  const auto peer = peers_.find(step.peer);
  if (peer == peers_.end() || !peer->second.server) return "no server is called " + step.peer;
  if (step.kind == Step::Kind::kRegister) return enroll(step);
  peer->second.server->offer_tools(step.words);
  return std::nullopt;
}

Outcome Player::start_server(const Step& step) {
  ServerTraits traits;
  traits.revision = revision_of(step.words.front());
  std::vector<std::string>* list = nullptr;
  for (auto word = step.words.begin() + 1; word != step.words.end(); ++word) {
    if (*word == "tools") {
      list = &traits.tools;
    } else if (*word == "prompts") {
      list = &traits.prompts;
    } else if (*word == "resources") {
      list = &traits.resources;
    } else if (list != nullptr) {
      list->push_back(*word);
    } else if (*word == "sessions") {
      traits.gives_sessions = true;
    } else if (*word == "listens") {
      traits.tells_of_changes = true;
    } else {
      return "'" + *word + "' is not understood here";
    }
  }
  Peer& peer = peers_[step.peer];
  if (peer.server || peer.client) return step.peer + " is there already";
  peer.server = std::make_unique<ScriptedServer>(world_, std::move(traits));
  variables_[step.peer + ".url"] = peer.server->url();
  return std::nullopt;
}

Outcome Player::start_client(const Step& step) {
  ClientTraits traits;
  traits.revision = revision_of(step.words.front());
  if (step.payload) traits.capabilities = step.payload->as_object();
  std::string path = "/mcp";
  if (step.words.size() == 3 && step.words[1] == "at") {
    path = step.words[2];
  } else if (step.words.size() != 1) {
    return "a client has a revision, and may be 'at' a path";
  }
  traits.url = gateway().url(path);
  Peer& peer = peers_[step.peer];
  if (peer.server || peer.client) return step.peer + " is there already";
  peer.client = std::make_unique<ScriptedClient>(world_, std::move(traits));
  const auto connected = peer.client->connect();
  return connected ? Outcome() : connected.error().message;
}

// Registers a server by REST, which has to succeed.
Outcome Player::enroll(const Step& step) {
  json::object body{{"name", step.peer}, {"transport", "streamable_http"}, {"url", variables_[step.peer + ".url"]}};
  if (step.payload) {
    for (const auto& [key, value] : step.payload->as_object())
      body[key] = value;
  }
  Step request;
  request.verb = "POST";
  request.place = "/api/v0/servers";
  if (auto why = send_rest(request, body)) return why;
  const std::string got = rest_answers_.empty() ? "nothing" : rest_answers_.front().text;
  const bool is_registered = rest_answers_.size() == 1 && rest_answers_.front().status == 201;
  rest_answers_.clear();
  peers_[step.peer].server->take_handled();
  peers_[step.peer].server->forget_heard();
  return is_registered ? Outcome() : "the registration led to " + got;
}

// --- what they say ---

Outcome Player::send(const Step& step) {
  json::value payload;
  if (step.payload) {
    auto complete = filled(*step.payload, variables_);
    if (!complete) return complete.error().message;
    payload = std::move(*complete);
  }
  if (step.peer == kAdmin) return send_rest(step, payload);
  const auto peer = peers_.find(step.peer);
  if (peer == peers_.end()) return "nobody is called " + step.peer;
  if (!step.place.empty() && !peer->second.opened.contains(step.place)) return "nothing is called " + step.place;
  const bool is_client = peer->second.client != nullptr;
  auto why = is_client ? send_as_client(peer->second, step, std::move(payload))
                       : send_as_server(peer->second, step, std::move(payload));
  world_.settle();
  return why;
}

Outcome Player::send_rest(const Step& step, const json::value& payload) {
  HttpCaller::Call call{step.verb, gateway().url(step.place), {}, ""};
  if (!payload.is_null()) {
    call.headers.emplace_back("Content-Type", "application/json");
    call.body = json::serialize(payload);
  }
  admin_->start(std::move(call));
  world_.settle();
  return std::nullopt;
}

Outcome Player::send_as_client(Peer& peer, const Step& step, json::value payload) {
  ScriptedClient& client = *peer.client;
  const auto known = peer.opened.find(step.label);
  const bool is_known = known != peer.opened.end();
  if (is_response(step.verb) || step.verb == "hangup") {
    if (!is_known) return "nothing is called " + step.label;
    if (step.verb == "hangup") {
      client.hang_up(known->second.exchange);
    } else {
      client.post(response_text(known->second.id, step.verb, payload));
    }
    return std::nullopt;
  }
  if (is_notification(step.verb)) {
    client.post(notification_text(step.verb, payload));
    return std::nullopt;
  }
  if (step.label.empty() || is_known) return "a request needs a label of its own";
  Opened request{0, id_of(step.label), step.verb};
  if (step.verb == "GET") {
    request.exchange = client.get();
  } else if (step.verb == "DELETE") {
    request.exchange = client.end_session();
  } else if (step.verb == "resume") {
    request.exchange = client.resume(peer.opened[step.place].exchange);
  } else {
    request.exchange = client.request(request.id, step.verb, std::move(payload));
    variables_[step.label] = request.id;
  }
  peer.opened.emplace(step.label, std::move(request));
  return std::nullopt;
}

Outcome Player::send_as_server(Peer& peer, const Step& step, json::value payload) {
  ScriptedServer& server = *peer.server;
  const std::string& where = step.place.empty() ? step.label : step.place;
  const auto known = peer.opened.find(where);
  if (known == peer.opened.end() || !server.is_open(known->second.exchange))
    return "no exchange '" + where + "' is open: say in which one";
  const Opened& request = known->second;
  if (is_response(step.verb)) {
    server.answer(request.exchange, response_text(request.id, step.verb, payload));
  } else if (step.verb == "status") {
    server.refuse(request.exchange, *step.status, payload.is_string() ? json::value_to<std::string>(payload) : "");
  } else if (step.verb == "cut") {
    server.cut(request.exchange);
  } else if (is_notification(step.verb)) {
    server.stream(request.exchange, notification_text(step.verb, payload));
  } else {
    const json::value id = id_of(step.label);
    server.stream(request.exchange, request_text(id, step.verb, payload));
    if (!peer.opened.emplace(step.label, Opened{0, id, step.verb}).second) return "a request needs a label of its own";
    variables_[step.label] = id;
  }
  return std::nullopt;
}

// --- what they get ---

// Whether an event is of the kind, and in the place, that a line names.
bool fits(const Peer& peer, const Step& step, const Event& event) {
  if (event.verb != step.verb) return false;
  const auto place = peer.opened.find(step.place);
  if (!step.place.empty() && (place == peer.opened.end() || event.exchange != place->second.exchange)) return false;
  if (is_response(step.verb) || is_outcome(step.verb)) {
    const auto request = peer.opened.find(step.label);
    if (request == peer.opened.end()) return false;
    const bool by_id = is_response(step.verb) && (peer.server || !step.place.empty());
    return by_id ? event.id == request->second.id : event.exchange == request->second.exchange;
  }
  if (is_notification(step.verb))
    return step.label.empty() && event.id.is_null() && (peer.server || !step.place.empty());
  return !step.label.empty() && !peer.opened.contains(step.label) && (event.verb == "GET" || !event.id.is_null());
}

Outcome Player::expect(const Step& step) {
  if (step.peer == kAdmin) return expect_rest(step);
  const auto peer = peers_.find(step.peer);
  if (peer == peers_.end()) return "nobody is called " + step.peer;
  return expect_event(peer->second, step);
}

// The oldest event that fits. On one exchange nothing may stand before it.
Outcome Player::expect_event(Peer& peer, const Step& step) {
  std::deque<Event>& heard = peer.heard();
  std::set<std::uint64_t> passed;
  for (auto event = heard.begin(); event != heard.end(); ++event) {
    if (passed.contains(event->exchange)) continue;
    if (!fits(peer, step, *event)) {
      passed.insert(event->exchange);
      continue;
    }
    if (auto why = check(peer, step, *event)) return why;
    if (!step.label.empty() && !is_response(step.verb) && !is_outcome(step.verb)) {
      variables_[step.label] = event->id;
      peer.opened.emplace(step.label, Opened{event->exchange, event->id, event->verb});
    }
    heard.erase(event);
    return std::nullopt;
  }
  if (heard.empty()) return step.peer + " got nothing, and nothing more comes unless time passes";
  std::string got = step.peer + " got something else:";
  for (const Event& event : heard)
    got += "\n    " + text_of(event);
  return got;
}

Outcome Player::check(Peer& peer, const Step& step, const Event& event) {
  const int status = step.status.value_or(200);
  if (peer.client && event.status != status) return "its status is " + std::to_string(event.status);
  if (!step.session.empty() && event.session != step.session) return "its session is '" + event.session + "'";
  if (step.payload) return mismatch(*step.payload, event.payload, variables_);
  const bool is_empty = event.payload.is_null() || event.payload == json::object();
  return is_empty ? Outcome() : "it says more: " + text_of(event);
}

Outcome Player::expect_rest(const Step& step) {
  if (rest_answers_.empty()) return "admin got nothing";
  const Piece piece = std::move(rest_answers_.front());
  rest_answers_.pop_front();
  const std::string got = std::to_string(piece.status) + " " + piece.text;
  if (piece.status != *step.status) return "admin got " + got;
  boost::system::error_code ec;
  const json::value body = piece.text.empty() ? json::value() : json::parse(piece.text, ec);
  if (ec) return "admin got no JSON: " + got;
  if (step.payload) return mismatch(*step.payload, body, variables_);
  return body.is_null() ? Outcome() : "admin got " + got;
}

Outcome Player::expect_handled(const Step& step) {
  const auto peer = peers_.find(step.peer);
  if (peer == peers_.end() || !peer->second.server) return "no server is called " + step.peer;
  std::string handled;
  for (const std::string& method : peer->second.server->take_handled())
    handled += (handled.empty() ? "" : " ") + method;
  if (handled.empty()) handled = "nothing";
  std::string expected;
  for (const std::string& word : step.words)
    expected += (expected.empty() ? "" : " ") + word;
  return handled == expected ? Outcome() : step.peer + " handled " + handled;
}

}  // namespace

std::optional<Departure> play(const Transcript& transcript) { return Player(transcript).play(); }

}  // namespace jungle::e2e
