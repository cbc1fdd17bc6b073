#include "oauth/metadata_cache.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.h"
#include "oauth/limits.h"

namespace jungle::oauth {

Seconds lifetime_of(std::string_view cache_control) {
  constexpr std::string_view kMaxAge = "max-age=";
  Seconds lifetime{0};
  for (const std::string& part : split(cache_control, ',')) {
    const std::string directive = ascii_lower(trimmed(part));
    if (directive == "no-store" || directive == "no-cache") return Seconds(0);
    if (!directive.starts_with(kMaxAge)) continue;
    std::string_view digits = std::string_view(directive).substr(kMaxAge.size());
    std::int64_t seconds = 0;
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    if (ec == std::errc::result_out_of_range) seconds = kMetadataLifetimeMax.count();
    if ((ec == std::errc() && end == digits.data() + digits.size()) || ec == std::errc::result_out_of_range)
      lifetime = std::clamp(Seconds(seconds), Seconds(0), kMetadataLifetimeMax);
  }
  return lifetime;
}

std::optional<std::string> MetadataCache::find(const std::string& url, SteadyTime now) {
  const auto found = entries_.find(url);
  if (found == entries_.end()) return std::nullopt;
  if (now < found->second.until) return found->second.body;
  entries_.erase(found);
  return std::nullopt;
}

void MetadataCache::keep(const std::string& url, std::string body, Seconds lifetime, SteadyTime now) {
  if (lifetime.count() == 0 || body.size() > kMetadataKeptBytesMax) return;
  entries_.insert_or_assign(url, Entry{std::move(body), now + lifetime});
  if (entries_.size() <= kMetadataKeptMax) return;
  entries_.erase(std::min_element(entries_.begin(), entries_.end(),
                                  [](const auto& a, const auto& b) { return a.second.until < b.second.until; }));
}

}  // namespace jungle::oauth
