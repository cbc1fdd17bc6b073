// How many streams of changes a principal has.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>

#include "downstream/limits.h"

namespace jungle::downstream {

// Takes a place among the streams of a principal for as long as it lives. On the executor of the endpoint whose `taken`
// it counts in.
class ListenPlace {
 public:
  ListenPlace(std::unordered_map<std::string, std::size_t>& taken, std::string principal)
      : taken_(taken), principal_(std::move(principal)) {
    ++taken_[principal_];
  }
  ListenPlace(const ListenPlace&) = delete;
  ListenPlace& operator=(const ListenPlace&) = delete;
  ~ListenPlace() {
    const auto found = taken_.find(principal_);
    if (--found->second == 0) taken_.erase(found);
  }
  bool is_one_too_many() const { return taken_.at(principal_) > kListensMax; }

 private:
  std::unordered_map<std::string, std::size_t>& taken_;
  const std::string principal_;
};

}  // namespace jungle::downstream
