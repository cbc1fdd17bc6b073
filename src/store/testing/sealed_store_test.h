// Tests that look at the bytes of a database.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "catalog/admission.h"
#include "catalog/testing/samples.h"
#include "crypto/key_ring.h"
#include "store/sql_catalog_repository.h"
#include "store/testing/store_test.h"

namespace jungle::store::testing {

class SealedStoreTest : public StoreTest {
 protected:
  // A server with a secret in every member.
  static catalog::ServerSpec secretive(const std::string& name) {
    catalog::ServerSpec spec = catalog::testing::http_spec(name);
    spec.url = "http://127.0.0.1:9/mcp?key=canary-url";
    spec.bearer_token = Secret("canary-bearer");
    spec.headers = {{"X-Key", Secret("canary-header")}};
    spec.oauth_client_secret = Secret("canary-client");
    spec.oauth_client_private_key = Secret("canary-key");
    return spec;
  }
  // The same as MCPJungle stores it.
  static std::string mcpjungle_row(const std::string& name) {
    return "INSERT INTO mcp_servers (name, transport, config) VALUES ('" + name +
           "', 'streamable_http', "
           "'{\"url\":\"http://127.0.0.1:9/mcp?key=canary-url\",\"bearer_token\":\"canary-bearer\","
           "\"headers\":{\"X-Key\":\"canary-header\"},\"oauth_client_secret\":\"canary-client\","
           "\"oauth_client_private_key\":\"canary-key\"}')";
  }

  catalog::CatalogRepository::Loaded load() {
    SqlCatalogRepository repository(*database_, *sealing_, time_);
    return wait(repository.load()).value();
  }
  void insert(const catalog::ServerSpec& spec) {
    SqlCatalogRepository repository(*database_, *sealing_, time_);
    const auto inserted = wait(repository.insert(catalog::admit(spec, catalog::testing::small_discovery())));
    if (!inserted) throw std::runtime_error(inserted.error().message);
  }
  // Whether the database opens with `source` and has servers of these names, with all their secrets.
  ::testing::AssertionResult has_secrets(const std::vector<std::string>& names, KeySource source = {}) {
    open();
    unlock(std::move(source));
    const auto loaded = load();
    if (!loaded.warnings.empty()) return ::testing::AssertionFailure() << loaded.warnings.front();
    if (loaded.servers.size() != names.size())
      return ::testing::AssertionFailure() << loaded.servers.size() << " servers";
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (!(loaded.servers[i].spec == secretive(names[i])))
        return ::testing::AssertionFailure() << "server " << names[i] << " lost a secret";
    }
    return ::testing::AssertionSuccess();
  }
  std::string why_not(KeySource source = {}) {
    open();
    const auto sealing = Sealing::open(*database_, std::move(source), random_, log_);
    return sealing ? "opened" : sealing.error().message;
  }

  // The bytes of the database and of all files beside it, except key files.
  std::string bytes() const {
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      if (entry.path().extension() != ".key") all += bytes_of(entry.path());
    }
    return all;
  }
  static std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  std::string key_file() const { return folder_.file("test.db.key"); }
  std::vector<Secret> file_keys() const { return crypto::parse_master_keys(bytes_of(key_file())).value(); }

  Secret key_text() { return crypto::master_key_text(crypto::make_master_key(random_)); }
};

}  // namespace jungle::store::testing
