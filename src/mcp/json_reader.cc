#include "mcp/json_reader.h"

#include <algorithm>

#include <simdjson.h>

#include "base/text.h"
#include "mcp/error_code.h"
#include "mcp/json_scanner.h"

namespace jungle::mcp {
namespace {

using Step = JsonScanner::Step;

Error not_json(const std::string& why) { return Error{ErrorCode::kInvalidArgument, "invalid JSON: " + why, {}}; }

bool valid_utf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

// Whether an object names a key twice: two readers of such an object may see two different requests.
bool has_duplicate_key(const Members& members, std::string_view text) {
  constexpr std::size_t kFew = 8;  // Then comparing each with each is cheaper than sorting.
  if (members.size() <= kFew) {
    for (auto one = members.begin(); one != members.end(); ++one) {
      const auto same = [&](const Member& other) { return other.key.of(text) == one->key.of(text); };
      if (std::any_of(members.begin(), one, same)) return true;
    }
    return false;
  }
  std::vector<std::string_view> keys;
  keys.reserve(members.size());
  for (const Member& member : members)
    keys.push_back(member.key.of(text));
  std::sort(keys.begin(), keys.end());
  return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
}

// The members of the object that `scanner` stands on; with `meta`, those of its `_meta` too.
bool scan_members(JsonScanner& scanner, std::string_view text, Members& members, Members* meta) {
  if (!scanner.open('{')) return false;
  bool first = true;
  for (Member member;;) {
    const Step step = scanner.next_member(member.key, first);
    if (step == Step::kEnd) return !has_duplicate_key(members, text) || scanner.fail("a key stands twice");
    if (step == Step::kError) return false;
    if (meta != nullptr && member.key.of(text) == "_meta" && scanner.peek() == '{') {
      member.value.begin = scanner.offset();
      if (!scan_members(scanner, text, *meta, nullptr)) return false;
      member.value.end = scanner.offset();
    } else if (!scanner.value(member.value)) {
      return false;
    }
    members.add(member);
  }
}

// The envelope of a JSON-RPC message, as ranges.
struct Envelope {
  Range jsonrpc, id, method, params, result, result_type, error;
  Members params_members, params_meta;
  bool params_is_object = false;
};

// The result that `scanner` stands on. Its type is wanted of every result, so it is found on the way.
bool scan_result(JsonScanner& scanner, std::string_view text, Envelope& out) {
  out.result.begin = scanner.offset();
  if (!scanner.open('{')) return false;
  bool first = true;
  for (Range key;;) {
    const Step step = scanner.next_member(key, first);
    if (step == Step::kError) return false;
    if (step == Step::kEnd) break;
    Range ignored;
    Range& value = key.of(text) == "resultType" ? out.result_type : ignored;
    if (!value.empty()) return scanner.fail("a key stands twice");
    if (!scanner.value(value)) return false;
  }
  out.result.end = scanner.offset();
  return true;
}

bool scan_envelope(JsonScanner& scanner, std::string_view text, Envelope& out) {
  if (!scanner.open('{')) return false;
  bool first = true;
  for (Range key;;) {
    const Step step = scanner.next_member(key, first);
    if (step == Step::kEnd) return true;
    if (step == Step::kError) return false;
    const std::string_view name = key.of(text);
    Range ignored;
    Range* slot = name == "jsonrpc"  ? &out.jsonrpc
                  : name == "id"     ? &out.id
                  : name == "method" ? &out.method
                  : name == "params" ? &out.params
                  : name == "result" ? &out.result
                  : name == "error"  ? &out.error
                                     : &ignored;
    if (!slot->empty()) return scanner.fail("a key stands twice");
    if (slot == &out.params && scanner.peek() == '{') {
      out.params_is_object = true;
      slot->begin = scanner.offset();
      if (!scan_members(scanner, text, out.params_members, &out.params_meta)) return false;
      slot->end = scanner.offset();
    } else if (slot == &out.result && scanner.peek() == '{') {
      if (!scan_result(scanner, text, out)) return false;
    } else if (!scanner.value(*slot)) {
      return false;
    }
  }
}

// JSON-RPC 2.0 §4: a string or a number. MCP: not null, and a number is an integer (base protocol "Requests").
bool is_valid_id(std::string_view id) {
  if (id.empty()) return false;
  if (id.front() == '"') return true;
  return id.find_first_not_of("-0123456789") == std::string_view::npos;
}

// Takes the params out of the message's text, which is of no more use then.
Params take_params(std::string text, Envelope& envelope) {
  if (!envelope.params_is_object) return {};
  text.erase(envelope.params.end);
  text.erase(0, envelope.params.begin);
  envelope.params_members.shift_left(envelope.params.begin);
  envelope.params_meta.shift_left(envelope.params.begin);
  return Params(std::move(text), std::move(envelope.params_members), std::move(envelope.params_meta));
}

std::variant<Message, BadMessage> message_of(std::string text, Envelope envelope, ResultForm form) {
  const std::string id(envelope.id.of(text));
  const auto bad = [&](int code, std::string message) {
    return BadMessage{code, std::move(message), is_valid_id(id) ? id : std::string()};
  };
  if (envelope.jsonrpc.of(text) != "\"2.0\"") return bad(kInvalidRequest, "Invalid JSON-RPC version");
  if (!envelope.method.empty()) {
    if (text[envelope.method.begin] != '"') return bad(kInvalidRequest, "'method' must be a string");
    if (!envelope.params.empty() && !envelope.params_is_object)
      return bad(kInvalidParams, "'params' must be an object");
    std::string method = json_string_value(envelope.method.of(text));
    // A request with id null is taken for a notification, as MCPJungle does.
    if (envelope.id.empty() || id == "null") {
      std::string params = envelope.params_is_object ? std::string(envelope.params.of(text)) : "{}";
      return Message(Notification{std::move(method), std::move(params)});
    }
    if (!is_valid_id(id)) return bad(kInvalidRequest, "'id' must be a string or an integer");
    const Method known = parse_method(method);
    return Message(Request{id, known, std::move(method), take_params(std::move(text), envelope)});
  }
  if (envelope.result.empty() == envelope.error.empty()) {
    return bad(kInvalidRequest, "neither a request, a notification nor a response");
  }
  const bool is_error = !envelope.error.empty();
  if (!is_valid_id(id) && !(is_error && (id.empty() || id == "null")))
    return bad(kInvalidRequest, "a response without an id");
  const Range payload = is_error ? envelope.error : envelope.result;
  if (text[payload.begin] != '{') return bad(kInvalidRequest, "'result' and 'error' must be objects");
  IncomingResponse incoming;
  incoming.id = id == "null" ? std::string() : id;
  incoming.response = is_error ? Response::error(std::move(text), payload)
                               : Response::result(std::move(text), payload, envelope.result_type, form);
  return Message(std::move(incoming));
}

}  // namespace

std::variant<Message, BadMessage> read_message(std::string text, ResultForm form) {
  if (!valid_utf8(text)) return BadMessage{kParseError, "the message is not valid UTF-8", {}};
  JsonScanner scanner(text, kJsonDepthMax);
  scanner.skip_space();
  if (scanner.at_end()) return BadMessage{kParseError, "the message is empty", {}};
  if (scanner.peek() != '{') {
    Range all;
    if (!scanner.value(all)) return BadMessage{kParseError, "request body is not valid json: " + scanner.error(), {}};
    return BadMessage{kInvalidRequest, "a JSON-RPC message is an object", {}};
  }
  Envelope envelope;
  if (!scan_envelope(scanner, text, envelope)) {
    return BadMessage{kParseError, "request body is not valid json: " + scanner.error(), {}};
  }
  scanner.skip_space();
  if (!scanner.at_end())
    return BadMessage{kParseError, "request body is not valid json: more text after the message", {}};
  return message_of(std::move(text), std::move(envelope), form);
}

bool looks_like_batch(std::string_view text) {
  const auto at = text.find_first_not_of(" \t\r\n");
  return at != std::string_view::npos && text[at] == '[';
}

std::variant<std::vector<std::string>, BadMessage> split_batch(std::string_view text) {
  if (!valid_utf8(text)) return BadMessage{kParseError, "the batch is not valid UTF-8", {}};
  const auto elements = read_elements(text, Range{0, text.size()});
  if (!elements) return BadMessage{kParseError, "request body is not valid json: " + elements.error().message, {}};
  if (elements->empty()) return BadMessage{kInvalidRequest, "the batch is empty", {}};
  if (elements->size() > kBatchMessagesMax) {
    return BadMessage{kInvalidRequest, "a batch holds at most " + std::to_string(kBatchMessagesMax) + " messages", {}};
  }
  std::vector<std::string> texts;
  texts.reserve(elements->size());
  for (const Range& element : *elements)
    texts.emplace_back(element.of(text));
  return texts;
}

Result<void> validate_json(std::string_view text) {
  if (!valid_utf8(text)) return not_json("not valid UTF-8");
  JsonScanner scanner(text, kJsonDepthMax);
  scanner.skip_space();
  Range all;
  if (!scanner.value(all)) return not_json(scanner.error());
  scanner.skip_space();
  if (!scanner.at_end()) return not_json("more text after the value");
  return {};
}

Result<Members> read_members(std::string_view text, Range object) {
  const std::string_view inside = object.of(text);
  JsonScanner scanner(inside, kJsonDepthMax);
  scanner.skip_space();
  Members members;
  if (!scan_members(scanner, inside, members, nullptr)) return not_json(scanner.error());
  scanner.skip_space();
  if (!scanner.at_end()) return not_json("more text after the object");
  members.shift_right(object.begin);
  return members;
}

Result<std::vector<Range>> read_elements(std::string_view text, Range array) {
  const std::string_view inside = array.of(text);
  JsonScanner scanner(inside, kJsonDepthMax);
  scanner.skip_space();
  if (!scanner.open('[')) return not_json(scanner.error());
  std::vector<Range> elements;
  bool first = true;
  for (;;) {
    const Step step = scanner.next_element(first);
    if (step == Step::kError) return not_json(scanner.error());
    if (step == Step::kEnd) break;
    Range element;
    if (!scanner.value(element)) return not_json(scanner.error());
    elements.push_back(Range{element.begin + array.begin, element.end + array.begin});
  }
  scanner.skip_space();
  if (!scanner.at_end()) return not_json("more text after the array");
  return elements;
}

Result<Params> read_params(std::string text) {
  if (!valid_utf8(text)) return not_json("not valid UTF-8");
  JsonScanner scanner(text, kJsonDepthMax);
  Members members;
  Members meta;
  if (!scan_members(scanner, text, members, &meta)) return not_json(scanner.error());
  scanner.skip_space();
  if (!scanner.at_end()) return not_json("more text after the object");
  return Params(std::move(text), std::move(members), std::move(meta));
}

}  // namespace jungle::mcp
