#include "crypto/pkce.h"

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/random_token.h"

namespace jungle::crypto {

Secret code_verifier(Random& random) { return Secret(random_token(random)); }

// RFC 7636 §4.2: BASE64URL-ENCODE(SHA256(ASCII(code_verifier)))
std::string code_challenge(const Secret& verifier) { return base64url_encode(bytes_of(sha256(verifier.reveal()))); }

}  // namespace jungle::crypto
