// Results of tools and contents of resources: printed, and saved where they are not text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace jungle::cli {

// A file that a command writes into the working directory.
struct SavedFile {
  std::string name;
  std::string bytes;

  friend bool operator==(const SavedFile&, const SavedFile&) = default;
};

// What to print, and what to save before that.
struct ContentReport {
  std::string text;
  std::vector<SavedFile> files;  // Names are unique within the report.
};

// `answer` is the REST API's InvokeResult. Files are named for `now` in nanoseconds, each one more than the last.
// Errors: kInvalidArgument names the malformed item: `text content item does not have a 'text' field: {...}`,
// `failed to decode base64 image data: ...`.
Result<ContentReport> describe_tool_result(std::string_view answer, SystemTime now);

// `answer` is that of /resources/read: what `get resource --read` prints behind its first lines.
Result<ContentReport> describe_resource_contents(std::string_view answer, SystemTime now);

}  // namespace jungle::cli
