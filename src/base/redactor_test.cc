#include "base/redactor.h"

#include <vector>

#include <gtest/gtest.h>

namespace jungle {
namespace {

std::string redacted(const std::string& secret, const std::string& text) {
  const std::vector<Secret> secrets{Secret(secret)};
  return Redactor(secrets).redacted(text);
}

TEST(RedactorTest, HidesEveryOccurrence) {
  EXPECT_EQ("no ********, no ********!", redacted("hunter2!", "no hunter2!, no hunter2!!"));
  EXPECT_EQ("****************", redacted("abcdefgh", "abcdefghabcdefgh"));
  EXPECT_EQ("unknown", redacted("hunter2!", "unknown"));
  EXPECT_EQ("", redacted("hunter2!", ""));
}

TEST(RedactorTest, FindsASecretInJsonAndInUrls) {
  EXPECT_EQ(R"({"got":"**************"})", redacted("a\"b\\c\nd/efg", R"({"got":"a\"b\\c\nd/efg"})"));
  EXPECT_EQ("?k=*************&x", redacted("abc/def+1", "?k=abc%2Fdef%2B1&x"));
  EXPECT_EQ("?k=*************&x", redacted("abc/def+1", "?k=abc%2fdef%2b1&x"));
}

TEST(RedactorTest, FindsTheWordsOfASecret) {
  EXPECT_EQ("bad token *********", redacted("Bearer token-123", "bad token token-123"));
  EXPECT_EQ("line *********", redacted("BEGIN KEY\nMIIabcdef\nEND KEY", "line MIIabcdef"));
}

TEST(RedactorTest, LeavesShortTextsAlone) {
  EXPECT_EQ("true 1234567", redacted("1234567", "true 1234567"));
  EXPECT_EQ("true ********", redacted("12345678", "true 12345678"));
  EXPECT_EQ("x", redacted("", "x"));
}

TEST(RedactorTest, HidesShorterOnesIfAsked) {
  const std::vector<Secret> secrets{Secret("s3/et"), Secret("to be"), Secret()};
  EXPECT_EQ("no *****, no *******, to or be", Redactor(secrets, 1).redacted("no s3/et, no s3%2Fet, to or be"));
  const std::vector<Secret> of_two_sizes{Secret("four"), Secret("fives")};
  EXPECT_EQ("four *****", Redactor(of_two_sizes, 5).redacted("four fives"));
}

TEST(RedactorTest, HidesTheLongerOfTwoThatOverlap) {
  const std::vector<Secret> secrets{Secret("abcdefgh"), Secret("abcdefgh-and-more")};
  EXPECT_EQ("[*****************]", Redactor(secrets).redacted("[abcdefgh-and-more]"));
}

TEST(RedactorTest, KeepsOffsets) {
  const std::string text = R"({"message":"bad secret-token","code":1})";
  EXPECT_EQ(text.size(), redacted("secret-token", text).size());
}

TEST(RedactorTest, HidesWhatIsCutAtTheEdgesOfAPiece) {
  const std::vector<Secret> secrets{Secret("canary-token-4711")};
  const Redactor redactor(secrets);
  EXPECT_EQ("Bearer ********", redactor.redacted_piece("Bearer canary-t"));
  EXPECT_EQ("******** refused", redactor.redacted_piece("ken-4711 refused"));
  EXPECT_EQ("********** *****************", redactor.redacted_piece("token-4711 canary-token-4711").substr(0, 28));
  EXPECT_EQ("Bearer canary-", redactor.redacted_piece("Bearer canary-")) << "too little to be of use";
  EXPECT_EQ("", redactor.redacted_piece(""));
}

TEST(RedactorTest, HidesNothingWithoutSecrets) { EXPECT_EQ("anything at all", Redactor().redacted("anything at all")); }

}  // namespace
}  // namespace jungle
