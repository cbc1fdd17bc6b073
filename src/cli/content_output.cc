#include "cli/content_output.h"

#include <array>
#include <utility>

#include "admin_api/json.h"
#include "base/text.h"

namespace jungle::cli {
namespace {

using admin_api::Json;
using admin_api::parse_json;
using admin_api::Trailing;

using Extensions = std::pair<std::string_view, std::string_view>;  // MIME type and file extension.

constexpr std::array kImageExtensions{Extensions{"image/png", ".png"}, Extensions{"image/jpeg", ".jpg"},
                                      Extensions{"image/gif", ".gif"}};
constexpr std::array kAudioExtensions{Extensions{"audio/mpeg", ".mp3"}, Extensions{"audio/wav", ".wav"},
                                      Extensions{"audio/ogg", ".ogg"}};
constexpr std::array kResourceExtensions{Extensions{"application/pdf", ".pdf"}, Extensions{"application/json", ".json"},
                                         Extensions{"text/plain", ".txt"},      Extensions{"text/html", ".html"},
                                         Extensions{"text/css", ".css"},        Extensions{"text/javascript", ".js"},
                                         Extensions{"application/xml", ".xml"}, Extensions{"text/xml", ".xml"},
                                         Extensions{"text/csv", ".csv"},        Extensions{"text/markdown", ".md"},
                                         Extensions{"image/png", ".png"},       Extensions{"image/jpeg", ".jpg"},
                                         Extensions{"image/gif", ".gif"},       Extensions{"image/webp", ".webp"},
                                         Extensions{"audio/mpeg", ".mp3"},      Extensions{"audio/wav", ".wav"},
                                         Extensions{"audio/ogg", ".ogg"},       Extensions{"video/mp4", ".mp4"},
                                         Extensions{"video/avi", ".avi"},       Extensions{"application/zip", ".zip"},
                                         Extensions{"application/gzip", ".gz"}};

template <std::size_t N>
std::string_view extension_of(const std::array<Extensions, N>& table, std::string_view mime, std::string_view other) {
  for (const auto& [type, extension] : table) {
    if (type == mime) return extension;
  }
  return other;
}

std::string line(std::string_view label, std::string_view value) {
  return std::string(label) + std::string(value) + "\n";
}

std::string line_if(std::string_view label, std::string_view value) {
  return value.empty() ? std::string() : line(label, value);
}

// Collects what is printed and what is saved, one item after the other.
class ContentWriter {
 public:
  explicit ContentWriter(SystemTime now)
      : stamp_(std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count()) {}

  Result<ContentReport> tool_result(const Json& result);
  Result<ContentReport> resource_contents(const Json& answer);

 private:
  Result<void> item(const Json& item);
  Result<void> text(const Json& item);
  Result<void> image(const Json& item);
  Result<void> audio(const Json& item);
  Result<void> resource(const Json& item);
  void resource_link(const Json& item);

  // A name that is used once: `image_<ns>.png`.
  std::string save(std::string_view kind, std::string_view extension, std::string bytes);
  // Saves what `item.data` holds and says so: `[Image saved as image_1.png]`.
  Result<void> save_data(const Json& item, std::string_view kind, std::string_view extension);
  static Error malformed(std::string_view what, const Json& item) {
    return {ErrorCode::kInvalidArgument, std::string(what) + ": " + shortened(compact(item), 500), {}};
  }

  std::int64_t stamp_;
  ContentReport report_;
};

std::string ContentWriter::save(std::string_view kind, std::string_view extension, std::string bytes) {
  std::string name = std::string(kind) + "_" + std::to_string(stamp_++) + std::string(extension);
  report_.files.push_back({name, std::move(bytes)});
  return name;
}

Result<void> ContentWriter::save_data(const Json& item, std::string_view kind, std::string_view extension) {
  const Json* data = item.find("data");
  const std::string word(kind);
  if (!data || data->kind != Json::Kind::kString) {
    return malformed(word + " content item does not have a valid 'data' field", item);
  }
  auto bytes = base64_decode(data->text);
  if (!bytes) return Error{ErrorCode::kInvalidArgument, "failed to decode base64 " + word + " data", {}};
  const std::string title = kind == "image" ? "Image" : "Audio";
  report_.text += "[" + title + " saved as " + save(kind, extension, std::move(*bytes)) + "]\n";
  return {};
}

Result<void> ContentWriter::text(const Json& item) {
  const Json* text = item.find("text");
  if (!text || text->kind != Json::Kind::kString) {
    return malformed("text content item does not have a 'text' field", item);
  }
  report_.text += text->text + "\n";
  return {};
}

Result<void> ContentWriter::image(const Json& item) {
  return save_data(item, "image", extension_of(kImageExtensions, item.text_of("mimeType"), ".img"));
}

Result<void> ContentWriter::audio(const Json& item) {
  return save_data(item, "audio", extension_of(kAudioExtensions, item.text_of("mimeType"), ".audio"));
}

Result<void> ContentWriter::resource(const Json& item) {
  const Json* resource = item.find("resource");
  if (!resource || resource->kind != Json::Kind::kObject) {
    return malformed("resource content item does not have a valid 'resource' field", item);
  }
  const std::string_view mime = resource->text_of("mimeType");
  report_.text += line("Resource URI: ", resource->text_of("uri")) + line_if("MIME Type: ", mime);
  if (const Json* text = resource->find("text"); text && text->kind == Json::Kind::kString) {
    report_.text += "Text Content:\n" + text->text + "\n";
    return {};
  }
  const Json* blob = resource->find("blob");
  if (!blob || blob->kind != Json::Kind::kString) {
    return malformed("resource content item has neither 'text' nor 'blob'", item);
  }
  auto bytes = base64_decode(blob->text);
  if (!bytes) return Error{ErrorCode::kInvalidArgument, "failed to decode base64 resource data", {}};
  const std::string_view extension = extension_of(kResourceExtensions, mime, ".bin");
  report_.text += "[Resource saved as " + save("resource", extension, std::move(*bytes)) + "]\n";
  return {};
}

void ContentWriter::resource_link(const Json& item) {
  report_.text += line("Resource Link URI: ", item.text_of("uri")) + line_if("Name: ", item.text_of("name"));
  report_.text += line_if("Description: ", item.text_of("description"));
  report_.text += line_if("MIME Type: ", item.text_of("mimeType")) + "Resource link content handled correctly\n";
}

Result<void> ContentWriter::item(const Json& item) {
  const Json* type = item.find("type");
  if (!type || type->kind != Json::Kind::kString) {
    return malformed("content item does not have a 'type' field", item);
  }
  report_.text += "** Content [" + type->text + "] **\n";
  Result<void> done;
  if (type->text == "text") {
    done = text(item);
  } else if (type->text == "image") {
    done = image(item);
  } else if (type->text == "audio") {
    done = audio(item);
  } else if (type->text == "resource") {
    done = resource(item);
  } else if (type->text == "resource_link") {
    resource_link(item);
  } else {
    report_.text += "[Unknown content type: " + type->text + "]\nRaw content:\n" + pretty(item) + "\n";
  }
  report_.text += "\n";
  return done;
}

Result<ContentReport> ContentWriter::tool_result(const Json& result) {
  const Json* error = result.find("isError");
  if (error && error->truth) {
    report_.text += "The tool returned an error:\n";
    if (const Json* meta = result.find("_meta")) {
      for (const Json::Member& member : meta->members) {
        const bool is_text = member.value.kind == Json::Kind::kString;
        report_.text += member.key + ": " + (is_text ? member.value.text : compact(member.value)) + "\n";
      }
    }
  } else {
    report_.text += "Response from tool:\n";
  }
  report_.text += "\n";
  if (const Json* content = result.find("content")) {
    for (const Json& entry : content->items) {
      if (auto done = item(entry); !done) return done.error();
    }
  }
  if (const Json* data = result.find("structuredContent"); data && !data->is_null()) {
    report_.text += "\n** Structured Content **\n" + pretty(*data) + "\n\n";
  }
  return std::move(report_);
}

Result<ContentReport> ContentWriter::resource_contents(const Json& answer) {
  const Json* contents = answer.find("contents");
  if (!contents) return Error{ErrorCode::kInvalidArgument, "the answer has no 'contents'", {}};
  for (std::size_t i = 0; i < contents->items.size(); ++i) {
    const Json& content = contents->items[i];
    report_.text += std::string(i == 0 ? "" : "\n") + "Content " + std::to_string(i + 1) + ":\n";
    report_.text += line("URI: ", content.text_of("uri")) + line_if("MIME Type: ", content.text_of("mimeType"));
    if (const Json* text = content.find("text"); text && text->kind == Json::Kind::kString) {
      auto json = parse_json(text->text, Trailing::kRefuse);
      report_.text += (json ? pretty(*json) : text->text) + "\n";
    } else if (const Json* blob = content.find("blob"); blob && blob->kind == Json::Kind::kString) {
      auto bytes = base64_decode(blob->text);
      if (!bytes) return Error{ErrorCode::kInvalidArgument, "failed to decode base64 resource data", {}};
      report_.text += "[Blob content saved as " + save("resource", ".bin", std::move(*bytes)) + "]\n";
    }
  }
  return std::move(report_);
}

}  // namespace

Result<ContentReport> describe_tool_result(std::string_view answer, SystemTime now) {
  auto result = parse_json(answer, Trailing::kIgnore);
  if (!result) return result.error();
  return ContentWriter(now).tool_result(*result);
}

Result<ContentReport> describe_resource_contents(std::string_view answer, SystemTime now) {
  auto result = parse_json(answer, Trailing::kIgnore);
  if (!result) return result.error();
  return ContentWriter(now).resource_contents(*result);
}

}  // namespace jungle::cli
