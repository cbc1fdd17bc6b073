// POST /api/v0/servers/:name/refresh: what listing a server anew has changed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace jungle::admin_api {

// Names of tools and prompts, URIs of resources, templates: as clients of the gateway see them.
struct ListDifference {
  std::vector<std::string> added;
  std::vector<std::string> removed;
  std::vector<std::string> changed;  // They are there still, with another definition.

  bool any() const { return !added.empty() || !removed.empty() || !changed.empty(); }
  friend bool operator==(const ListDifference&, const ListDifference&) = default;
};

struct RefreshedServer {
  std::string name;
  ListDifference tools;
  ListDifference prompts;
  ListDifference resources;
  ListDifference resource_templates;
  std::vector<std::string> warnings;  // What was set aside, and why.

  friend bool operator==(const RefreshedServer&, const RefreshedServer&) = default;
};

// {"name":...,"tools":{"added":[],"removed":[],"changed":[]},...}: every member, `warnings` too.
std::string render(const RefreshedServer& refreshed);
// Errors: kInvalidArgument when the text is not what a gateway answers.
Result<RefreshedServer> parse_refreshed_server(std::string_view json);

}  // namespace jungle::admin_api
