#include "oauth/client_metadata_document.h"

#include <gtest/gtest.h>

namespace jungle::oauth {
namespace {

TEST(ClientMetadataDocumentTest, SaysWhoWeAre) {
  EXPECT_EQ(R"({"client_id":"https://gateway.example/oauth/client-metadata.json","client_name":"Ours",)"
            R"("application_type":"native","redirect_uris":["http://127.0.0.1/oauth/callback",)"
            R"("http://localhost/oauth/callback","http://[::1]/oauth/callback"],"grant_types":["authorization_code",)"
            R"("refresh_token"],"response_types":["code"],"token_endpoint_auth_method":"none"})",
            client_metadata_document("https://gateway.example/oauth/client-metadata.json", "Ours"));
}

TEST(ClientMetadataDocumentTest, CoversTheCallbackOfTheCommandLine) {
  for (const char* uri :
       {"http://127.0.0.1:41234/oauth/callback", "http://localhost/oauth/callback", "http://[::1]:9/oauth/callback"})
    EXPECT_TRUE(is_command_line_callback(uri)) << uri;
  for (const char* uri : {"https://127.0.0.1/oauth/callback", "http://gateway.example/oauth/callback",
                          "http://127.0.0.1/cb", "http://127.0.0.1/oauth/callback?x=1", ""})
    EXPECT_FALSE(is_command_line_callback(uri)) << uri;
}

}  // namespace
}  // namespace jungle::oauth
