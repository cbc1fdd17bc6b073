// What a new listing of a server changed.
#pragma once

#include <string>
#include <vector>

#include "catalog/entry.h"

namespace jungle::catalog {

// Of one of the four lists: exposed names, those of templates as clients see them. In the order of the lists.
struct ListDifference {
  std::vector<std::string> added;
  std::vector<std::string> removed;
  std::vector<std::string> changed;  // The definition is another one.

  bool any() const { return !added.empty() || !removed.empty() || !changed.empty(); }
  friend bool operator==(const ListDifference&, const ListDifference&) = default;
};

struct ListingDifference {
  ListDifference tools;
  ListDifference prompts;
  ListDifference resources;
  ListDifference resource_templates;

  bool any() const { return tools.any() || prompts.any() || resources.any() || resource_templates.any(); }
};

// Enabled flags, ids and times do not count.
ListingDifference difference(const ServerEntry& before, const ServerEntry& after);

// Whether a server said the same both times, to the letter and in the same order: about itself, and in its lists.
bool offers_the_same(const ServerEntry& before, const ServerEntry& after);

}  // namespace jungle::catalog
