#include "store/master_keys.h"

#include <optional>

#include "crypto/key_ring.h"
#include "store/key_file.h"

namespace jungle::store {
namespace {

Result<std::vector<Secret>> parse(const Secret& text, const std::string& origin) {
  auto keys = crypto::parse_master_keys(text.reveal());
  if (!keys) return with_context(keys.error(), origin);
  return keys;
}

Result<std::vector<Secret>> given_keys(const KeySource& source) {
  if (!source.text.empty()) return parse(source.text, "MCPJUNGLE_ENCRYPTION_KEY");
  const std::string origin = "MCPJUNGLE_ENCRYPTION_KEY_FILE";
  const auto text = read_key_file(source.file);
  if (!text) return with_context(text.error(), origin);
  if (!*text) return Error{ErrorCode::kUnavailable, origin + ": there is no file " + source.file, {}};
  return parse(**text, origin + " " + source.file);
}

}  // namespace

std::string key_file_of(const std::string& database_path) { return database_path + ".key"; }

Result<std::vector<Secret>> load_master_keys(const KeySource& source, const std::string& key_file) {
  std::vector<Secret> keys;
  if (source.is_given()) {
    auto given = given_keys(source);
    if (!given) return given;
    keys = std::move(*given);
  }
  const auto text = read_key_file(key_file);
  if (!text && source.is_given()) return keys;  // It may not be needed. If it is, the secrets say so.
  if (!text) return text.error();
  if (!*text) return keys;
  auto own = parse(**text, "key file " + key_file);
  if (!own && source.is_given()) return keys;
  if (!own) return own;
  keys.insert(keys.end(), own->begin(), own->end());
  return keys;
}

Error with_key_advice(Error error, const KeySource& source, const std::string& database_path) {
  if (error.code != ErrorCode::kNotFound) return error;
  const std::string key_file = key_file_of(database_path);
  const std::string advice =
      source.is_given()
          ? "the given key is another one: give the right one, or both, the new one first, separated by a comma"
          : "put its key file back as " + key_file +
                ", or give the key in MCPJUNGLE_ENCRYPTION_KEY or MCPJUNGLE_ENCRYPTION_KEY_FILE";
  return Error{ErrorCode::kInvalidArgument,
               "the secrets in database file " + database_path + " need a key that is not here: " + error.message +
                   "; " + advice + ". Nothing was changed.",
               {}};
}

}  // namespace jungle::store
