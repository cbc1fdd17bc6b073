// Conversations with the gateway as text: what tests/transcripts/*.mcp say, line by line (see the README there).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "base/result.h"
#include "base/time.h"

namespace jungle::e2e {

namespace json = boost::json;

// One line.
struct Step {
  enum class Kind : std::uint8_t {
    kGateway,   // words: its environment, NAME=VALUE.
    kServer,    // words: its revision, and what it is and offers.
    kOffer,     // words: its tools.
    kRegister,  // payload: what the registration says beside name and URL.
    kClient,    // words: its revision, and where it connects; payload: its capabilities.
    kSend,      // A peer's message into the gateway.
    kExpect,    // One out of it.
    kHandled,   // words: methods that a server answered by itself.
    kPass,      // time.
    kStop,
    kStopped,
    kRestart,
  };
  Kind kind = Kind::kPass;
  int line = 0;
  std::string text;  // For people.
  std::string peer;
  std::vector<std::string> words;
  Millis time{};
  // Of a message. `label` names a request, from where it is sent on. `verb` as of an Event, or "resume" or "cut".
  std::string label;
  std::string verb;
  std::string place;  // The label of the request on whose stream it goes; of REST, the target.
  std::string session;
  std::optional<int> status;
  std::optional<json::value> payload;  // A pattern.
};

using Transcript = std::vector<Step>;

// kInvalidArgument: a line that cannot be read; the message begins with its number.
Result<Transcript> read_transcript(std::string_view text);

// The peer that speaks REST.
inline constexpr std::string_view kAdmin = "admin";

}  // namespace jungle::e2e
