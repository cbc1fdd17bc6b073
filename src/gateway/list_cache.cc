#include "gateway/list_cache.h"

#include <charconv>
#include <optional>

#include "base/text.h"
#include "mcp/error_code.h"

namespace jungle::gateway {
namespace {

// The member of the result that holds the entries, and the pages that a view has for a method.
struct List {
  std::string_view member;
  const catalog::View::Pages& pages;
};

List list_of(mcp::Method method, bool has_tasks, const catalog::View& view) {
  switch (method) {
    case mcp::Method::kToolsList:
      return {"tools", has_tasks ? view.tools_of_tasks() : view.tools()};
    case mcp::Method::kPromptsList:
      return {"prompts", view.prompts()};
    case mcp::Method::kResourcesList:
      return {"resources", view.resources()};
    default:
      return {"resourceTemplates", view.resource_templates()};
  }
}

template <typename Number>
bool parse_number(std::string_view text, Number& number) {
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  return ec == std::errc() && end == text.data() + text.size() && !text.empty();
}

}  // namespace

std::string make_cursor(std::uint64_t generation, std::size_t page) {
  return base64url_encode(std::to_string(generation) + ":" + std::to_string(page));
}

std::optional<Cursor> parse_cursor(std::string_view text) {
  const auto decoded = base64url_decode(text);
  if (!decoded) return std::nullopt;
  const auto colon = decoded->find(':');
  Cursor cursor;
  if (colon == std::string::npos || !parse_number(std::string_view(*decoded).substr(0, colon), cursor.generation) ||
      !parse_number(std::string_view(*decoded).substr(colon + 1), cursor.page)) {
    return std::nullopt;
  }
  return cursor;
}

mcp::Response ListCache::page(const mcp::Request& request, const mcp::CallContext& call,
                              const catalog::Snapshot& snapshot, const catalog::View& view) {
  if (snapshot.generation() != generation_) {
    pages_.clear();
    generation_ = snapshot.generation();
  }
  const bool has_tasks = call.revision == mcp::Revision::k2025_11_25 && view.has_legacy_tasks();
  const List list = list_of(request.method, has_tasks, view);
  std::size_t index = 0;
  if (request.params.has("cursor")) {
    const auto text = request.params.find_string("cursor");
    const auto cursor = text ? parse_cursor(*text) : std::nullopt;
    if (!cursor) return mcp::Response::error(mcp::kInvalidParams, "invalid cursor");
    if (cursor->generation != generation_ || cursor->page >= list.pages.size()) {
      return mcp::Response::error(mcp::kInvalidParams,
                                  "the list has changed since this cursor was given; list again without one");
    }
    index = cursor->page;
  }
  auto& ready = pages_[Key(request.method, has_tasks, call.scope, index)];
  if (!ready) {
    std::string text;
    text.reserve(list.pages[index]->size() + 128);
    text.append("{\"").append(list.member).append("\":").append(*list.pages[index]);
    if (index + 1 < list.pages.size())
      text.append(",\"nextCursor\":\"").append(make_cursor(generation_, index + 1)).append("\"");
    text += '}';
    ready = std::make_shared<const std::string>(std::move(text));
  }
  return mcp::Response::shared_result(ready, mcp::ResultForm::kLegacy);
}

}  // namespace jungle::gateway
