#include "crypto/sealed_box.h"

#include <string>

#include <gtest/gtest.h>

#include "base/testing/fake_random.h"
#include "base/text.h"

namespace jungle::crypto {
namespace {

Secret master(char first) {
  std::string bytes;
  for (int i = 0; i < 32; ++i)
    bytes += static_cast<char>(first + i);
  return Secret(bytes);
}

class SealedBoxTest : public ::testing::Test {
 protected:
  std::string sealed(const std::string& plain, const std::string& associated = "here") {
    return seal(keys_, random_, Secret(plain), associated);
  }
  std::string why_not(std::string_view text, const std::string& associated = "here") {
    const auto opened = open_sealed(keys_, text, associated);
    return opened ? "opened" : opened.error().message;
  }

  KeyRing keys_{{master(0)}};
  SystemRandom random_;
};

TEST_F(SealedBoxTest, OpensWhatItSealed) {
  for (const std::string& plain :
       {std::string(), std::string("x"), std::string("a\0b\xff", 4), std::string(100'000, 'y')}) {
    const auto opened = open_sealed(keys_, sealed(plain), "here");
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->reveal(), plain);
  }
}

// Computed with Python's `cryptography`, so that no later version of this file can lose what was stored.
TEST_F(SealedBoxTest, WritesAlwaysTheSame) {
  testing::FakeRandom counting(1);
  EXPECT_EQ(seal(keys_, counting, Secret("hunter2"), "here"),
            "sealed:v1:36c650d0f12a6cc7:AQIDBAUGBwgJCgsMnomsUpz1ByobkR0ATqIPL8OAxiZ8Q-k");
}

TEST_F(SealedBoxTest, HidesItsText) {
  const std::string text = sealed("a-very-secret-token");
  EXPECT_EQ(text.find("secret"), std::string::npos);
  EXPECT_TRUE(is_sealed(text));
  EXPECT_NE(text, sealed("a-very-secret-token")) << "every nonce is another";
}

TEST_F(SealedBoxTest, TellsSealedTextsFromOthers) {
  const std::string id = keys_.primary().id;
  EXPECT_TRUE(is_sealed("sealed:v9:" + id + ":of a later program"));
  for (const std::string& text :
       {std::string("sealed:v1:"), "sealed:v1:" + id, "sealed:vx:" + id + ":",
        "sealed:v1:" + id.substr(1) + "g:", "sealed:v1-" + id + ":", " sealed:v1:" + id + ":"})
    EXPECT_FALSE(is_sealed(text)) << text;
}

TEST_F(SealedBoxTest, IsPlainAscii) {
  const std::string text = sealed(std::string(1000, '\xff'));
  EXPECT_EQ(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_:"),
            std::string::npos);
}

TEST_F(SealedBoxTest, OpensInItsOwnPlaceOnly) {
  EXPECT_EQ(why_not(sealed("x", "here"), "there"), "it was changed, or moved here from another place");
}

TEST_F(SealedBoxTest, NoticesAnyChangedByte) {
  const std::string text = sealed("hunter2");
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_NE(why_not(changed), "opened") << "at " << i;
  }
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_NE(why_not(text.substr(0, size)), "opened") << "cut at " << size;
  EXPECT_NE(why_not(text + "A"), "opened");
}

TEST_F(SealedBoxTest, OpensUnderOlderKeysAndSealsUnderTheFirst) {
  const std::string old = sealed("x");
  const KeyRing rotated({master(1), master(0)});
  ASSERT_TRUE(open_sealed(rotated, old, "here"));
  const std::string renewed = seal(rotated, random_, Secret("x"), "here");
  EXPECT_EQ(parse_sealed(renewed)->key_id, rotated.primary().id);
  const auto opened = open_sealed(keys_, renewed, "here");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(opened.error().message, "it is sealed under the key " + rotated.primary().id);
}

TEST_F(SealedBoxTest, AKeyIdOfAnotherKeyCannotBeWrittenOver) {
  const KeyRing both({master(1), master(0)});
  std::string text = sealed("x");
  text.replace(text.find(keys_.primary().id), 16, both.primary().id);
  EXPECT_EQ(open_sealed(both, text, "here").error().message, "it was changed, or moved here from another place");
}

TEST_F(SealedBoxTest, RefusesWhatIsNoSealedText) {
  const std::string id = keys_.primary().id;
  for (const std::string& text :
       {std::string(), std::string("sealed:"), std::string("sealed:v1:"), "sealed:v1:" + id, "sealed:v1:" + id + ":",
        "sealed:v1:" + id + ":" + std::string(36, 'A'), "sealed:v2:" + id + ":" + std::string(40, 'A'),
        "sealed:v1:" + id + ":" + std::string(40, '='), "Sealed:v1:" + id + ":" + std::string(40, 'A')})
    EXPECT_EQ(why_not(text), "it is not a sealed text of this version") << text;
}

}  // namespace
}  // namespace jungle::crypto
