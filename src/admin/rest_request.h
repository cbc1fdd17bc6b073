// A request of the REST API and its answer, apart from any connection.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jungle::admin {

inline constexpr std::string_view kJsonContentType = "application/json; charset=utf-8";
inline constexpr std::string_view kTextContentType = "text/plain";

// The parameters of a query string, decoded (WHATWG URL "application/x-www-form-urlencoded"). A pair whose percent
// encoding is broken is left out, as Go's parser leaves it out. A value.
class QueryParams {
 public:
  QueryParams() = default;
  explicit QueryParams(std::string_view query);

  bool has(std::string_view key) const { return find(key) != nullptr; }
  // The first value of `key`; empty if there is none.
  std::string value(std::string_view key) const;

 private:
  const std::string* find(std::string_view key) const;
  std::vector<std::pair<std::string, std::string>> pairs_;
};

// What a route function gets. The views live as long as the exchange that the request came with.
struct RestRequest {
  std::string id;  // Ours; the log has it too.
  std::string_view method;
  std::string_view path;
  std::string_view query;  // As it came.
  std::optional<std::string_view> content_type;
  std::string body;

  QueryParams params;
  std::string name;  // What stands for the `:name` of the route's pattern.
};

struct RestAnswer {
  int status = 200;
  std::string body;
  std::string_view content_type = kJsonContentType;  // Of static life; empty: none.
  std::string location = {};                         // Where a redirect leads.
};

inline RestAnswer json_answer(std::string body, int status = 200) { return {status, std::move(body)}; }
inline RestAnswer empty_answer(int status) { return {status, {}, {}}; }

}  // namespace jungle::admin
