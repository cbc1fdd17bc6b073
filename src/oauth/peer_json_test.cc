#include "oauth/peer_json.h"

#include <gtest/gtest.h>

namespace jungle::oauth {
namespace {

TEST(PeerJsonTest, ReadsMembers) {
  auto json = PeerJson::parse(R"({"t":"x","l":["a","b"],"f":true,"n":3600,"s":"12","d":1.9,"z":null})").value();
  EXPECT_EQ("x", json.text("t"));
  EXPECT_EQ((std::vector<std::string>{"a", "b"}), json.texts("l"));
  EXPECT_TRUE(json.flag("f"));
  EXPECT_EQ(3600, json.number("n"));
  EXPECT_EQ(12, json.number("s"));
  EXPECT_EQ(1, json.number("d"));
  EXPECT_FALSE(json.has("z"));
  EXPECT_EQ(std::nullopt, json.text("z"));
  EXPECT_EQ(std::nullopt, json.text("absent"));
  EXPECT_EQ(std::nullopt, json.fault());
}

TEST(PeerJsonTest, RemembersTheFirstWrongType) {
  const std::string body = R"({"t":1,"l":["a",1],"f":"yes","n":"1h"})";
  auto json = PeerJson::parse(body).value();
  EXPECT_TRUE(json.texts("l").empty());
  EXPECT_EQ(std::nullopt, json.text("t"));
  EXPECT_FALSE(json.flag("f"));
  EXPECT_EQ(std::nullopt, json.number("n"));
  EXPECT_EQ("its member 'l' is not a list of strings", json.fault());
}

TEST(PeerJsonTest, NumbersStayInRange) {
  auto json = PeerJson::parse(R"({"big":18446744073709551615,"bigger":1e300,"low":-1e300})").value();
  EXPECT_EQ(INT64_MAX, json.number("big"));
  EXPECT_EQ(9007199254740992, json.number("bigger"));
  EXPECT_EQ(-9007199254740992, json.number("low"));
}

TEST(PeerJsonTest, RefusesWhatIsNoObject) {
  const std::string deep = std::string(17, '[') + std::string(17, ']');
  for (const std::string& text : {std::string(), std::string("<html>"), std::string("[]"), std::string("{} {}"),
                                  std::string("{\"a\":\"\xff\"}"), "{\"a\":" + deep + "}"}) {
    const auto json = PeerJson::parse(text);
    ASSERT_FALSE(json.has_value()) << text;
    EXPECT_EQ(ErrorCode::kUpstreamRejected, json.error().code);
  }
}

}  // namespace
}  // namespace jungle::oauth
