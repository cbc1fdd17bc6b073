// The file that holds the encryption key of a database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace jungle::store {

inline constexpr std::size_t kKeyFileBytesMax = 64 * 1024;  // A key has 45; the rest are comments of a person.

// What is found at `path`: text for crypto::parse_master_keys(). Nothing if there is no such file. kUnavailable if it
// cannot be read.
Result<std::optional<Secret>> read_key_file(const std::string& path);

// Makes `path` hold these master keys, one per line, for its owner alone. After a crash at any moment the file is the
// old one or the new one, whole and on the disk. It belongs to the owner of `beside` (the database), so that a key made
// by root in a container serves the gateway's user. REQUIRES: no other process writes it; the database's write lock
// sees to that.
Result<void> write_key_file(const std::string& path, const std::vector<Secret>& keys, const std::string& beside);

// Takes away what others than the owner may do with the file. Whether that was needed.
bool make_key_file_private(const std::string& path);

}  // namespace jungle::store
