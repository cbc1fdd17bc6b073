// Secrets on their way into the database and out of it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/key_ring.h"

namespace jungle::store {

// Where a secret stands. Sealed texts are bound to it: moved to another row or column they do not open.
struct SecretPlace {
  std::string_view table;
  std::string_view row;    // What identifies the row before it has an id: its unique name.
  std::string_view field;  // The column, with the path within it if it holds several.
};

// Seals and opens under the keys of one database. A cheap copy, for one transaction (Sealing::sealer).
class Sealer {
 public:
  Sealer(std::shared_ptr<const crypto::KeyRing> keys, Random& random) : keys_(std::move(keys)), random_(&random) {}

  // What to store for `plain`. Empty stays empty: there is no secret then.
  std::string seal(const Secret& plain, const SecretPlace& place) const;
  // The secret that `stored` holds. A text that is not sealed is one that MCPJungle wrote: it passes as it is.
  // kNotFound: sealed under another key. kInvalidArgument: tampered with. Both messages name the place.
  Result<Secret> open(std::string_view stored, const SecretPlace& place) const;

  // Whether `stored` is sealed under the key that seals.
  bool is_current(std::string_view stored) const;

  // seal() and open() for columns that have to hold JSON: a sealed text is a JSON string there.
  std::string seal_json(const Secret& plain, const SecretPlace& place) const;
  Result<Secret> open_json(std::string_view stored, const SecretPlace& place) const;

 private:
  std::shared_ptr<const crypto::KeyRing> keys_;
  Random* random_;
};

// The sealed text that the JSON string `json` is; `json` itself if it is anything else.
std::string_view sealed_text_in(std::string_view json);

}  // namespace jungle::store
