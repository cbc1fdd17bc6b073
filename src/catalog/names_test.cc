#include "catalog/names.h"

#include <gtest/gtest.h>

namespace jungle::catalog {
namespace {

std::string why_not_name(const std::string& name) {
  const auto parsed = parse_server_name(name);
  return parsed ? "accepted" : parsed.error().message;
}

TEST(ServerNameTest, TakesLettersDigitsUnderscoresAndHyphens) {
  for (const char* name : {"a", "GitHub-2", "_leading", "a_b_c", "-", "7"})
    EXPECT_EQ("accepted", why_not_name(name)) << name;
}

// The texts are MCPJungle's: scripts match on them.
TEST(ServerNameTest, SaysWhichRuleIsBroken) {
  EXPECT_EQ("invalid server name: '' must not be empty: invalid user input", why_not_name(""));
  EXPECT_EQ("invalid server name: 'a b' must follow the regular expression ^[a-zA-Z0-9_-]+$: invalid user input",
            why_not_name("a b"));
  EXPECT_EQ("invalid server name: 'a__b' must not contain multiple consecutive underscores: invalid user input",
            why_not_name("a__b"));
  EXPECT_EQ("invalid server name: 'a_' must not end with an underscore: invalid user input", why_not_name("a_"));
  EXPECT_EQ("invalid server name: 'a/b' must follow the regular expression ^[a-zA-Z0-9_-]+$: invalid user input",
            why_not_name("a/b"));
  EXPECT_NE("accepted", why_not_name("größe"));
  EXPECT_NE("accepted", why_not_name(std::string("a\0b", 3)));
}

TEST(ServerNameTest, IsAsLongAsTheLimitAndNotLonger) {
  EXPECT_EQ("accepted", why_not_name(std::string(kServerNameBytesMax, 'a')));
  EXPECT_NE(std::string::npos, why_not_name(std::string(kServerNameBytesMax + 1, 'a')).find("longer than 128"));
}

TEST(UrlTest, TakesHttpAndHttps) {
  for (const char* url : {"http://x", "HTTPS://x.example/mcp?a=b", "http://127.0.0.1:1/mcp", "http://[::1]:80/"})
    EXPECT_TRUE(check_url(url).has_value()) << url;
}

TEST(UrlTest, RefusesEverythingElse) {
  EXPECT_EQ("invalid url: 'ftp://x/y' must be a valid http or https url: invalid user input",
            check_url("ftp://x/y").error().message);
  for (const std::string url : {"", "http:///missing-host", "not a url", "http://a b/", "http://u:p@x/", "http://x:0/",
                                "http://x:99999/", "http://x%0d%0a/", "//x/y", "http:x"})
    EXPECT_FALSE(check_url(url).has_value()) << url;
  EXPECT_FALSE(check_url("http://x/" + std::string(kUrlBytesMax, 'a')).has_value());
}

TEST(ExposedUriTest, EncodesAsMcpJungleDoes) {
  EXPECT_EQ("mcpj://res/up/ZmlsZTovLy9hIGI/LnR4dA", exposed_uri_of(ServerName("up"), "file:///a b?.txt"));
  EXPECT_EQ("mcpj://tpl/up/file:///{path}", exposed_template_of(ServerName("up"), "file:///{path}"));
}

TEST(ExposedUriTest, ReadsWhatItWrites) {
  const ServerName server("my-server");
  for (const std::string uri : {"file:///a b?.txt", "x", "ui://app/größe", "ui://a", "UI://a", "mcpj://res/a/b"}) {
    EXPECT_EQ((ExposedUri{ExposedUri::Kind::kResource, server, uri}),
              parse_exposed_uri(exposed_uri_of(server, uri)).value());
  }
  for (const std::string uri : {"file:///{path}", "x", "mcpj://tpl/a/b"}) {
    EXPECT_EQ((ExposedUri{ExposedUri::Kind::kFromTemplate, server, uri}),
              parse_exposed_uri(exposed_template_of(server, uri)).value());
  }
}

// Hosts of MCP Apps take no other scheme.
TEST(ExposedUriTest, KeepsTheSchemeOfInterfaces) {
  const ServerName server("my-server");
  EXPECT_EQ("ui://my-server/app/view.html?a=b", exposed_uri_of(server, "ui://app/view.html?a=b"));
  EXPECT_EQ("ui://my-server/app/{id}", exposed_template_of(server, "ui://app/{id}"));
  const ExposedUri expected{ExposedUri::Kind::kResource, server, "ui://app/view.html"};
  EXPECT_EQ(expected, parse_exposed_uri("ui://my-server/app/view.html").value());
  EXPECT_EQ(expected, parse_exposed_uri("mcpj://res/my-server/dWk6Ly9hcHAvdmlldy5odG1s").value());
}

TEST(ExposedUriTest, SaysWhatIsWrong) {
  const auto why = [](const std::string& uri) { return parse_exposed_uri(uri).error().message; };
  EXPECT_EQ("resource URI not-a-mcpj-uri is not a valid MCPJungle resource URI: invalid user input",
            why("not-a-mcpj-uri"));
  EXPECT_EQ("resource URI mcpj://res/up/!!! contains an invalid upstream URI encoding: invalid user input",
            why("mcpj://res/up/!!!"));
  for (const char* uri : {"", "mcpj://res/", "mcpj://res//eA", "mcpj://res/up", "mcpj://res/up/", "mcpj://tpl/up/",
                          "ui://", "ui://up", "ui://up/", "ui:///x"})
    EXPECT_NE(std::string::npos, why(uri).find("is not a valid MCPJungle resource URI")) << uri;
  EXPECT_NE(std::string::npos, why("mcpj://res/a__b/eA").find("invalid server name: 'a__b'"));
  EXPECT_NE(std::string::npos, why("mcpj://res/up/eA==").find("encoding")) << "one spelling per URI";
}

}  // namespace
}  // namespace jungle::catalog
