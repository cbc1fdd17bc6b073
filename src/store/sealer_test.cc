#include "store/sealer.h"

#include <gtest/gtest.h>

#include "crypto/sealed_box.h"

namespace jungle::store {
namespace {

class SealerTest : public ::testing::Test {
 protected:
  std::string why_not(std::string_view stored, const SecretPlace& place) const {
    const auto opened = sealer_.open(stored, place);
    return opened ? "opened" : opened.error().message;
  }

  SystemRandom random_;
  const std::shared_ptr<const crypto::KeyRing> keys_ =
      std::make_shared<const crypto::KeyRing>(std::vector{crypto::make_master_key(random_)});
  const Sealer sealer_{keys_, random_};
};

constexpr SecretPlace kPlace{"mcp_servers", "github", "bearer_token"};

TEST_F(SealerTest, OpensWhatItSealed) {
  const std::string stored = sealer_.seal(Secret("hunter2"), kPlace);
  EXPECT_TRUE(crypto::is_sealed(stored));
  EXPECT_EQ("hunter2", sealer_.open(stored, kPlace).value().reveal());
}

TEST_F(SealerTest, LeavesWhatIsEmptyAndPassesWhatIsInClear) {
  EXPECT_EQ("", sealer_.seal(Secret(), kPlace));
  EXPECT_EQ("", sealer_.open("", kPlace).value().reveal());
  EXPECT_EQ("sealed: no", sealer_.open("sealed: no", kPlace).value().reveal());
}

TEST_F(SealerTest, ASecretOpensInItsOwnRowAndColumnOnly) {
  const std::string stored = sealer_.seal(Secret("hunter2"), kPlace);
  for (const SecretPlace& place : {SecretPlace{"mcp_servers", "github", "oauth_client_secret"},
                                   SecretPlace{"mcp_servers", "gitlab", "bearer_token"},
                                   SecretPlace{"upstream_o_auth_tokens", "github", "bearer_token"}})
    EXPECT_EQ(std::string(place.field) + " of '" + std::string(place.row) + "' in table " + std::string(place.table) +
                  " cannot be opened: it was changed, or moved here from another place",
              why_not(stored, place));
}

TEST_F(SealerTest, NoTwoPlacesAreWrittenAlike) {
  const std::string stored = sealer_.seal(Secret("x"), {"t", "a", "bc"});
  EXPECT_NE("opened", why_not(stored, {"t", "ab", "c"}));
  EXPECT_NE("opened", why_not(stored, {"ta", "", "bc"}));
}

TEST_F(SealerTest, SealsWholeJsonDocumentsAsJsonStrings) {
  const Secret document(R"({"name":"x","bearer_token":"t"})");
  const std::string stored = sealer_.seal_json(document, kPlace);
  EXPECT_EQ('"', stored.front());
  EXPECT_EQ('"', stored.back());
  EXPECT_TRUE(crypto::is_sealed(stored.substr(1, stored.size() - 2)));
  EXPECT_EQ(document, sealer_.open_json(stored, kPlace).value());
  EXPECT_EQ(document, sealer_.open_json(document.reveal(), kPlace).value()) << "as MCPJungle wrote it";
  EXPECT_EQ("\"plain\"", sealer_.open_json("\"plain\"", kPlace).value().reveal());
}

TEST_F(SealerTest, KnowsWhatIsSealedUnderTheCurrentKey) {
  const std::string stored = sealer_.seal(Secret("x"), kPlace);
  EXPECT_TRUE(sealer_.is_current(stored));
  EXPECT_FALSE(sealer_.is_current("x"));
  const auto other = std::make_shared<const crypto::KeyRing>(std::vector{crypto::make_master_key(random_)});
  EXPECT_FALSE(Sealer(other, random_).is_current(stored));
}

}  // namespace
}  // namespace jungle::store
