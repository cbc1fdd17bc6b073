// Lists of one server that it gave to different clients.
#pragma once

#include "catalog/discovery.h"

namespace jungle::upstream {

// Of each list: the entries of `all` whose names or URIs `some` has not. Nothing else of a Discovery.
catalog::Discovery entries_besides(const catalog::Discovery& all, const catalog::Discovery& some);

// Appends to each list of `to` the entries of `from` whose names or URIs it has not.
void add_entries(catalog::Discovery& to, const catalog::Discovery& from);

}  // namespace jungle::upstream
