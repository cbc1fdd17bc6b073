// Where the keys of a database come from.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace jungle::store {

// A text, or a file of the operator's, which is read only. If both are empty, it is the key file beside the database,
// which is made when it is missing.
struct KeySource {
  Secret text;       // MCPJUNGLE_ENCRYPTION_KEY
  std::string file;  // MCPJUNGLE_ENCRYPTION_KEY_FILE

  bool is_given() const { return !text.empty() || !file.empty(); }
};

// "mcpjungle.db.key" for "mcpjungle.db".
std::string key_file_of(const std::string& database_path);

// The keys of `source`, then those of the key file, which open what was sealed before a key was given. Empty if none
// was given and there is no key file. kInvalidArgument names the variable or the file whose key is malformed or weak;
// kUnavailable, a file that cannot be read.
Result<std::vector<Secret>> load_master_keys(const KeySource& source, const std::string& key_file);

// The error of a secret that does not open, with what a person can do about it.
Error with_key_advice(Error error, const KeySource& source, const std::string& database_path);

}  // namespace jungle::store
