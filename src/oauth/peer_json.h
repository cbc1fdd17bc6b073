// A JSON object that a peer sent.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace jungle::oauth {

// Reads members of one object. An absent or null member is absent; one of the wrong type is absent and remembered as
// the document's fault. A local; not copied.
class PeerJson {
 public:
  // kUpstreamRejected: `is not a JSON object`.
  static Result<PeerJson> parse(std::string_view text);
  PeerJson(PeerJson&&) noexcept;
  PeerJson& operator=(PeerJson&&) noexcept;
  ~PeerJson();

  bool has(std::string_view member) const;
  std::optional<std::string> text(std::string_view member);
  std::vector<std::string> texts(std::string_view member);
  bool flag(std::string_view member);
  // A whole number; also one that is written as a string, or with a fraction, which is cut.
  std::optional<std::int64_t> number(std::string_view member);

  // The first member that had the wrong type: `its member 'issuer' is not a string`.
  const std::optional<std::string>& fault() const { return fault_; }

 private:
  struct Object;
  explicit PeerJson(std::unique_ptr<Object> object);
  void blame(std::string_view member, std::string_view type);

  std::unique_ptr<Object> object_;
  std::optional<std::string> fault_;
};

}  // namespace jungle::oauth
