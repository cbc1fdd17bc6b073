// What a modern client wants to hear of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "downstream/endpoint_peers.h"

namespace jungle::downstream {

// The `notifications` of `subscriptions/listen` and of its acknowledgement (MCP 2026-07-28 schema SubscriptionFilter),
// as far as we know its members. A value.
struct ListenFilter {
  ListChange lists;
  std::vector<std::string> resources;  // URIs as the client knows them, each once.
  std::vector<std::string> tasks;      // Their ids (mcp/tasks.h), each once.
};

// `raw` is JSON. kInvalidArgument: it is no object, a member is of another type, or names more than
// kWatchedResourcesMax resources or tasks. Members that we do not know are left out.
Result<ListenFilter> read_listen_filter(std::string_view raw);
// Raw JSON; what is not wanted is left out.
std::string text_of(const ListenFilter& filter);

// What of a filter the endpoint with these `capabilities` (raw JSON of ServerCapabilities) can serve.
ListenFilter honoured(ListenFilter filter, std::string_view capabilities);

}  // namespace jungle::downstream
