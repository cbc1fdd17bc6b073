#include "admin/router.h"

#include <array>

#include <gtest/gtest.h>

namespace jungle::admin {
namespace {

constexpr std::array<RoutePattern, 5> kPatterns{{
    {"GET", "/health"},
    {"GET", "/servers"},
    {"POST", "/servers/:name/enable"},
    {"DELETE", "/servers/:name"},
    {"GET", "/users/whoami"},
}};

using Kind = RouteMatch::Kind;

struct Case {
  std::string_view method;
  std::string_view path;
  Kind kind;
  std::size_t index;
  std::string_view parameter;
};

TEST(RouterTest, FindsRoutesByMethodAndPath) {
  constexpr std::array kCases{
      Case{"GET", "/health", Kind::kFound, 0, ""},
      Case{"GET", "/servers", Kind::kFound, 1, ""},
      Case{"POST", "/servers/up/enable", Kind::kFound, 2, "up"},
      Case{"POST", "/servers/a%20b/enable", Kind::kFound, 2, "a b"},
      Case{"DELETE", "/servers/up", Kind::kFound, 3, "up"},
      Case{"DELETE", "/servers/a%2Fb", Kind::kFound, 3, "a/b"},
      Case{"DELETE", "/servers/a+b", Kind::kFound, 3, "a+b"},

      Case{"HEAD", "/health", Kind::kNone, 0, ""},
      Case{"get", "/health", Kind::kNone, 0, ""},
      Case{"POST", "/health", Kind::kNone, 0, ""},
      Case{"GET", "/healthy", Kind::kNone, 0, ""},
      Case{"GET", "/Health", Kind::kNone, 0, ""},
      Case{"GET", "", Kind::kNone, 0, ""},
      Case{"GET", "/", Kind::kNone, 0, ""},
      Case{"GET", "*", Kind::kNone, 0, ""},
      Case{"DELETE", "/servers/", Kind::kNone, 0, ""},
      Case{"DELETE", "/servers/%zz", Kind::kNone, 0, ""},
      Case{"DELETE", "/servers/up/x", Kind::kNone, 0, ""},
      Case{"POST", "/servers//enable", Kind::kNone, 0, ""},
      Case{"POST", "/servers/enable", Kind::kNone, 0, ""},
      Case{"POST", "/servers/a/b/enable", Kind::kNone, 0, ""},

      Case{"GET", "/health/", Kind::kSlash, 0, ""},
      Case{"DELETE", "/servers/up/", Kind::kSlash, 3, "up"},
      Case{"POST", "/servers/up/enable/", Kind::kSlash, 2, "up"},
      Case{"GET", "/health//", Kind::kNone, 0, ""},
      Case{"POST", "/health/", Kind::kNone, 0, ""},
      Case{"GET", "//health/", Kind::kNone, 0, ""},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(std::string(c.method) + " " + std::string(c.path));
    const RouteMatch match = match_route(kPatterns, c.method, c.path);
    EXPECT_EQ(c.kind, match.kind);
    if (c.kind == Kind::kNone) continue;
    EXPECT_EQ(c.index, match.index);
    EXPECT_EQ(c.parameter, match.parameter);
  }
}

}  // namespace
}  // namespace jungle::admin
