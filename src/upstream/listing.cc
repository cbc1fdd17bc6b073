#include "upstream/listing.h"

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "base/text.h"
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

// The pages of one kind.
struct List {
  std::vector<std::string> entries;
  std::string cut_short;  // Why it was not followed to its end; empty if it was.
};

class Lister {
 public:
  Lister(Conversation& conversation, const catalog::ServerSpec& spec, ListLimits limits)
      : conversation_(conversation), spec_(spec), limits_(limits) {}

  Task<Result<List>> all(Kind kind) {
    List list;
    std::set<std::string, std::less<>> cursors;
    std::string members;
    for (std::size_t page = 0; page < limits_.pages; ++page) {
      std::string method(kind.method);
      auto answer = co_await conversation_.ask(std::move(method), members);
      if (!answer) co_return answer.error();
      if (answer->is_error()) {
        if (error_code_of(*answer) == mcp::kMethodNotFound) co_return list;
        co_return failed(kind, error_message_of(*answer));
      }
      auto next = take_page(kind, answer->payload(), list);
      if (!next) co_return next.error();
      if (next->empty() || !list.cut_short.empty()) co_return list;
      if (!cursors.insert(*next).second) {
        list.cut_short = "it repeats the cursor " + shortened(*next, kQuotedBytesMax);
        co_return list;
      }
      members = "\"cursor\":" + *next;
    }
    list.cut_short = "there are more than " + std::to_string(limits_.pages) + " pages";
    co_return list;
  }

  // For the person who registers.
  std::string cut_short_warning(Kind kind, const List& list) const {
    return "the list of " + std::string(kind.member) + " from MCP server " + spec_.name.str() +
           " was cut short: " + list.cut_short + "; the " + std::to_string(list.entries.size()) +
           " entries up to there are kept";
  }

 private:
  // Takes the entries of one page, as far as the limits allow; returns the raw next cursor, empty at the end.
  Result<std::string> take_page(Kind kind, std::string_view payload, List& list) {
    const auto members = mcp::read_members(payload);
    if (!members) return failed(kind, members.error().message);
    const mcp::Member* array = members->find(payload, kind.member);
    if (array == nullptr) return failed(kind, "the answer has no '" + std::string(kind.member) + "'");
    if (array->value.of(payload) != "null") {
      const auto elements = mcp::read_elements(payload, array->value);
      if (!elements) return failed(kind, "'" + std::string(kind.member) + "' is not an array");
      for (const mcp::Range& element : *elements)
        if (!take_entry(element.of(payload), list)) break;
    }
    const mcp::Member* cursor = members->find(payload, "nextCursor");
    if (cursor == nullptr || cursor->value.of(payload).front() != '"') return std::string();
    return std::string(cursor->value.of(payload));
  }

  bool take_entry(std::string_view entry, List& list) {
    if (list.entries.size() == limits_.entries) {
      list.cut_short = "there are more than " + std::to_string(limits_.entries) + " entries";
    } else if (bytes_ + entry.size() > limits_.bytes) {
      list.cut_short = "the lists have more than " + std::to_string(limits_.bytes) + " bytes together";
    } else {
      bytes_ += entry.size();
      list.entries.emplace_back(entry);
    }
    return list.cut_short.empty();
  }

  Error failed(Kind kind, const std::string& why) const {
    return nonsense_error(
        spec_, "failed to fetch " + std::string(kind.member) + " from MCP server " + spec_.name.str() + ": " + why);
  }

  Conversation& conversation_;
  const catalog::ServerSpec& spec_;
  const ListLimits limits_;
  std::size_t bytes_ = 0;  // Of all kinds.
};

// Without its tools a server is not registered; without the rest it is, with a warning.
enum class Importance : std::uint8_t { kEssential, kOptional };

struct Wanted {
  Kind kind;
  Importance importance;
  std::vector<std::string>* entries;
};

// All lists, once; into an empty Discovery.
Task<Result<void>> list_once(Conversation& conversation, const catalog::ServerSpec& spec, const Greeting& greeting,
                             ListLimits limits, catalog::Discovery& out) {
  Lister lister(conversation, spec, limits);
  const Wanted lists[] = {{kTools, Importance::kEssential, &out.tools},
                          {kPrompts, Importance::kOptional, &out.prompts},
                          {kResources, Importance::kOptional, &out.resources},
                          {kTemplates, Importance::kOptional, &out.resource_templates}};
  for (const Wanted& wanted : lists) {
    const bool is_essential = wanted.importance == Importance::kEssential;
    const bool is_asked = is_essential && greeting.era == Era::kLegacy;
    if (!is_asked && !greeting.offers(wanted.kind.capability)) continue;
    auto list = co_await lister.all(wanted.kind);
    if (list) {
      if (!list->cut_short.empty()) out.warnings.push_back(lister.cut_short_warning(wanted.kind, *list));
      *wanted.entries = std::move(list->entries);
    } else if (!is_essential && list.error().code == ErrorCode::kUpstreamRejected) {
      out.warnings.push_back(list.error().message);
    } else {
      co_return list.error();
    }
  }
  co_return Result<void>();
}

}  // namespace

Task<Result<catalog::Discovery>> list_everything(Conversation& conversation, const catalog::ServerSpec& spec,
                                                 Greeting greeting, ListLimits limits) {
  catalog::Discovery out;
  auto listed = co_await list_once(conversation, spec, greeting, limits, out);
  if (listed && conversation.take_change()) {
    out = {};
    listed = co_await list_once(conversation, spec, greeting, limits, out);
  }
  if (!listed) co_return listed.error();
  out.revision = mcp::text_of(greeting.revision);
  out.capabilities = std::move(greeting.capabilities);
  out.server_info = std::move(greeting.server_info);
  out.instructions = std::move(greeting.instructions);
  co_return out;
}

}  // namespace jungle::upstream
