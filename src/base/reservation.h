// A name that is taken while something is done with it.
#pragma once

#include <set>
#include <string>
#include <utility>

namespace jungle {

// Keeps `name` in `names` while it lives, unless somebody else keeps it there already. A local of a coroutine or
// function; on the executor of `names`, which outlives it.
class Reservation {
 public:
  Reservation(std::set<std::string>& names, const std::string& name) : names_(names), place_(names.insert(name)) {}
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;
  ~Reservation() {
    if (place_.second) names_.erase(place_.first);
  }

  bool is_ours() const { return place_.second; }

 private:
  std::set<std::string>& names_;
  std::pair<std::set<std::string>::iterator, bool> place_;
};

}  // namespace jungle
