#include "oauth/form.h"

#include <gtest/gtest.h>

namespace jungle::oauth {
namespace {

// RFC 6749, appendix B.
TEST(FormTest, EncodesAsTheAppendixOfTheRfc) {
  EXPECT_EQ("+%25%26%2B%C2%A3%E2%82%AC", form_encoded(std::string_view(" %&+\xC2\xA3\xE2\x82\xAC")));
}

TEST(FormTest, JoinsFieldsInOrder) {
  EXPECT_EQ("", form_encoded(FormFields{}));
  EXPECT_EQ("z=1&a=a%3Db%26c&empty=", form_encoded(FormFields{{"z", "1"}, {"a", "a=b&c"}, {"empty", ""}}));
}

}  // namespace
}  // namespace jungle::oauth
