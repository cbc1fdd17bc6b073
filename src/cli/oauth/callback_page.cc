#include "cli/oauth/callback_page.h"

#include "base/text.h"

namespace jungle::cli {
namespace {

constexpr std::size_t kForeignTextBytesMax = 300;

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

std::string refusal_text(const AuthorizationResponse& response) {
  std::string text = response.error;
  if (!response.error_description.empty()) text += ": " + response.error_description;
  return shortened(text, kForeignTextBytesMax);
}

CallbackPage plain_page(int status, std::string_view heading, std::string_view text) {
  const std::string title = html_escaped(heading);
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>" +
      title +
      "</title>\n<style>body { font: 1.1em/1.5 system-ui, sans-serif; max-width: 36em; margin: 15vh auto; "
      "padding: 0 1em }</style>\n<h1>" +
      title + "</h1>\n<p>" + html_escaped(text) + "</p>\n</html>\n";
  return {status, std::move(html)};
}

CallbackPage successful_page(std::string_view server) {
  return plain_page(200, "Authorization successful",
                    "MCPJungle may now use '" + std::string(server) + "'. You can close this window.");
}

CallbackPage refused_page(const AuthorizationResponse& response) {
  const bool is_denial = response.error == "access_denied";
  return plain_page(400, is_denial ? "Authorization denied" : "Authorization failed",
                    "The authorization server answered: " + refusal_text(response) +
                        ". Nothing was stored. You can close this window.");
}

CallbackPage failed_page(std::string_view reason) {
  return plain_page(400, "Authorization failed",
                    std::string(reason) + ". See the terminal for what to do. You can close this window.");
}

}  // namespace jungle::cli
