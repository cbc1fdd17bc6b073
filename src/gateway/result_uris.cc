#include "gateway/result_uris.h"

#include <string>

#include "base/text.h"
#include "catalog/names.h"
#include "catalog/ui_meta.h"
#include "mcp/json_reader.h"

namespace jungle::gateway {
namespace {

using mcp::Range;

// Collects replacements of URIs within one result.
class Rewriter {
 public:
  Rewriter(std::string_view text, const catalog::ServerName& server) : text_(text), server_(server) {}

  const mcp::Member* find(const mcp::Members& members, std::string_view key) const { return members.find(text_, key); }
  Result<mcp::Members> members(Range object) const { return mcp::read_members(text_, object); }
  Result<std::vector<Range>> elements(Range array) const { return mcp::read_elements(text_, array); }
  bool is_string(Range value) const { return text_[value.begin] == '"'; }
  bool is_object(Range value) const { return text_[value.begin] == '{'; }

  void expose(Range uri) {
    if (!is_string(uri)) return;
    const std::string own = mcp::json_string_value(uri.of(text_));
    if (own.starts_with("https://")) return;
    splice_.replace(uri, mcp::json_string(catalog::exposed_uri_of(server_, own)));
  }
  void replace(Range uri, std::string_view with) { splice_.replace(uri, mcp::json_string(with)); }

  // One content block (MCP server/tools "Tool Result").
  void content_block(Range block) {
    if (!is_object(block)) return;
    const auto of_block = members(block);
    if (!of_block) return;
    const mcp::Member* type = find(*of_block, "type");
    if (type == nullptr) return;
    if (type->value.of(text_) == "\"resource_link\"") {
      if (const mcp::Member* uri = find(*of_block, "uri")) expose(uri->value);
    } else if (type->value.of(text_) == "\"resource\"") {
      const mcp::Member* resource = find(*of_block, "resource");
      if (resource == nullptr || !is_object(resource->value)) return;
      const auto of_resource = members(resource->value);
      if (!of_resource) return;
      if (const mcp::Member* uri = find(*of_resource, "uri")) expose(uri->value);
    }
  }

  // MCP Apps: a result may name the UI that shows it.
  void ui_of(Range meta) {
    for (const Range& uri : catalog::ui_resource_uris(text_, meta))
      expose(uri);
  }

  mcp::Response finish(mcp::Response response) {
    if (splice_.empty()) return response;
    return mcp::Response::result(splice_.apply(text_), response.form());
  }

 private:
  std::string_view text_;
  const catalog::ServerName& server_;
  mcp::Splice splice_;
};

// The elements of the array that is member `key` of an object; none if there is no such array.
std::vector<Range> elements_of(const Rewriter& rewriter, Range object, std::string_view key) {
  const auto members = rewriter.members(object);
  if (!members) return {};
  const mcp::Member* array = rewriter.find(*members, key);
  if (array == nullptr) return {};
  auto elements = rewriter.elements(array->value);
  return elements ? std::move(*elements) : std::vector<Range>{};
}

// The result of a tool.
void expose_tool_result(Rewriter& rewriter, Range result) {
  for (const Range& block : elements_of(rewriter, result, "content"))
    rewriter.content_block(block);
  const auto members = rewriter.members(result);
  const mcp::Member* meta = members ? rewriter.find(*members, "_meta") : nullptr;
  if (meta != nullptr) rewriter.ui_of(meta->value);
}

bool has(std::string_view payload, std::string_view word) { return find_text(payload, word) != std::string_view::npos; }

// Both kinds of block that hold URIs have a type that starts so, as has the member `resourceUri` of a UI; its other
// spellings stand in `_meta`. A cheap test that spares most results the walk.
bool may_hold_uris(std::string_view payload) {
  if (has(payload, "\"resource")) return true;
  return has(payload, "\"_meta\"") && (has(payload, "\"ui/resourceUri\"") || has(payload, "\"openai/outputTemplate\""));
}

}  // namespace

mcp::Response with_exposed_content_uris(mcp::Response response, const catalog::ServerName& server) {
  const std::string_view payload = response.payload();
  if (response.is_error() || !may_hold_uris(payload)) return response;
  Rewriter rewriter(payload, server);
  expose_tool_result(rewriter, Range{0, payload.size()});
  return rewriter.finish(std::move(response));
}

mcp::Response with_exposed_task_uris(mcp::Response response, const catalog::ServerName& server) {
  const std::string_view payload = response.payload();
  if (response.is_error() || !may_hold_uris(payload)) return response;
  Rewriter rewriter(payload, server);
  const auto members = rewriter.members(Range{0, payload.size()});
  const mcp::Member* result = members ? rewriter.find(*members, "result") : nullptr;
  if (result == nullptr || !rewriter.is_object(result->value)) return response;
  expose_tool_result(rewriter, result->value);
  return rewriter.finish(std::move(response));
}

mcp::Response with_exposed_message_uris(mcp::Response response, const catalog::ServerName& server) {
  const std::string_view payload = response.payload();
  if (response.is_error() || !may_hold_uris(payload)) return response;
  Rewriter rewriter(payload, server);
  for (const Range& message : elements_of(rewriter, Range{0, payload.size()}, "messages")) {
    if (!rewriter.is_object(message)) continue;
    const auto members = rewriter.members(message);
    if (!members) continue;
    if (const mcp::Member* content = rewriter.find(*members, "content")) rewriter.content_block(content->value);
  }
  return rewriter.finish(std::move(response));
}

mcp::Response with_exposed_contents_uris(mcp::Response response, const catalog::ServerName& server,
                                         std::string_view own_uri, std::string_view asked) {
  if (response.is_error()) return response;
  const std::string_view payload = response.payload();
  Rewriter rewriter(payload, server);
  for (const Range& item : elements_of(rewriter, Range{0, payload.size()}, "contents")) {
    if (!rewriter.is_object(item)) continue;
    const auto members = rewriter.members(item);
    if (!members) continue;
    const mcp::Member* uri = rewriter.find(*members, "uri");
    if (uri == nullptr || !rewriter.is_string(uri->value)) continue;
    if (mcp::json_string_value(uri->value.of(payload)) == own_uri) {
      rewriter.replace(uri->value, asked);
    } else {
      rewriter.expose(uri->value);
    }
  }
  return rewriter.finish(std::move(response));
}

}  // namespace jungle::gateway
