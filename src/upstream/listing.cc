#include "upstream/listing.h"

#include <set>
#include <utility>
#include <vector>

#include "mcp/error_code.h"
#include "mcp/json_reader.h"
#include "mcp/json_text.h"
#include "upstream/limits.h"
#include "upstream/server_errors.h"

namespace jungle::upstream {
namespace {

// One of the four lists.
struct Kind {
  std::string_view method;
  std::string_view member;      // Of the result.
  std::string_view capability;  // That advertises it.
};
constexpr Kind kTools{"tools/list", "tools", "tools"};
constexpr Kind kPrompts{"prompts/list", "prompts", "prompts"};
constexpr Kind kResources{"resources/list", "resources", "resources"};
constexpr Kind kTemplates{"resources/templates/list", "resourceTemplates", "resources"};

class Lister {
 public:
  Lister(Conversation& conversation, const catalog::ServerSpec& spec) : conversation_(conversation), spec_(spec) {}

  Task<Result<std::vector<std::string>>> all(Kind kind) {
    std::vector<std::string> entries;
    std::set<std::string, std::less<>> cursors;
    std::string members;
    for (std::size_t page = 0; page < kListPagesMax; ++page) {
      std::string method(kind.method);
      auto answer = co_await conversation_.ask(std::move(method), members);
      if (!answer) co_return answer.error();
      if (answer->is_error()) {
        if (error_code_of(*answer) == mcp::kMethodNotFound) co_return entries;
        co_return failed(kind, error_message_of(*answer));
      }
      auto next = take_page(kind, answer->payload(), entries);
      if (!next) co_return next.error();
      if (next->empty()) co_return entries;
      if (!cursors.insert(*next).second) co_return failed(kind, "it repeats the cursor " + *next);
      members = "\"cursor\":" + *next;
    }
    co_return failed(kind, "there are more than " + std::to_string(kListPagesMax) + " pages");
  }

 private:
  // Takes the entries of one page; returns the raw next cursor, empty at the end.
  Result<std::string> take_page(Kind kind, std::string_view payload, std::vector<std::string>& entries) {
    const auto members = mcp::read_members(payload);
    if (!members) return failed(kind, members.error().message);
    const mcp::Member* list = members->find(payload, kind.member);
    if (list == nullptr) return failed(kind, "the answer has no '" + std::string(kind.member) + "'");
    if (list->value.of(payload) != "null") {
      const auto elements = mcp::read_elements(payload, list->value);
      if (!elements) return failed(kind, "'" + std::string(kind.member) + "' is not an array");
      if (entries.size() + elements->size() > kListEntriesMax) {
        return failed(kind, "there are more than " + std::to_string(kListEntriesMax) + " entries");
      }
      for (const mcp::Range& element : *elements) {
        bytes_ += element.size();
        entries.emplace_back(element.of(payload));
      }
      if (bytes_ > kListBytesMax) return failed(kind, "the lists are larger than the limit");
    }
    const mcp::Member* cursor = members->find(payload, "nextCursor");
    if (cursor == nullptr || cursor->value.of(payload).front() != '"') return std::string();
    return std::string(cursor->value.of(payload));
  }

  Error failed(Kind kind, const std::string& why) const {
    return nonsense_error(
        spec_, "failed to fetch " + std::string(kind.member) + " from MCP server " + spec_.name.str() + ": " + why);
  }

  Conversation& conversation_;
  const catalog::ServerSpec& spec_;
  std::size_t bytes_ = 0;
};

}  // namespace

Task<Result<catalog::Discovery>> list_everything(Conversation& conversation, const catalog::ServerSpec& spec,
                                                 Greeting greeting) {
  Lister lister(conversation, spec);
  catalog::Discovery out;
  if (greeting.era == Era::kLegacy || greeting.offers(kTools.capability)) {
    auto tools = co_await lister.all(kTools);
    if (!tools) co_return tools.error();
    out.tools = std::move(*tools);
  }
  struct Rest {
    Kind kind;
    std::vector<std::string>* entries;
  };
  const Rest rest[] = {{kPrompts, &out.prompts}, {kResources, &out.resources}, {kTemplates, &out.resource_templates}};
  for (const Rest& list : rest) {
    if (!greeting.offers(list.kind.capability)) continue;
    auto entries = co_await lister.all(list.kind);
    if (entries) {
      *list.entries = std::move(*entries);
    } else if (entries.error().code == ErrorCode::kUpstreamRejected) {
      out.warnings.push_back(entries.error().message);
    } else {
      co_return entries.error();
    }
  }
  out.revision = mcp::text_of(greeting.revision);
  out.capabilities = std::move(greeting.capabilities);
  out.server_info = std::move(greeting.server_info);
  out.instructions = std::move(greeting.instructions);
  co_return out;
}

}  // namespace jungle::upstream
