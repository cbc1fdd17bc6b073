// The answer to a request, as the peer wrote it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/redactor.h"
#include "mcp/json_text.h"

namespace jungle::mcp {

// Which era wrote a result. The modern form carries `resultType` (and cache hints); the legacy form has none, which
// means "complete". The downstream edge converts where the client's era differs, and only then.
enum class ResultForm : std::uint8_t { kLegacy, kModern };

// A result or an error object: raw JSON that passes through untouched. An upstream's JSON-RPC error is data and travels
// here; jungle::Error means that we have no answer.
class Response {
 public:
  Response() = default;
  // A result that lies within a larger text, such as a whole message: nothing is copied. `type` is where the value of
  // its `resultType` lies, empty if it has none.
  static Response result(std::string text, Range payload, Range type, ResultForm form) {
    Response response(std::move(text), payload, nullptr, form, false);
    response.type_ = type;
    return response;
  }
  static Response result(std::string payload, ResultForm form) {
    const Range all{0, payload.size()};
    return Response(std::move(payload), all, nullptr, form, false);
  }
  // A result that many answers share, such as a page of tools/list.
  static Response shared_result(std::shared_ptr<const std::string> payload, ResultForm form) {
    const Range all{0, payload->size()};
    return Response({}, all, std::move(payload), form, false);
  }
  // A JSON-RPC error object.
  static Response error(std::string text, Range payload) {
    return Response(std::move(text), payload, nullptr, ResultForm::kLegacy, true);
  }
  static Response error(std::string payload) {
    const Range all{0, payload.size()};
    return Response(std::move(payload), all, nullptr, ResultForm::kLegacy, true);
  }
  static Response error(int code, std::string_view message);
  // `data` is raw JSON.
  static Response error(int code, std::string_view message, std::string_view data);

  // A result of tools/call that tells the model of a failure (`isError`), for clients of any era.
  static Response tool_failure(std::string_view message);

  bool is_error() const { return is_error_; }
  // Hides secrets in an answer that is not shared; its JSON stays what it was otherwise.
  void redact(const Redactor& redactor) { redactor.redact(text_); }
  ResultForm form() const { return form_; }
  // The raw JSON of the result or of the error object. Valid while this object lives and is not moved.
  std::string_view payload() const { return payload_.of(shared_ ? *shared_ : text_); }
  // The raw JSON of the `resultType`, empty if there is none. Nothing: nobody has looked for it. Ask result_type_of().
  std::optional<std::string_view> raw_type() const { return type_ ? std::optional(type_->of(text_)) : std::nullopt; }

 private:
  Response(std::string text, Range payload, std::shared_ptr<const std::string> shared, ResultForm form, bool is_error)
      : text_(std::move(text)), shared_(std::move(shared)), payload_(payload), form_(form), is_error_(is_error) {}

  std::string text_;
  std::shared_ptr<const std::string> shared_;
  Range payload_;
  std::optional<Range> type_;
  ResultForm form_ = ResultForm::kLegacy;
  bool is_error_ = false;
};

}  // namespace jungle::mcp
