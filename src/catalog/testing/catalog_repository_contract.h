// What every CatalogRepository must do: one suite, instantiated once per implementation.
//
//   struct MyHarness { CatalogRepository& repository(); void reopen(); };
//   INSTANTIATE_TYPED_TEST_SUITE_P(My, CatalogRepositoryContract, MyHarness);
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/testing/threaded_test.h"
#include "catalog/admission.h"
#include "catalog/repository.h"
#include "catalog/testing/samples.h"

namespace jungle::catalog::testing {

// `Harness` owns the repository; reopen() makes a second one over the same data, as after a restart.
template <typename Harness>
class CatalogRepositoryContract : public jungle::testing::ThreadedTest {
 protected:
  CatalogRepository& repository() { return harness_.repository(); }
  ServerEntry inserted(const std::string& name, Discovery discovery = small_discovery()) {
    return wait(repository().insert(admit(full_spec(name), std::move(discovery)))).value();
  }
  // What a restart finds, completed as the catalog does it.
  std::vector<ServerEntry> reloaded() {
    harness_.reopen();
    auto loaded = wait(repository().load()).value();
    EXPECT_EQ(std::vector<std::string>(), loaded.warnings);
    for (ServerEntry& server : loaded.servers)
      EXPECT_EQ(std::vector<std::string>(), complete(server));
    return std::move(loaded.servers);
  }

  // Every field set.
  static ServerSpec full_spec(const std::string& name) {
    ServerSpec spec = http_spec(name);
    spec.description = "it's \"quoted\" größe";
    spec.bearer_token = Secret("token");
    spec.headers = {{"X-Key", Secret("b")}, {"A-Key", Secret("a")}};
    spec.forward_headers = {{"X-Wiki-Token", "Authorization"}, {"X-Request-Id", "X-Request-Id"}};
    spec.ca_file = "/etc/ssl/corp größe.pem";
    spec.session_mode = SessionMode::kStateful;
    spec.protocol = Protocol::kModern;
    spec.init_timeout_sec = 5;
    spec.call_timeout_sec = 600;
    spec.sync_interval_sec = 90;
    spec.oauth_redirect_uri = "http://127.0.0.1/callback";
    spec.oauth_client_id = "id";
    spec.oauth_client_secret = Secret("secret");
    spec.oauth_client_private_key = Secret("-----BEGIN\n");
    spec.oauth_scopes = {"read", "write"};
    spec.oauth_grant = OAuthGrant::kClientCredentials;
    spec.oauth_issuer = "https://as.example";
    spec.oauth_assume_s256 = true;
    return spec;
  }

  // Everything that is stored, as text: one line per fact.
  static std::string described(const ServerEntry& server) {
    std::string text = std::to_string(server.id) + " " + server.spec.name.str() + " " + server.revision + " " +
                       server.capabilities + server.server_info + server.instructions +
                       (server.enabled ? " on " : " off ") + server.created_at + " " + server.updated_at + "\n";
    for (const std::string& warning : server.warnings)
      text += "warning " + warning + "\n";
    const auto add = [&](const auto& entries) {
      for (const auto& entry : entries)
        text += std::to_string(entry.id) + (entry.enabled ? " on " : " off ") + entry.created_at + " " +
                entry.updated_at + " " + entry.exposed_name + " " + entry.definition + "\n";
    };
    add(server.tools);
    add(server.prompts);
    add(server.resources);
    add(server.resource_templates);
    return text;
  }

  Harness harness_;
};

TYPED_TEST_SUITE_P(CatalogRepositoryContract);

TYPED_TEST_P(CatalogRepositoryContract, IsEmptyAtFirst) { EXPECT_TRUE(this->reloaded().empty()); }

TYPED_TEST_P(CatalogRepositoryContract, LoadsWhatWasInserted) {
  Discovery discovery = small_discovery();
  discovery.warnings = {"tool 'x' was set aside: why"};
  const ServerEntry stored = this->inserted("one", discovery);
  const auto servers = this->reloaded();
  ASSERT_EQ(1u, servers.size());
  EXPECT_TRUE(stored.spec == servers[0].spec);
  EXPECT_EQ(this->described(stored), this->described(servers[0]));
  EXPECT_EQ(2u, servers[0].tools.size());
  EXPECT_EQ(1u, servers[0].prompts.size());
  EXPECT_EQ(1u, servers[0].resources.size());
  EXPECT_EQ(1u, servers[0].resource_templates.size());
}

TYPED_TEST_P(CatalogRepositoryContract, KeepsEveryFieldOfAStdioSpec) {
  ServerSpec spec = stdio_spec("local");
  spec.args = {"-y", "a b", "", "größe"};
  spec.env = {{"Z", Secret("1")}, {"A", Secret("")}};
  spec.cwd = "/tmp/with space";
  spec.warm = 0;
  spec.protocol = Protocol::kLegacy;
  ASSERT_TRUE(this->wait(this->repository().insert(admit(spec, Discovery()))).has_value());
  const auto servers = this->reloaded();
  ASSERT_EQ(1u, servers.size());
  EXPECT_TRUE(spec == servers[0].spec);
}

TYPED_TEST_P(CatalogRepositoryContract, KeepsDefinitionsByteForByte) {
  Discovery discovery;
  discovery.tools = {R"({ "name" : "Model Details" , "inputSchema":{"type":"object","$schema":"x", "n":1.0},)"
                     R"( "x-vendor":[9007199254740993,"\u00e9","💡"], "_meta":{"a/b":null}, "title":"T" })"};
  const ServerEntry stored = this->inserted("bytes", discovery);
  ASSERT_EQ(1u, stored.tools.size());
  EXPECT_EQ(discovery.tools[0], stored.tools[0].definition);
  EXPECT_EQ(discovery.tools[0], this->reloaded()[0].tools[0].definition);
}

TYPED_TEST_P(CatalogRepositoryContract, GivesIdsAndTimes) {
  const ServerEntry stored = this->inserted("one");
  EXPECT_NE(0, stored.id);
  EXPECT_NE(0, stored.tools[0].id);
  EXPECT_NE(stored.tools[0].id, stored.tools[1].id);
  for (const std::string& time : {stored.created_at, stored.updated_at, stored.tools[0].created_at}) {
    ASSERT_GT(time.size(), 20u) << time;
    EXPECT_EQ('T', time[10]) << time;
  }
}

TYPED_TEST_P(CatalogRepositoryContract, KeepsTheOrderOfRegistration) {
  for (const char* name : {"b", "c", "a"})
    this->inserted(name);
  const auto servers = this->reloaded();
  ASSERT_EQ(3u, servers.size());
  EXPECT_EQ("b", servers[0].spec.name.str());
  EXPECT_EQ("c", servers[1].spec.name.str());
  EXPECT_EQ("a", servers[2].spec.name.str());
}

TYPED_TEST_P(CatalogRepositoryContract, RefusesASecondServerOfOneName) {
  const ServerEntry first = this->inserted("one");
  const auto second = this->wait(this->repository().insert(admit(http_spec("one"), Discovery())));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(ErrorCode::kConflict, second.error().code);
  const auto servers = this->reloaded();
  ASSERT_EQ(1u, servers.size());
  EXPECT_EQ(this->described(first), this->described(servers[0]));
}

TYPED_TEST_P(CatalogRepositoryContract, ReplacesAndKeepsTheIdsOfWhatStays) {
  const ServerEntry before = this->inserted("one");
  this->inserted("two");
  Discovery discovery = small_discovery();
  discovery.tools = {tool_json("first"), tool_json("add", "better")};
  discovery.prompts.clear();
  ServerEntry next = admit(stdio_spec("one"), discovery);
  next.tools[1].enabled = false;
  const auto replaced = this->wait(this->repository().replace(next));
  ASSERT_TRUE(replaced.has_value());
  EXPECT_EQ(before.id, replaced->id);
  EXPECT_EQ(before.created_at, replaced->created_at);
  EXPECT_EQ(before.tools[1].id, replaced->tools[1].id);
  EXPECT_EQ(before.tools[1].created_at, replaced->tools[1].created_at);
  EXPECT_EQ(before.resources[0].id, replaced->resources[0].id);
  EXPECT_EQ(before.resource_templates[0].id, replaced->resource_templates[0].id);
  const auto servers = this->reloaded();
  ASSERT_EQ(2u, servers.size());
  EXPECT_EQ(this->described(*replaced), this->described(servers[0])) << "the server's order, not that of the rows";
  EXPECT_TRUE(next.spec == servers[0].spec);
  EXPECT_FALSE(servers[0].tools[1].enabled);
}

TYPED_TEST_P(CatalogRepositoryContract, DoesNotReplaceWhatIsNotThere) {
  const auto replaced = this->wait(this->repository().replace(admit(http_spec("one"), Discovery())));
  ASSERT_FALSE(replaced.has_value());
  EXPECT_EQ(ErrorCode::kNotFound, replaced.error().code);
  EXPECT_TRUE(this->reloaded().empty());
}

TYPED_TEST_P(CatalogRepositoryContract, RemovesAServerWithAllItsEntries) {
  this->inserted("one");
  const ServerEntry two = this->inserted("two");
  EXPECT_TRUE(this->wait(this->repository().remove(ServerName("one"))).has_value());
  const auto servers = this->reloaded();
  ASSERT_EQ(1u, servers.size());
  EXPECT_EQ(this->described(two), this->described(servers[0]));
  const auto again = this->wait(this->repository().remove(ServerName("one")));
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(ErrorCode::kNotFound, again.error().code);
  this->inserted("one");
  EXPECT_EQ(2u, this->reloaded()[1].tools.size()) << "nothing of the first one was left behind";
}

TYPED_TEST_P(CatalogRepositoryContract, StoresFlags) {
  const ServerEntry one = this->inserted("one");
  this->inserted("two");
  CatalogRepository::FlagChange change;
  change.server = ServerName("one");
  change.enabled = false;
  change.tools = {one.tools[1].id};
  change.resource_templates = {one.resource_templates[0].id};
  const auto time = this->wait(this->repository().store_flags(change));
  ASSERT_TRUE(time.has_value());
  auto servers = this->reloaded();
  EXPECT_TRUE(servers[0].enabled);
  EXPECT_TRUE(servers[0].tools[0].enabled);
  EXPECT_FALSE(servers[0].tools[1].enabled);
  EXPECT_EQ(*time, servers[0].tools[1].updated_at);
  EXPECT_EQ(one.tools[0].updated_at, servers[0].tools[0].updated_at);
  EXPECT_FALSE(servers[0].resource_templates[0].enabled);
  EXPECT_TRUE(servers[0].prompts[0].enabled);
  EXPECT_TRUE(servers[1].tools[1].enabled);

  change.of_server = true;
  change.prompts = {one.prompts[0].id};
  change.resources = {one.resources[0].id};
  ASSERT_TRUE(this->wait(this->repository().store_flags(change)).has_value());
  servers = this->reloaded();
  EXPECT_FALSE(servers[0].enabled);
  EXPECT_FALSE(servers[0].prompts[0].enabled);
  EXPECT_FALSE(servers[0].resources[0].enabled);
  EXPECT_TRUE(servers[1].enabled);
}

TYPED_TEST_P(CatalogRepositoryContract, StoresFlagsOfServersThatExistOnly) {
  CatalogRepository::FlagChange change;
  change.server = ServerName("nobody");
  const auto time = this->wait(this->repository().store_flags(change));
  ASSERT_FALSE(time.has_value());
  EXPECT_EQ(ErrorCode::kNotFound, time.error().code);
}

TYPED_TEST_P(CatalogRepositoryContract, Answers) { EXPECT_TRUE(this->wait(this->repository().ping()).has_value()); }

REGISTER_TYPED_TEST_SUITE_P(CatalogRepositoryContract, IsEmptyAtFirst, LoadsWhatWasInserted,
                            KeepsEveryFieldOfAStdioSpec, KeepsDefinitionsByteForByte, GivesIdsAndTimes,
                            KeepsTheOrderOfRegistration, RefusesASecondServerOfOneName,
                            ReplacesAndKeepsTheIdsOfWhatStays, DoesNotReplaceWhatIsNotThere,
                            RemovesAServerWithAllItsEntries, StoresFlags, StoresFlagsOfServersThatExistOnly, Answers);

}  // namespace jungle::catalog::testing
