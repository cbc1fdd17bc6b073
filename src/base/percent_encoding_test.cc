#include "base/percent_encoding.h"

#include <string>

#include <gtest/gtest.h>

namespace jungle {
namespace {

TEST(PercentEncodingTest, EncodesAllButUnreservedCharacters) {
  EXPECT_EQ("aZ09-._~", percent_encoded("aZ09-._~", HexCase::kUpper));
  EXPECT_EQ("%20%25%2B%2F%C3%9F%00", percent_encoded(std::string_view(" %+/\xc3\x9f\0", 7), HexCase::kUpper));
  EXPECT_EQ("%2b%2f%c3%9f", percent_encoded("+/\xc3\x9f", HexCase::kLower));
  EXPECT_EQ("", percent_encoded("", HexCase::kLower));
}

TEST(PercentEncodingTest, DecodesEscapesInEitherCase) {
  EXPECT_EQ("a+b/c", percent_decoded("a+b%2Fc", PlusSign::kIsItself));
  EXPECT_EQ("a b", percent_decoded("a+b", PlusSign::kIsSpace));
  EXPECT_EQ("a b/c+", percent_decoded("a+b%2fc%2b", PlusSign::kIsSpace));
  EXPECT_EQ("%2f", percent_decoded("%252f", PlusSign::kIsItself)) << "once";
  EXPECT_EQ("", percent_decoded("", PlusSign::kIsItself));
}

TEST(PercentEncodingTest, RefusesBrokenEscapesAndNul) {
  for (const char* broken : {"%", "a%2", "%2x", "%x2", "%%41", "%00", "a%00b"})
    EXPECT_EQ(std::nullopt, percent_decoded(broken, PlusSign::kIsItself)) << broken;
  EXPECT_EQ(std::nullopt, percent_decoded(std::string_view("a\0b", 3), PlusSign::kIsItself));
}

TEST(PercentEncodingTest, EveryByteButNulComesBack) {
  std::string all;
  for (int byte = 1; byte < 256; ++byte)
    all += static_cast<char>(byte);
  for (const HexCase hex_case : {HexCase::kUpper, HexCase::kLower})
    EXPECT_EQ(all, percent_decoded(percent_encoded(all, hex_case), PlusSign::kIsSpace));
}

}  // namespace
}  // namespace jungle
