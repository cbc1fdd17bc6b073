// How a client proves itself at the token endpoint of authorization-server.mjs: none, client_secret_basic, client_secret_post
// (RFC 6749 2.3) and private_key_jwt (RFC 7523).
import { createPublicKey, verify } from 'node:crypto';

// An answer of the token, registration or revocation endpoint (RFC 6749 5.2).
export class OAuthError extends Error {
  constructor(code, message, status = code === 'invalid_client' ? 401 : 400) {
    super(message);
    Object.assign(this, { code, status });
  }
}

// The client of a recorded request, which has to use the method it was registered with, and no other beside it. Throws OAuthError.
export function authenticated({ headers, form }, as) {
  const shown = credentials(headers, form);
  const client = as.clients.get(shown.id);
  if (!client) throw new OAuthError('invalid_client', `unknown client ${shown.id}`);
  const method = client.token_endpoint_auth_method ?? 'client_secret_basic';
  if (shown.method !== method) throw new OAuthError('invalid_client', `${shown.method} instead of ${method}`);
  if (method.startsWith('client_secret') && shown.secret !== client.client_secret) throw new OAuthError('invalid_client', 'wrong secret');
  if (method === 'private_key_jwt') checkAssertion(form.client_assertion, client, as);
  return client;
}

function credentials(headers, form) {
  const basic = /^Basic (.+)$/i.exec(headers.authorization ?? '')?.[1];
  if (basic) {
    const [id, secret] = Buffer.from(basic, 'base64').toString().split(':').map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
    return { method: form.client_secret === undefined ? 'client_secret_basic' : 'two methods at once', id, secret };
  }
  if (form.client_assertion !== undefined) {
    return { method: 'private_key_jwt', id: form.client_id ?? payloadOf(form.client_assertion).sub };
  }
  return { method: form.client_secret === undefined ? 'none' : 'client_secret_post', id: form.client_id, secret: form.client_secret };
}

function payloadOf(jwt) {
  try {
    return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
  } catch {
    throw new OAuthError('invalid_client', 'the assertion is no JWT');
  }
}

// `client.jwk` is the public key. Signatures of JWS are R and S, not DER (RFC 7518 3.4).
function checkAssertion(jwt, client, as) {
  const [head, body, signature] = jwt.split('.');
  const payload = payloadOf(jwt);
  const key = { key: createPublicKey({ key: client.jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' };
  const isSigned = verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature ?? '', 'base64url'));
  const audience = [payload.aud].flat();
  const wrong = [
    [!isSigned, 'signature'],
    [payload.iss !== client.client_id || payload.sub !== client.client_id, 'iss or sub'],
    [!audience.includes(as.issuer) && !audience.includes(`${as.issuer}${as.habits.hiddenPrefix}/token`), 'aud'],
    [!(payload.exp * 1000 > Date.now()), 'exp'],
    [!payload.jti, 'jti'],
  ].filter(([isWrong]) => isWrong);
  if (wrong.length) throw new OAuthError('invalid_client', `the assertion's ${wrong.map(([, what]) => what).join(', ')}`);
}
