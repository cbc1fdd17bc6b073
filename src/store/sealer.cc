#include "store/sealer.h"

#include "crypto/sealed_box.h"

namespace jungle::store {
namespace {

// Each part with its length, so that no two places give the same text.
std::string associated_text(const SecretPlace& place) {
  std::string text;
  for (const std::string_view part : {place.table, place.row, place.field})
    text.append(std::to_string(part.size())).append(":").append(part);
  return text;
}

std::string name_of(const SecretPlace& place) {
  return std::string(place.field) + " of '" + std::string(place.row) + "' in table " + std::string(place.table);
}

}  // namespace

std::string Sealer::seal(const Secret& plain, const SecretPlace& place) const {
  if (plain.empty()) return {};
  return crypto::seal(*keys_, *random_, plain, associated_text(place));
}

Result<Secret> Sealer::open(std::string_view stored, const SecretPlace& place) const {
  if (!crypto::is_sealed(stored)) return Secret(std::string(stored));
  auto plain = crypto::open_sealed(*keys_, stored, associated_text(place));
  if (!plain) return with_context(plain.error(), name_of(place) + " cannot be opened");
  return plain;
}

bool Sealer::is_current(std::string_view stored) const {
  const auto parsed = crypto::parse_sealed(stored);
  return parsed && parsed->key_id == keys_->primary().id;
}

std::string Sealer::seal_json(const Secret& plain, const SecretPlace& place) const {
  // No character of a sealed text needs an escape.
  return "\"" + seal(plain, place) + "\"";
}

Result<Secret> Sealer::open_json(std::string_view stored, const SecretPlace& place) const {
  return open(sealed_text_in(stored), place);
}

std::string_view sealed_text_in(std::string_view json) {
  if (json.size() < 2 || json.front() != '"' || json.back() != '"') return json;
  const std::string_view text = json.substr(1, json.size() - 2);
  return crypto::is_sealed(text) ? text : json;
}

}  // namespace jungle::store
