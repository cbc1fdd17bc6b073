// How servers come into the catalog, with a person's approval where one is needed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "catalog/catalog.h"
#include "oauth/authorization_flow.h"
#include "oauth/discovery.h"
#include "oauth/repository.h"
#include "oauth/token_manager.h"
#include "telemetry/log.h"
#include "upstream/discoverer.h"

namespace jungle::admin {

// Whether a registration may replace a server of the same name.
enum class Force : std::uint8_t { kNo, kYes };

// What a registration, or a new authorization, came to.
struct Registered {
  enum class Kind : std::uint8_t {
    kDone,                   // `entry` is in the catalog.
    kAuthorizationRequired,  // A person has to approve: `required`.
    kRedirectUriRequired,    // The same, once the caller says where the person is to be sent back to.
  };
  Kind kind = Kind::kDone;
  std::shared_ptr<const catalog::ServerEntry> entry;
  oauth::AuthorizationRequired required;
  bool is_reauthorization = false;  // kDone: the server was there before.
};

// What calls to a server lack until a person authorizes again.
struct MissingAuthorization {
  bool is_needed_by_all = false;    // Calls fail at once.
  std::vector<std::string> scopes;  // Calls that need them were refused.
};

// Asks servers what they offer and puts them into the catalog. A server that refuses a plain attempt with HTTP 401 and
// advertises OAuth (MCP 2026-07-28 basic/authorization) is asked again with a token, which a person approves or client
// credentials give; one to which a credential was given is not.
//
// Nothing that works is touched before its replacement has proved itself. One per process, on the control executor;
// call it there. Of operations on one name only one runs at a time.
class Registrar {
 public:
  using Entry = std::shared_ptr<const catalog::ServerEntry>;

  Registrar(catalog::Catalog& catalog, upstream::Discoverer& discoverer, oauth::Discovery& authorization_servers,
            oauth::AuthorizationFlow& flow, oauth::Repository& grants, oauth::TokenManager& tokens, telemetry::Log& log)
      : catalog_(catalog),
        discoverer_(discoverer),
        authorization_servers_(authorization_servers),
        flow_(flow),
        grants_(grants),
        tokens_(tokens),
        log_(log) {}
  Registrar(const Registrar&) = delete;
  Registrar& operator=(const Registrar&) = delete;

  // With Force::kYes the server of that name, if there is one, serves until the new one has answered and is stored; its
  // enabled flags survive. Cancelling ends it as long as it waits for the server.
  // Errors: kConflict (exists already, or is being registered), kInvalidArgument (the server wants another credential),
  // those of Discoverer, Catalog, oauth::Discovery and oauth::AuthorizationFlow.
  Task<Result<Registered>> register_server(catalog::ServerSpec spec, Force force);
  // A new grant for a registered server, which keeps everything else. `redirect_uri` may be empty: that of its
  // settings. Errors: kNotFound, kInvalidArgument (it needs none), and as above.
  Task<Result<Registered>> authorize(catalog::ServerName name, std::string redirect_uri);
  // Ends what one of these two began. Errors: those of AuthorizationFlow::redeem(), kConflict, and as above.
  Task<Result<Registered>> complete(std::string session_id, oauth::AuthorizationResponse response);
  // Asks a registered server what it offers now and stores that; its enabled flags survive. Errors: kNotFound,
  // kConflict (it is being registered), kUnauthenticated, those of Discoverer and Catalog.
  Task<Result<Entry>> relist(catalog::ServerName name);
  // Hands the stored grants to the token manager. For the start, after the catalog was loaded.
  Task<Result<void>> load_grants();
  // A server was removed from the catalog, and its grant with it: revokes that, in the background.
  void forget_grant(const catalog::ServerName& name) { tokens_.forget(name); }
  // From any thread.
  MissingAuthorization missing_authorization(const catalog::ServerName& name) const {
    const auto token = tokens_.source_of(name)->published().load();
    return {token->problem.has_value(), token->missing_scopes};
  }

 private:
  Task<Result<Registered>> ask_for_grant(oauth::GrantWish wish, upstream::Attempt attempt, Error refusal, Force force);
  Task<Result<Registered>> complete_registration(oauth::Redeemed redeemed);
  Task<Result<Registered>> complete_authorization(oauth::Redeemed redeemed);
  // Asks the server with the token of `grant`.
  Task<Result<catalog::Discovery>> discover_with(const catalog::ServerSpec& spec, const oauth::Grant& grant);
  Task<Result<Registered>> store_with(catalog::ServerSpec spec, Force force, oauth::Grant grant);
  Task<Result<Registered>> store(catalog::ServerSpec spec, catalog::Discovery discovery, Force force,
                                 std::optional<oauth::Grant> grant);
  Task<Result<Entry>> change_catalog(catalog::ServerSpec spec, catalog::Discovery discovery, Force force);
  // Puts `grant`, or none, in the place of the one of that server.
  Task<Result<void>> put_grant(catalog::ServerName name, std::optional<oauth::Grant> grant);
  std::shared_ptr<const catalog::ServerEntry> find(const std::string& name) const;

  catalog::Catalog& catalog_;
  upstream::Discoverer& discoverer_;
  oauth::Discovery& authorization_servers_;
  oauth::AuthorizationFlow& flow_;
  oauth::Repository& grants_;
  oauth::TokenManager& tokens_;
  telemetry::Log& log_;
  std::set<std::string> busy_;  // Names.
};

}  // namespace jungle::admin
