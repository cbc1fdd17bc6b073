// Metadata documents that are still valid.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace jungle::oauth {

// How long an answer may be kept (RFC 9111 §5.2.2): its max-age, up to kMetadataLifetimeMax; zero without one, and with
// no-store or no-cache. Pure.
Seconds lifetime_of(std::string_view cache_control);

// Bodies by URL, each for the lifetime that its server gave it. At most kMetadataKeptMax; the one that ends first makes
// room. Single executor.
class MetadataCache {
 public:
  std::optional<std::string> find(const std::string& url, SteadyTime now);
  void keep(const std::string& url, std::string body, Seconds lifetime, SteadyTime now);
  void forget(const std::string& url) { entries_.erase(url); }
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string body;
    SteadyTime until;
  };
  std::map<std::string, Entry> entries_;
};

}  // namespace jungle::oauth
