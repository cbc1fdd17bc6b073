#include "mcp/url_elicitation.h"

#include <string>
#include <vector>

#include "mcp/error_code.h"
#include "mcp/input_required.h"
#include "mcp/json_reader.h"
#include "mcp/projection.h"

namespace jungle::mcp {
namespace {

constexpr std::string_view kRequired = R"({"requiredCapabilities":{"elicitation":{"url":{}}}})";

// The params of the elicitations in `data`, as far as they are usable.
std::vector<Params> elicitations_of(const Params& error) {
  std::vector<Params> found;
  const auto data = read_params(std::string(error.find("data").value_or("{}")));
  const std::string list(data ? data->find("elicitations").value_or("[]") : "[]");
  const auto elements = read_elements(list, Range{0, list.size()});
  if (!elements) return found;
  for (const Range& element : *elements) {
    auto params = read_params(std::string(element.of(list)));
    if (params && params->find_string("url") && found.size() < kInputRequestsMax) found.push_back(std::move(*params));
  }
  return found;
}

// Without the id by which older revisions tell that the user is done.
InputRequest question_of(const Params& elicitation) {
  Params::Changes changes;
  changes.members.push_back({"elicitationId", {}});
  changes.members.push_back({"mode", "\"url\""});
  return InputRequest{"elicitation/create", elicitation.render(changes)};
}

std::string in_words(const Params& error, const std::vector<Params>& elicitations) {
  std::string message = error.find_string("message").value_or("the user has to visit a URL first");
  for (const Params& elicitation : elicitations)
    message += (message.empty() ? "" : " ") + elicitation.find_string("url").value_or("");
  return message;
}

}  // namespace

Response url_elicitation_for_modern(Response response, Method method, ClientCapabilities capabilities) {
  if (!response.is_error() || code_of(response.payload()) != kUrlElicitationRequired) return response;
  const auto error = read_params(std::string(response.payload()));
  if (!error) return Response::error(kInternalError, "the user has to visit a URL first");
  const auto elicitations = elicitations_of(*error);
  if (elicitations.empty() || !takes_input(method))
    return Response::error(kInternalError, in_words(*error, elicitations));
  if (!capabilities.has(ClientCapabilities::kElicitationUrl))
    return Response::error(kMissingClientCapability, in_words(*error, elicitations), kRequired);
  InputRequired input;
  for (std::size_t i = 0; i < elicitations.size(); ++i)
    input.requests.emplace_back("url-" + std::to_string(i + 1), question_of(elicitations[i]));
  return input_required_result(input);
}

Response url_elicitation_in_words(Response error) {
  const auto members = read_params(std::string(error.payload()));
  if (!members) return error;
  return Response::error(kInternalError, in_words(*members, elicitations_of(*members)));
}

}  // namespace jungle::mcp
