#include "e2e/transcript.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <boost/json/stream_parser.hpp>

#include "e2e/json_pattern.h"

namespace jungle::e2e {
namespace {

using Read = Result<void>;

Error unreadable(std::string why) { return {ErrorCode::kInvalidArgument, std::move(why), {}}; }

std::string_view without_spaces(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r";
  const auto begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) + 1 - begin);
}

std::optional<int> number_of(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What is left of a line.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(without_spaces(text)) {}

  std::string_view rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }
  std::string_view peek() const { return rest_.substr(0, rest_.find(' ')); }
  std::string take() {
    const std::string_view word = peek();
    rest_ = without_spaces(rest_.substr(word.size()));
    return std::string(word);
  }
  // A word that is not the beginning of JSON.
  bool has_word() const { return !rest_.empty() && rest_.front() != '{' && rest_.front() != '"'; }
  // A JSON string.
  std::optional<json::value> take_text() {
    if (rest_.empty() || rest_.front() != '"') return std::nullopt;
    json::stream_parser parser;
    boost::system::error_code ec;
    const std::size_t used = parser.write_some(rest_.data(), rest_.size(), ec);
    if (ec || !parser.done()) return std::nullopt;
    rest_ = without_spaces(rest_.substr(used));
    return parser.release();
  }

 private:
  std::string_view rest_;
};

bool is_verb(std::string_view word) {
  constexpr std::array<std::string_view, 12> kVerbs{"result", "error",  "status", "GET",     "DELETE",     "resume",
                                                    "end",    "hangup", "cut",    "failure", "initialize", "ping"};
  return word.find('/') != std::string_view::npos || std::find(kVerbs.begin(), kVerbs.end(), word) != kVerbs.end();
}

Read read_pattern_into(Step& step, Words& words) {
  if (words.empty()) return {};
  auto pattern = read_pattern(words.rest());
  if (!pattern) return pattern.error();
  step.payload = std::move(*pattern);
  return {};
}

// CODE "message" [data]
Read read_error(Step& step, Words& words) {
  const auto code = number_of(words.peek());
  if (!code) return unreadable("an error has a code");
  words.take();
  auto message = words.take_text();
  if (!message) return unreadable("an error has a text in quotation marks");
  json::object error{{"code", *code}, {"message", std::move(*message)}};
  if (!words.empty()) {
    auto data = read_pattern(words.rest());
    if (!data) return data.error();
    error["data"] = std::move(*data);
  }
  step.payload = std::move(error);
  return {};
}

// [LABEL] VERB [status N] [in LABEL] [session ID] [JSON]
Read read_message_line(Step& step, Words& words) {
  if (!is_verb(words.peek())) step.label = words.take();
  step.verb = words.take();
  if (!is_verb(step.verb)) return unreadable("'" + step.verb + "' is neither a method nor a verb");
  if (step.verb == "status") {
    step.status = number_of(words.take());
    if (!step.status) return unreadable("a status is a number");
  }
  while (words.has_word() && !number_of(words.peek())) {
    const std::string what = words.take();
    const std::string value = words.take();
    if (value.empty()) return unreadable("'" + what + "' lacks its value");
    if (what == "in") {
      step.place = value;
    } else if (what == "session") {
      step.session = value;
    } else if (what == "status" && number_of(value)) {
      step.status = number_of(value);
    } else {
      return unreadable("'" + what + "' is not understood here");
    }
  }
  return step.verb == "error" ? read_error(step, words) : read_pattern_into(step, words);
}

// admin > METHOD TARGET [JSON], admin < STATUS [JSON]
Read read_rest_line(Step& step, Words& words) {
  step.verb = words.take();
  if (step.kind == Step::Kind::kExpect) {
    step.status = number_of(step.verb);
    if (!step.status) return unreadable("an answer to REST begins with its status");
  } else {
    step.place = words.take();
    if (!step.place.starts_with('/')) return unreadable("a request of REST has a method and a path");
  }
  return read_pattern_into(step, words);
}

Read read_peer_line(Step& step, Words& words) {
  const std::string direction = words.take();
  if (direction == "handled") {
    step.kind = Step::Kind::kHandled;
    while (!words.empty())
      step.words.push_back(words.take());
    return step.words.empty() ? Read(unreadable("'handled' names methods, or nothing")) : Read();
  }
  if (direction != ">" && direction != "<")
    return unreadable("a line begins with a word that is known, or NAME > or <");
  step.kind = direction == ">" ? Step::Kind::kSend : Step::Kind::kExpect;
  return step.peer == kAdmin ? read_rest_line(step, words) : read_message_line(step, words);
}

Read read_time(Step& step, Words& words) {
  const std::string text = words.take();
  const auto unit = text.find_first_not_of("0123456789");
  const auto count = number_of(std::string_view(text).substr(0, unit));
  if (!count || unit == std::string::npos || !words.empty()) return unreadable("time is a number with ms, s or min");
  if (text.substr(unit) == "ms") {
    step.time = Millis(*count);
  } else if (text.substr(unit) == "s") {
    step.time = Seconds(*count);
  } else if (text.substr(unit) == "min") {
    step.time = std::chrono::minutes(*count);
  } else {
    return unreadable("time is a number with ms, s or min");
  }
  return {};
}

Read read_gateway_line(Step& step, Words& words) {
  step.kind = Step::Kind::kGateway;
  if (words.rest() == "stops") step.kind = Step::Kind::kStop;
  if (words.rest() == "stopped") step.kind = Step::Kind::kStopped;
  if (words.rest() == "restarts") step.kind = Step::Kind::kRestart;
  if (step.kind != Step::Kind::kGateway) return {};
  while (!words.empty()) {
    if (words.peek().find('=') == std::string_view::npos) return unreadable("the environment is NAME=VALUE");
    step.words.push_back(words.take());
  }
  return {};
}

// NAME WORD... [JSON]
Read read_setting(Step& step, Step::Kind kind, Words& words) {
  step.kind = kind;
  step.peer = words.take();
  if (step.peer.empty() || step.peer == kAdmin) return unreadable("this needs a name");
  while (words.has_word())
    step.words.push_back(words.take());
  const bool needs_words = kind != Step::Kind::kRegister;
  if (needs_words == step.words.empty()) return unreadable("there is a word too few or too many");
  return read_pattern_into(step, words);
}

Read read_line(Step& step, std::string_view text) {
  Words words(text);
  const std::string first = words.take();
  if (first == "~") return read_time(step, words);
  if (first == "gateway") return read_gateway_line(step, words);
  if (first == "server") return read_setting(step, Step::Kind::kServer, words);
  if (first == "offer") return read_setting(step, Step::Kind::kOffer, words);
  if (first == "register") return read_setting(step, Step::Kind::kRegister, words);
  if (first == "client") return read_setting(step, Step::Kind::kClient, words);
  step.peer = first;
  return read_peer_line(step, words);
}

}  // namespace

Result<Transcript> read_transcript(std::string_view text) {
  Transcript steps;
  int number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    const std::string_view content = without_spaces(line);
    if (content.empty() || content.front() == '#') continue;
    const bool continues = line.front() == ' ';
    if (continues && steps.empty()) return unreadable(std::to_string(number) + ": nothing stands before this");
    if (continues) {
      steps.back().text.append(" ").append(content);
      continue;
    }
    Step step;
    step.line = number;
    step.text = content;
    steps.push_back(std::move(step));
  }
  for (Step& step : steps) {
    if (auto read = read_line(step, std::string(step.text)); !read)
      return unreadable(std::to_string(step.line) + ": " + step.text + "\n  " + read.error().message);
  }
  if (steps.empty()) return unreadable("1: there is nothing in it");
  return steps;
}

}  // namespace jungle::e2e
