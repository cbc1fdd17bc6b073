#include "admin/registrar.h"

#include <string>

#include "admin/testing/admin_test.h"
#include "catalog/testing/samples.h"

namespace jungle::admin {
namespace {

using catalog::ServerName;
using catalog::testing::discovery_of_tools;

// Pure parts of the registration road are tested beside their code; the whole of it in upstream_oauth_test.cc.
class RegistrarTest : public testing::AdminTest {
 protected:
  void store_grant(const std::string& server) {
    oauth::Grant grant;
    grant.server = ServerName(server);
    run(put(std::move(grant)));
  }
  Task<void> load() {
    auto loaded = co_await registrar_.load_grants();
    EXPECT_TRUE(loaded.has_value());
  }
  Task<void> put(oauth::Grant grant) {
    auto stored = co_await grants_.store_grant(std::move(grant));
    EXPECT_TRUE(stored.has_value());
  }
};

TEST_F(RegistrarTest, ForgetsGrantsOfServersThatAreNotThere) {
  register_server("up", discovery_of_tools({"echo"}));
  store_grant("up");
  store_grant("lost");
  run(load());
  EXPECT_EQ(1u, grants_.grant_count());
  EXPECT_TRUE(log_.contains("removed the OAuth grant of a server that is not registered"));
}

TEST_F(RegistrarTest, AForcedRegistrationWithoutOAuthDropsTheGrant) {
  register_server("up", discovery_of_tools({"echo"}));
  store_grant("up");
  EXPECT_EQ(201, post("/api/v0/servers?force=true", http_input("up")).status);
  EXPECT_EQ(0u, grants_.grant_count()) << "it would be sent in the place of what the server wants now";
}

TEST_F(RegistrarTest, ARegistrationThatFailsKeepsTheGrant) {
  register_server("up", discovery_of_tools({"echo"}));
  store_grant("up");
  discoverer_.fail("up", {ErrorCode::kUnavailable, "down", {}});
  EXPECT_EQ(502, post("/api/v0/servers?force=true", http_input("up")).status);
  EXPECT_EQ(1u, grants_.grant_count());
}

}  // namespace
}  // namespace jungle::admin
