#include "crypto/pkce.h"

#include <gtest/gtest.h>

#include "base/testing/fake_random.h"

namespace jungle::crypto {
namespace {

// RFC 7636, appendix B.
TEST(PkceTest, ChallengesAsTheAppendixOfTheRfc) {
  EXPECT_EQ(code_challenge(Secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

// RFC 7636 §4.1: 43 to 128 characters of unreserved ones.
TEST(PkceTest, AVerifierHasTheSyntaxOfTheRfc) {
  testing::FakeRandom random(200);
  const Secret verifier = code_verifier(random);
  EXPECT_EQ(verifier.reveal().size(), 43u);
  EXPECT_EQ(verifier.reveal().find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"),
            std::string::npos);
}

TEST(PkceTest, EveryVerifierIsAnother) {
  testing::FakeRandom random;
  EXPECT_NE(code_verifier(random), code_verifier(random));
}

}  // namespace
}  // namespace jungle::crypto
