// What every Repository must do: one suite, instantiated once per implementation.
//
//   struct MyHarness { Repository& repository(); void reopen(); };
//   INSTANTIATE_TYPED_TEST_SUITE_P(My, RepositoryContract, MyHarness);
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "base/testing/threaded_test.h"
#include "oauth/repository.h"

namespace jungle::oauth::testing {

using catalog::ServerName;

// `Harness` owns the repository; reopen() makes a second one over the same data, as after a restart.
template <typename Harness>
class RepositoryContract : public jungle::testing::ThreadedTest {
 protected:
  Repository& repository() { return harness_.repository(); }
  Grant stored(Grant grant) { return wait(repository().store_grant(std::move(grant))).value(); }
  std::optional<Grant> found(const std::string& server) {
    return wait(repository().find_grant(ServerName(server))).value();
  }
  std::optional<PendingSession> found_session(const std::string& id) {
    return wait(repository().find_session(id)).value();
  }
  std::optional<RegisteredClient> found_client(const std::string& issuer, const std::string& redirect_uri) {
    return wait(repository().find_client(Issuer(issuer), redirect_uri)).value();
  }
  RefreshTurn begin(const Grant& grant, const std::string& holder, SystemTime now) {
    Repository::RefreshWish wish{grant.server, grant.generation, holder, now, now + Seconds(30)};
    return wait(repository().begin_refresh(std::move(wish))).value();
  }

  static SystemTime noon() { return SystemTime(std::chrono::seconds(1'800'000'000)); }

  // Every field set.
  static Grant full_grant(const std::string& server) {
    Grant grant;
    grant.server = ServerName(server);
    grant.transport = catalog::Transport::kSse;
    grant.server_url = "https://mcp.example/größe?x='1'";
    grant.ca_file = "/etc/ssl/'corp'.pem";
    grant.kind = GrantKind::kClientCredentials;
    grant.issuer = Issuer("https://as.example/tenant/");
    grant.token_endpoint = "https://as.example/token";
    grant.revocation_endpoint = "https://as.example/revoke";
    grant.client = full_client();
    grant.redirect_uri = "http://127.0.0.1:9/cb";
    grant.resource = "https://mcp.example/";
    grant.scopes = {"read", "write all"};
    grant.tokens.access_token = Secret("access");
    grant.tokens.token_type = "bearer";
    grant.tokens.refresh_token = Secret("refresh");
    grant.tokens.scope = "read";
    grant.tokens.expires_at = noon() + Millis(1500);
    grant.state = GrantState::kNeedsAuthorization;
    grant.state_reason = "it was \"revoked\"";
    grant.missing_scopes = {"admin"};
    return grant;
  }
  static ClientIdentity full_client() {
    return {"client", ClientAuthMethod::kPrivateKeyJwt, Secret("client secret"), Secret("-----BEGIN\n")};
  }
  static PendingSession full_session(const std::string& id, const std::string& server) {
    PendingSession session;
    session.id = id;
    session.purpose = SessionPurpose::kReplace;
    session.server = ServerName(server);
    session.transport = catalog::Transport::kSse;
    session.server_url = "https://mcp.example/mcp";
    session.ca_file = "/etc/ssl/'corp'.pem";
    session.server_input = Secret(R"({"name":"it's","bearer_token":"größe"})");
    session.initiated_by = "dashboard";
    session.expires_at = noon();
    session.state = Secret("state");
    session.code_verifier = Secret("verifier");
    session.redirect_uri = "http://127.0.0.1:9/cb";
    session.issuer = Issuer("https://as.example");
    session.issuer_always_named = true;
    session.token_endpoint = "https://as.example/token";
    session.revocation_endpoint = "https://as.example/revoke";
    session.client = full_client();
    session.resource = "https://mcp.example/mcp";
    session.scopes = {"read"};
    return session;
  }

  Harness harness_;
};

TYPED_TEST_SUITE_P(RepositoryContract);

TYPED_TEST_P(RepositoryContract, IsEmptyAtFirst) {
  EXPECT_TRUE(this->wait(this->repository().load_grants()).value().grants.empty());
  EXPECT_FALSE(this->found("one"));
  EXPECT_FALSE(this->found_session("id"));
  EXPECT_FALSE(this->found_client("https://as", "http://cb"));
}

TYPED_TEST_P(RepositoryContract, KeepsEveryFieldOfAGrant) {
  const Grant one = this->stored(this->full_grant("one"));
  Grant bare;
  bare.server = ServerName("two");
  const Grant two = this->stored(bare);
  this->harness_.reopen();
  EXPECT_TRUE(one == this->found("one"));
  EXPECT_TRUE(two == this->found("two"));
  const auto loaded = this->wait(this->repository().load_grants()).value();
  EXPECT_TRUE(loaded.warnings.empty());
  EXPECT_EQ(2u, loaded.grants.size());
}

TYPED_TEST_P(RepositoryContract, ANewGrantReplacesTheOldOne) {
  const Grant first = this->stored(this->full_grant("one"));
  Grant next = this->full_grant("one");
  next.tokens.access_token = Secret("newer");
  const Grant second = this->stored(next);
  EXPECT_GT(second.generation, first.generation);
  EXPECT_TRUE(second == this->found("one"));
  EXPECT_EQ(1u, this->wait(this->repository().load_grants()).value().grants.size());
}

TYPED_TEST_P(RepositoryContract, RemovesAGrant) {
  this->stored(this->full_grant("one"));
  this->stored(this->full_grant("two"));
  EXPECT_TRUE(this->wait(this->repository().remove_grant(ServerName("one"))).has_value());
  EXPECT_TRUE(this->wait(this->repository().remove_grant(ServerName("one"))).has_value());
  EXPECT_FALSE(this->found("one"));
  EXPECT_TRUE(this->found("two"));
}

TYPED_TEST_P(RepositoryContract, StoresTheStateOfTheGrantThatWasMeantOnly) {
  Grant grant = this->stored(this->full_grant("one"));
  grant.state = GrantState::kActive;
  grant.state_reason.clear();
  grant.missing_scopes = {"a", "b"};
  grant.tokens.access_token = Secret("not written");
  const auto changed = this->wait(this->repository().store_state(grant)).value();
  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ(GrantState::kActive, changed->state);
  EXPECT_EQ(grant.missing_scopes, changed->missing_scopes);
  EXPECT_EQ("access", changed->tokens.access_token.reveal());
  EXPECT_TRUE(*changed == this->found("one"));

  grant.state = GrantState::kNeedsAuthorization;  // With the generation of before.
  EXPECT_TRUE(*changed == this->wait(this->repository().store_state(grant)).value());
  grant.server = ServerName("nobody");
  EXPECT_FALSE(this->wait(this->repository().store_state(grant)).value());
}

TYPED_TEST_P(RepositoryContract, OneRefreshesAtATime) {
  const Grant grant = this->stored(this->full_grant("one"));
  const RefreshTurn ours = this->begin(grant, "a", this->noon());
  ASSERT_EQ(RefreshTurn::Kind::kOurs, ours.kind);
  EXPECT_TRUE(grant == ours.grant);
  this->harness_.reopen();
  const RefreshTurn theirs = this->begin(grant, "b", this->noon() + Seconds(29));
  EXPECT_EQ(RefreshTurn::Kind::kTaken, theirs.kind);
  EXPECT_EQ(this->noon() + Seconds(30), theirs.taken_until);
  EXPECT_EQ(RefreshTurn::Kind::kOurs, this->begin(grant, "a", this->noon()).kind) << "the holder may ask again";
}

TYPED_TEST_P(RepositoryContract, ARefreshedGrantIsWhatOthersFind) {
  Grant grant = this->stored(this->full_grant("one"));
  Grant refreshed = *this->begin(grant, "a", this->noon()).grant;
  refreshed.tokens.access_token = Secret("second");
  refreshed.tokens.refresh_token = Secret("rotated");
  const auto done = this->wait(this->repository().finish_refresh(refreshed, "a")).value();
  ASSERT_TRUE(done.has_value());
  const RefreshTurn late = this->begin(grant, "b", this->noon());
  ASSERT_EQ(RefreshTurn::Kind::kChanged, late.kind);
  EXPECT_EQ("rotated", late.grant->tokens.refresh_token.reveal());
  EXPECT_TRUE(*done == late.grant);
  EXPECT_EQ(RefreshTurn::Kind::kOurs, this->begin(*done, "b", this->noon()).kind) << "the turn of 'a' ended";
}

TYPED_TEST_P(RepositoryContract, ATurnEndsByTimeOrWhenItIsAbandoned) {
  const Grant grant = this->stored(this->full_grant("one"));
  this->begin(grant, "dead", this->noon());
  EXPECT_EQ(RefreshTurn::Kind::kOurs, this->begin(grant, "b", this->noon() + Seconds(30)).kind);
  EXPECT_TRUE(this->wait(this->repository().abandon_refresh(grant.server, "dead")).has_value());
  EXPECT_EQ(RefreshTurn::Kind::kTaken, this->begin(grant, "c", this->noon() + Seconds(30)).kind)
      << "only its holder gives a turn back";
  EXPECT_TRUE(this->wait(this->repository().abandon_refresh(grant.server, "b")).has_value());
  EXPECT_EQ(RefreshTurn::Kind::kOurs, this->begin(grant, "c", this->noon() + Seconds(30)).kind);
}

TYPED_TEST_P(RepositoryContract, ARefreshThatCameTooLateIsNotStored) {
  const Grant grant = this->stored(this->full_grant("one"));
  const Grant turn = *this->begin(grant, "a", this->noon()).grant;
  const Grant approved = this->stored(this->full_grant("one"));
  EXPECT_FALSE(this->wait(this->repository().finish_refresh(turn, "a")).value());
  EXPECT_TRUE(approved == this->found("one"));
  EXPECT_EQ(RefreshTurn::Kind::kOurs, this->begin(approved, "b", this->noon()).kind)
      << "a new authorization ends the turn";

  EXPECT_TRUE(this->wait(this->repository().remove_grant(grant.server)).has_value());
  EXPECT_FALSE(this->wait(this->repository().finish_refresh(approved, "b")).value());
  EXPECT_FALSE(this->found("one"));
  EXPECT_EQ(RefreshTurn::Kind::kGone, this->begin(approved, "b", this->noon()).kind);
}

TYPED_TEST_P(RepositoryContract, ALostTurnStoresNothing) {
  const Grant grant = this->stored(this->full_grant("one"));
  this->begin(grant, "slow", this->noon());
  const Grant turn = *this->begin(grant, "b", this->noon() + Seconds(31)).grant;
  EXPECT_FALSE(this->wait(this->repository().finish_refresh(grant, "slow")).value());
  EXPECT_TRUE(this->wait(this->repository().finish_refresh(turn, "b")).value());
}

TYPED_TEST_P(RepositoryContract, KeepsClientsByIssuerAndRedirectUri) {
  const ClientIdentity identity{"client", ClientAuthMethod::kClientSecretPost, Secret("client secret"), {}};
  RegisteredClient client{Issuer("https://as"), "http://cb/1", identity, {"a", "b"}, this->noon()};
  RegisteredClient other{Issuer("https://as"), "http://cb/2", {"second", {}, {}, {}}, {}, {}};
  ASSERT_TRUE(this->wait(this->repository().store_client(client)).has_value());
  ASSERT_TRUE(this->wait(this->repository().store_client(other)).has_value());
  this->harness_.reopen();
  EXPECT_TRUE(client == this->found_client("https://as", "http://cb/1"));
  EXPECT_TRUE(other == this->found_client("https://as", "http://cb/2"));
  EXPECT_FALSE(this->found_client("https://as/", "http://cb/1")) << "issuers are compared exactly";
  client.identity.id = "renewed";
  ASSERT_TRUE(this->wait(this->repository().store_client(client)).has_value());
  EXPECT_TRUE(client == this->found_client("https://as", "http://cb/1"));
}

TYPED_TEST_P(RepositoryContract, ForgetsAClient) {
  for (const char* redirect_uri : {"http://cb/1", "http://cb/2"}) {
    RegisteredClient client{Issuer("https://as"), redirect_uri, {redirect_uri, {}, {}, {}}, {}, {}};
    ASSERT_TRUE(this->wait(this->repository().store_client(client)).has_value());
  }
  ASSERT_TRUE(this->wait(this->repository().remove_client(Issuer("https://other"), "http://cb/1")).has_value());
  EXPECT_TRUE(this->found_client("https://as", "http://cb/1"));
  ASSERT_TRUE(this->wait(this->repository().remove_client(Issuer("https://as"), "http://cb/1")).has_value());
  EXPECT_FALSE(this->found_client("https://as", "http://cb/1"));
  EXPECT_TRUE(this->found_client("https://as", "http://cb/2"));
}

TYPED_TEST_P(RepositoryContract, KeepsEveryFieldOfASession) {
  const PendingSession full = this->full_session("aa", "one");
  PendingSession bare;
  bare.id = "bb";
  bare.server = ServerName("two");
  bare.server_input = Secret("{}");
  bare.purpose = SessionPurpose::kAuthorize;
  ASSERT_TRUE(this->wait(this->repository().store_session(full)).has_value());
  ASSERT_TRUE(this->wait(this->repository().store_session(bare)).has_value());
  this->harness_.reopen();
  EXPECT_TRUE(full == this->found_session("aa"));
  EXPECT_TRUE(bare == this->found_session("bb"));
}

TYPED_TEST_P(RepositoryContract, KeepsOneSessionPerServer) {
  for (const char* id : {"aa", "bb"})
    ASSERT_TRUE(this->wait(this->repository().store_session(this->full_session(id, "one"))).has_value());
  ASSERT_TRUE(this->wait(this->repository().store_session(this->full_session("cc", "two"))).has_value());
  EXPECT_FALSE(this->found_session("aa"));
  EXPECT_TRUE(this->found_session("bb"));
  EXPECT_TRUE(this->found_session("cc"));
}

TYPED_TEST_P(RepositoryContract, SweepsSessionsWhoseTimeIsOver) {
  PendingSession early = this->full_session("aa", "one");
  PendingSession late = this->full_session("bb", "two");
  late.expires_at = this->noon() + Seconds(1);
  ASSERT_TRUE(this->wait(this->repository().store_session(early)).has_value());
  ASSERT_TRUE(this->wait(this->repository().store_session(late)).has_value());
  EXPECT_EQ(0, this->wait(this->repository().sweep_sessions(this->noon())).value());
  EXPECT_EQ(1, this->wait(this->repository().sweep_sessions(this->noon() + Millis(1))).value());
  EXPECT_FALSE(this->found_session("aa"));
  EXPECT_TRUE(this->found_session("bb"));
  EXPECT_TRUE(this->wait(this->repository().remove_session("bb")).has_value());
  EXPECT_FALSE(this->found_session("bb"));
}

REGISTER_TYPED_TEST_SUITE_P(RepositoryContract, IsEmptyAtFirst, KeepsEveryFieldOfAGrant, ANewGrantReplacesTheOldOne,
                            RemovesAGrant, StoresTheStateOfTheGrantThatWasMeantOnly, OneRefreshesAtATime,
                            ARefreshedGrantIsWhatOthersFind, ATurnEndsByTimeOrWhenItIsAbandoned,
                            ARefreshThatCameTooLateIsNotStored, ALostTurnStoresNothing,
                            KeepsClientsByIssuerAndRedirectUri, ForgetsAClient, KeepsEveryFieldOfASession,
                            KeepsOneSessionPerServer, SweepsSessionsWhoseTimeIsOver);

}  // namespace jungle::oauth::testing
