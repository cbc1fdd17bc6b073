#include "mcp/client_capabilities.h"

#include "mcp/input_required.h"
#include "mcp/json_object.h"
#include "mcp/json_reader.h"

namespace jungle::mcp {
namespace {

// The members of the object that `object` has under `key`; nothing if there is none.
std::optional<Members> members_under(std::string_view text, const Members& object, std::string_view key) {
  const Member* member = object.find(text, key);
  if (member == nullptr || text[member->value.begin] != '{') return std::nullopt;
  auto members = read_members(text, member->value);
  if (!members) return std::nullopt;
  return std::move(*members);
}

}  // namespace

ClientCapabilities ClientCapabilities::read(std::string_view declared, Revision revision) {
  ClientCapabilities found;
  if (declared.empty() || declared == "{}") return found;
  const auto all = read_members(declared);
  if (!all) return found;
  if (members_under(declared, *all, "roots")) found.add(kRoots);
  if (const auto sampling = members_under(declared, *all, "sampling")) {
    found.add(kSampling);
    if (revision >= Revision::k2025_11_25 && members_under(declared, *sampling, "context")) found.add(kSamplingContext);
    if (revision >= Revision::k2025_11_25 && members_under(declared, *sampling, "tools")) found.add(kSamplingTools);
  }
  if (revision < Revision::k2025_06_18) return found;
  if (const auto elicitation = members_under(declared, *all, "elicitation")) {
    const bool by_url = members_under(declared, *elicitation, "url").has_value();
    // `elicitation: {}` means forms (MCP 2025-11-25 client/elicitation "Capabilities").
    if (!by_url || members_under(declared, *elicitation, "form")) found.add(kElicitationForm);
    if (by_url && revision >= Revision::k2025_11_25) found.add(kElicitationUrl);
  }
  return found;
}

bool ClientCapabilities::allow(const InputRequest& request) const {
  if (request.method == "roots/list") return has(kRoots);
  const auto params = read_params(request.params.empty() ? "{}" : request.params);
  if (!params) return false;
  if (request.method == "sampling/createMessage") {
    return has(kSampling) && (has(kSamplingTools) || !(params->has("tools") || params->has("toolChoice")));
  }
  if (request.method != "elicitation/create") return false;
  return has(params->find_string("mode") == "url" ? kElicitationUrl : kElicitationForm);
}

std::string ClientCapabilities::json() const {
  JsonObject all;
  if (has(kRoots)) all.add("roots", "{}");
  if (has(kSampling)) {
    JsonObject sampling;
    if (has(kSamplingContext)) sampling.add("context", "{}");
    if (has(kSamplingTools)) sampling.add("tools", "{}");
    all.add("sampling", sampling.text());
  }
  if (has(kElicitationForm) || has(kElicitationUrl)) {
    JsonObject elicitation;
    // Alone it is implied, and servers of 2025-06-18 know no modes.
    if (has(kElicitationForm) && has(kElicitationUrl)) elicitation.add("form", "{}");
    if (has(kElicitationUrl)) elicitation.add("url", "{}");
    all.add("elicitation", elicitation.text());
  }
  return all.text();
}

}  // namespace jungle::mcp
