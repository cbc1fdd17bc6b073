// Building small JSON objects.
#pragma once

#include <string>
#include <string_view>

#include "mcp/json_text.h"

namespace jungle::mcp {

// A JSON object that is written member by member. Values are raw JSON.
class JsonObject {
 public:
  void add(std::string_view key, std::string_view raw) {
    text_ += text_.size() > 1 ? "," : "";
    append_json_string(text_, key);
    text_.append(":").append(raw);
  }
  std::string text() const { return text_ + "}"; }

 private:
  std::string text_ = "{";
};

}  // namespace jungle::mcp
