#include "crypto/key_ring.h"

#include <gtest/gtest.h>

#include "base/testing/fake_random.h"
#include "base/text.h"
#include "crypto/sealed_box.h"

namespace jungle::crypto {
namespace {

// 32 bytes from `first` up.
std::string key_bytes(char first) {
  std::string bytes;
  for (int i = 0; i < 32; ++i)
    bytes += static_cast<char>(first + i);
  return bytes;
}

std::string hex(const std::string& bytes) {
  return hex_of({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()});
}

std::string why_not(std::string_view text) {
  const auto keys = parse_master_keys(text);
  return keys ? "accepted" : keys.error().message;
}

constexpr const char* kHowTo =
    "; a key is 32 random bytes in Base64 or hexadecimal: make one with `openssl rand -base64 32`";

TEST(KeyRingTest, ReadsAKeyInEverySpelling) {
  const std::string key = key_bytes('\xe0');
  for (const std::string& text : {base64_encode(key, Padding::kWith), base64_encode(key, Padding::kWithout),
                                  base64url_encode(key), hex(key), "\n  " + hex(key) + "\r\n"}) {
    const auto keys = parse_master_keys(text);
    ASSERT_TRUE(keys) << keys.error().message;
    ASSERT_EQ(keys->size(), 1u);
    EXPECT_EQ(keys->front().reveal(), key);
  }
}

TEST(KeyRingTest, ReadsSeveralKeysAndSkipsComments) {
  const auto keys = parse_master_keys("# new, old\n" + hex(key_bytes(0)) + "," + hex(key_bytes(1)) +
                                      "\n  # the oldest\n" + hex(key_bytes(2)) + "\n");
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->size(), 3u);
  EXPECT_EQ((*keys)[1].reveal(), key_bytes(1));
}

TEST(KeyRingTest, RefusesWhatIsNoKeyAndSaysHowToMakeOne) {
  EXPECT_EQ(why_not(""), "there is no key in it" + std::string(kHowTo));
  EXPECT_EQ(why_not("# nothing\n"), "there is no key in it" + std::string(kHowTo));
  EXPECT_EQ(why_not("hunter2!"), "it is neither Base64 nor hexadecimal" + std::string(kHowTo));
  EXPECT_EQ(why_not("c2hvcnQ="), "it has 5 bytes instead of 32" + std::string(kHowTo));
  EXPECT_EQ(why_not(base64_encode(key_bytes(0) + "x", Padding::kWith)),
            "it has 33 bytes instead of 32" + std::string(kHowTo));
  EXPECT_EQ(why_not(hex(key_bytes(0)) + " c2hvcnQ="), "key 2: it has 5 bytes instead of 32" + std::string(kHowTo));
}

TEST(KeyRingTest, RefusesWeakKeys) {
  const std::string weak = "it is a weak key, not a random one" + std::string(kHowTo);
  EXPECT_EQ(why_not(std::string(64, '0')), weak);
  EXPECT_EQ(why_not(base64_encode("correct horse battery staple 123", Padding::kWith)), weak);
  EXPECT_EQ(why_not(base64_encode(key_bytes(0).substr(0, 15) + std::string(17, '\x01'), Padding::kWith)), weak);
  EXPECT_EQ(why_not(base64_encode(key_bytes(0).substr(0, 16) + std::string(16, '\x01'), Padding::kWith)), "accepted");
}

TEST(KeyRingTest, HasALimitOnKeys) {
  std::string text;
  for (std::size_t i = 0; i < kMasterKeysMax; ++i)
    text += hex(key_bytes(static_cast<char>(i))) + "\n";
  EXPECT_EQ(why_not(text), "accepted");
  EXPECT_EQ(why_not(text + hex(key_bytes(100))), "it holds more than 16 keys" + std::string(kHowTo));
}

TEST(KeyRingTest, MakesKeysThatItAccepts) {
  SystemRandom random;
  for (int i = 0; i < 1000; ++i)
    ASSERT_EQ(why_not(master_key_text(make_master_key(random)).reveal()), "accepted");
}

// Held fast: a change of the derivation would make every stored secret unreadable. Computed with Python's hmac module.
TEST(KeyRingTest, DerivesAlwaysTheSame) {
  const KeyRing ring({Secret(key_bytes(0))});
  EXPECT_EQ(ring.primary().id, "36c650d0f12a6cc7");
  EXPECT_EQ(hex(ring.primary().key.reveal()), "c2ef25867e764a24d168823ffad18540c5591434637442cd91a0b32024faba3b");
}

TEST(KeyRingTest, TheFirstSealsAndAllAreFound) {
  const KeyRing ring({Secret(key_bytes(0)), Secret(key_bytes(1))});
  const KeyRing older({Secret(key_bytes(1))});
  EXPECT_NE(ring.primary().id, older.primary().id);
  EXPECT_EQ(ring.find(ring.primary().id), &ring.primary());
  ASSERT_NE(ring.find(older.primary().id), nullptr);
  EXPECT_EQ(ring.find(older.primary().id)->key, older.primary().key);
  EXPECT_EQ(older.find(ring.primary().id), nullptr);
  EXPECT_EQ(older.find(""), nullptr);
}

TEST(KeyRingTest, AnyKeyMayLead) {
  const KeyRing ring({Secret(key_bytes(0)), Secret(key_bytes(1)), Secret(key_bytes(2))});
  const std::string third = KeyRing({Secret(key_bytes(2))}).primary().id;
  const KeyRing led = ring.led_by(third);
  EXPECT_EQ(led.primary().id, third);
  EXPECT_NE(led.find(ring.primary().id), nullptr);
  EXPECT_EQ(ring.led_by(ring.primary().id).primary().id, ring.primary().id);
}

TEST(KeyRingTest, KeysForAnotherPurposeOpenNothingElse) {
  testing::FakeRandom random;
  const KeyRing ring({make_master_key(random)});
  const KeyRing other = ring.for_purpose("other");
  EXPECT_EQ(ring.primary().id, other.primary().id);
  const std::string sealed = seal(other, random, Secret("text"), "place");
  EXPECT_TRUE(open_sealed(ring.for_purpose("other"), sealed, "place"));
  EXPECT_FALSE(open_sealed(ring, sealed, "place"));
  EXPECT_FALSE(open_sealed(ring.for_purpose("third"), sealed, "place"));
}

}  // namespace
}  // namespace jungle::crypto
