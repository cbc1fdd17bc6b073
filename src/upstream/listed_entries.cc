#include "upstream/listed_entries.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/json_reader.h"

namespace jungle::upstream {
namespace {

// One of the four lists, and the member that its entries are known by.
struct Kind {
  std::vector<std::string> catalog::Discovery::*entries;
  std::string_view key;
};
constexpr Kind kKinds[] = {{&catalog::Discovery::tools, "name"},
                           {&catalog::Discovery::prompts, "name"},
                           {&catalog::Discovery::resources, "uri"},
                           {&catalog::Discovery::resource_templates, "uriTemplate"}};

// Raw JSON; "" for an entry without one, which the catalog will not have.
std::string key_of(const std::string& entry, std::string_view key) {
  const auto members = mcp::read_members(entry);
  const mcp::Member* member = members ? members->find(entry, key) : nullptr;
  return member != nullptr ? std::string(member->value.of(entry)) : std::string();
}

std::vector<std::string> besides(const std::vector<std::string>& all, const std::vector<std::string>& some,
                                 std::string_view key) {
  std::set<std::string> known;
  for (const std::string& entry : some)
    known.insert(key_of(entry, key));
  std::vector<std::string> out;
  for (const std::string& entry : all) {
    if (!known.contains(key_of(entry, key))) out.push_back(entry);
  }
  return out;
}

}  // namespace

catalog::Discovery entries_besides(const catalog::Discovery& all, const catalog::Discovery& some) {
  catalog::Discovery out;
  for (const Kind& kind : kKinds)
    out.*kind.entries = besides(all.*kind.entries, some.*kind.entries, kind.key);
  return out;
}

void add_entries(catalog::Discovery& to, const catalog::Discovery& from) {
  for (const Kind& kind : kKinds) {
    std::vector<std::string>& entries = to.*kind.entries;
    for (std::string& entry : besides(from.*kind.entries, entries, kind.key))
      entries.push_back(std::move(entry));
  }
}

}  // namespace jungle::upstream
