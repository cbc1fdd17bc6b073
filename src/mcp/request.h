// One MCP request on its way through the gateway.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mcp/json_text.h"
#include "mcp/param_headers.h"

namespace jungle::mcp {

// The methods that the gateway routes. Everything else is kOther and is answered with "method not found".
enum class Method : std::uint8_t {
  kInitialize,
  kPing,
  kServerDiscover,
  kToolsList,
  kToolsCall,
  kPromptsList,
  kPromptsGet,
  kResourcesList,
  kResourcesTemplatesList,
  kResourcesRead,
  kResourcesSubscribe,
  kResourcesUnsubscribe,
  kCompletionComplete,
  kLoggingSetLevel,
  kSubscriptionsListen,
  kTasksGet,
  kTasksResult,
  kTasksUpdate,
  kTasksCancel,
  kOther,
};
Method parse_method(std::string_view name);
std::string_view text_of(Method method);  // "tools/call"; empty for kOther.

// The `params` of a request or notification: JSON text with its members found once, by the reader. Everything is
// carried untouched until render(). A value.
class Params {
 public:
  Params() = default;  // No `params` at all.

  // Made by JsonReader. `text` is a valid JSON object; the ranges are relative to it. `meta` are the members of
  // `_meta`.
  Params(std::string text, Members members, Members meta)
      : text_(std::move(text)), members_(std::move(members)), meta_(std::move(meta)), present_(true) {}

  bool present() const { return present_; }
  // As it came, without what was set since; `{}` if there were none. What is sent on is render()'s.
  std::string_view received_text() const { return present_ ? std::string_view(text_) : std::string_view("{}"); }

  // Puts another value in place of a top-level member, or adds it; an empty one takes it out. Seen by every function
  // here but received_text(). `key` is a literal.
  void set(std::string_view key, std::string raw);

  // The raw JSON of a top-level member, or nothing.
  std::optional<std::string_view> find(std::string_view key) const;
  // The value of a top-level member that is a string; nothing if absent or of another type.
  std::optional<std::string> find_string(std::string_view key) const;
  bool has(std::string_view key) const { return find(key).has_value(); }
  // The same inside `_meta`.
  std::optional<std::string_view> find_meta(std::string_view key) const;
  std::optional<std::string> find_meta_string(std::string_view key) const;

  // What render() does to one member. A key is named at most once per render.
  struct Change {
    std::string_view key;    // Without anything that JSON escapes.
    std::string_view value;  // Raw JSON; empty: the member goes.
  };
  struct Changes {
    std::vector<Change> members;      // At the top level. `_meta` itself must not be named here.
    std::vector<Change> meta;         // Inside `_meta`, which is created if needed.
    bool drop_protocol_meta = false;  // Removes every `io.modelcontextprotocol/` key of `_meta` that is not set anew.
  };
  // The text with what was set and `changes` made, byte for byte the same elsewhere. `changes` must not name what was
  // set.
  std::string render(const Changes& changes) const;

 private:
  std::string changed_meta(const Changes& changes) const;

  std::string text_;
  Members members_;
  Members meta_;
  std::vector<std::pair<std::string_view, std::string>> set_;
  bool present_ = false;
};

// One request. `id` is raw JSON (`7`, `"a"`) as the peer wrote it; each hop uses an id of its own and remembers this
// one for the answer.
struct Request {
  std::string id;
  Method method = Method::kOther;
  std::string method_name;
  Params params;
  // For tools/call, set by the gateway: which arguments a modern HTTP upstream wants as headers too. Borrowed from the
  // snapshot that the call holds.
  const ParamHeaders* param_headers = nullptr;
  // For tools/call, set by the gateway: the client asked for a task (2025-11-25), and gets the handle of it.
  bool wants_handle = false;
};

// The number that an id or a progress token of ours is; nothing if `raw` is none that we gave.
std::optional<std::uint64_t> own_number(std::string_view raw);

// One notification in either direction. `params` is raw JSON, `{}` if there were none.
struct Notification {
  std::string method;
  std::string params;
};

}  // namespace jungle::mcp
