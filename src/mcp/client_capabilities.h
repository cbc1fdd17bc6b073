// What a client can do for the servers that it calls.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mcp/revision.h"

namespace jungle::mcp {

struct InputRequest;

// The part of `ClientCapabilities` (MCP 2026-07-28 schema; of `initialize` before) that the gateway relays: what a
// server may ask of the client while it works on a call. Extensions and `experimental` are not relayed. A value.
class ClientCapabilities {
 public:
  enum Feature : std::uint8_t {
    kRoots = 1,
    kSampling = 2,
    kSamplingContext = 4,
    kSamplingTools = 8,
    kElicitationForm = 16,
    kElicitationUrl = 32,
  };

  ClientCapabilities() = default;
  // Reads what a client of `revision` declared; `declared` is raw JSON. What is no object declares nothing, and what
  // the revision does not know is left out.
  static ClientCapabilities read(std::string_view declared, Revision revision);

  // Everything there is.
  static ClientCapabilities all() { return ClientCapabilities(kAllBits); }

  bool has(Feature feature) const { return (bits_ & feature) != 0; }
  bool any() const { return bits_ != 0; }
  std::uint8_t bits() const { return bits_; }
  // Whether a server that was shown these may ask this (MCP 2026-07-28 basic/patterns/mrtr: what was not declared must
  // not be asked).
  bool allow(const InputRequest& request) const;
  // As we declare it to a server in our turn. `{}` for none.
  std::string json() const;

  friend bool operator==(ClientCapabilities, ClientCapabilities) = default;

 private:
  static constexpr std::uint8_t kAllBits =
      kRoots | kSampling | kSamplingContext | kSamplingTools | kElicitationForm | kElicitationUrl;

  explicit ClientCapabilities(std::uint8_t bits) : bits_(bits) {}
  void add(Feature feature) { bits_ = static_cast<std::uint8_t>(bits_ | feature); }

  std::uint8_t bits_ = 0;
};

}  // namespace jungle::mcp
