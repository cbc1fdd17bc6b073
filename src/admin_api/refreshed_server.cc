#include "admin_api/refreshed_server.h"

#include "admin_api/field_reader.h"
#include "admin_api/json.h"
#include "admin_api/object_writer.h"

namespace jungle::admin_api {
namespace {

std::string rendered(const ListDifference& list) {
  ObjectWriter out;
  return out.strings("added", list.added).strings("removed", list.removed).strings("changed", list.changed).take();
}

Result<void> read_list(const Json& answer, std::string_view member, ListDifference& list) {
  const Json* object = answer.find(member);
  if (object == nullptr) return {};
  FieldReader reader(*object, "ListDifference");
  reader.read("added", list.added).read("removed", list.removed).read("changed", list.changed);
  if (reader.error()) return *reader.error();
  return {};
}

}  // namespace

std::string render(const RefreshedServer& refreshed) {
  ObjectWriter out;
  out.text("name", refreshed.name).raw("tools", rendered(refreshed.tools)).raw("prompts", rendered(refreshed.prompts));
  out.raw("resources", rendered(refreshed.resources));
  out.raw("resource_templates", rendered(refreshed.resource_templates));
  return out.strings("warnings", refreshed.warnings).take();
}

Result<RefreshedServer> parse_refreshed_server(std::string_view json) {
  auto answer = parse_json(json, Trailing::kIgnore);
  if (!answer) return answer.error();
  RefreshedServer refreshed;
  FieldReader reader(*answer, "RefreshedServer");
  reader.read("name", refreshed.name).read("warnings", refreshed.warnings);
  if (reader.error()) return *reader.error();
  const std::pair<const char*, ListDifference*> lists[] = {{"tools", &refreshed.tools},
                                                           {"prompts", &refreshed.prompts},
                                                           {"resources", &refreshed.resources},
                                                           {"resource_templates", &refreshed.resource_templates}};
  for (const auto& [member, list] : lists) {
    if (auto read = read_list(*answer, member, *list); !read) return read.error();
  }
  return refreshed;
}

}  // namespace jungle::admin_api
