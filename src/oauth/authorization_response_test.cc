#include "oauth/authorization_response.h"

#include <gtest/gtest.h>

namespace jungle::oauth {
namespace {

const SystemTime kNow = SystemTime(Seconds(1'800'000'000));

PendingSession session(bool issuer_always_named) {
  PendingSession session;
  session.state = Secret("state");
  session.issuer = Issuer("https://as.example");
  session.issuer_always_named = issuer_always_named;
  session.expires_at = kNow + Seconds(1);
  return session;
}

std::string error_of(const PendingSession& session, const std::string& state, const std::string& iss,
                     SystemTime now = kNow) {
  const auto checked = check_response(session, {Secret("code"), state, iss}, now);
  if (checked.has_value()) return "";
  EXPECT_EQ(ErrorCode::kInvalidArgument, checked.error().code);
  return checked.error().message;
}

TEST(AuthorizationResponseTest, MustHaveTheState) {
  EXPECT_EQ("", error_of(session(false), "state", ""));
  for (const std::string wrong : {"State", "stat", "state ", "other", ""})
    EXPECT_EQ("upstream OAuth session state mismatch: invalid user input", error_of(session(false), wrong, ""));
}

TEST(AuthorizationResponseTest, MustComeInTime) {
  EXPECT_EQ("", error_of(session(false), "state", "", kNow + Millis(999)));
  EXPECT_EQ("upstream OAuth session expired: invalid user input",
            error_of(session(false), "state", "", kNow + Seconds(1)));
}

// The table of MCP 2026-07-28 basic/authorization "Authorization Response Validation" (RFC 9207 §2.4).
TEST(AuthorizationResponseTest, MustComeFromTheServerThatWasAsked) {
  EXPECT_EQ("", error_of(session(true), "state", "https://as.example"));
  EXPECT_EQ("", error_of(session(false), "state", "https://as.example"));
  EXPECT_EQ("", error_of(session(false), "state", ""));
  EXPECT_EQ(
      "upstream OAuth response has no iss, but the authorization server 'https://as.example' names itself in every "
      "response: it may come from another server (RFC 9207): invalid user input",
      error_of(session(true), "state", ""));
  for (const bool always : {true, false}) {
    for (const std::string iss : {"https://evil.example", "https://as.example/", "HTTPS://as.example",
                                  "https://as.example:443", "https://as.example "}) {
      EXPECT_NE(std::string::npos, error_of(session(always), "state", iss).find("comes from the issuer")) << iss;
    }
  }
}

}  // namespace
}  // namespace jungle::oauth
