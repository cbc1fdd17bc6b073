// The stand-ins of the OAuth tests are held to what they promise: one that refuses nothing would prove nothing.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import test from 'node:test';
import { startAuthorizationServer } from './support/authorization-server.mjs';
import { browse } from './support/browser.mjs';
import { request } from './support/http.mjs';
import { modern } from './support/mcp.mjs';
import { startProtectedUpstream } from './support/protected-upstream.mjs';

const REDIRECT = 'http://127.0.0.1:1/oauth/callback';
const VERIFIER = 'v'.repeat(43);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

const metadataOf = async (as) => (await request(`${as.origin}/.well-known/oauth-authorization-server${as.habits.issuerPath}`)).json;
const post = (as, endpoint, body, headers = {}) =>
  request(`${as.issuer}/${endpoint}`, {
    method: 'POST',
    body: new URLSearchParams(body).toString(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
  });

async function registered(as, extra = {}) {
  const body = { redirect_uris: [REDIRECT], grant_types: ['authorization_code', 'refresh_token'], client_name: 'test', ...extra };
  return request(`${as.issuer}/register`, { method: 'POST', body });
}

async function authorized(as, client, extra = {}) {
  const query = {
    response_type: 'code', client_id: client.client_id, redirect_uri: REDIRECT, state: 's',
    code_challenge: CHALLENGE, code_challenge_method: 'S256', ...extra,
  };
  const page = await browse(`${as.issuer}/authorize?${new URLSearchParams(query)}`, { stop: (url) => url.startsWith(REDIRECT) });
  return { page, answer: Object.fromEntries(new URL(page.url).searchParams) };
}

async function grantedTo(as, client) {
  const { answer } = await authorized(as, client);
  const form = { grant_type: 'authorization_code', code: answer.code, redirect_uri: REDIRECT, code_verifier: VERIFIER, client_id: client.client_id };
  return (await post(as, 'token', form)).json;
}

const refreshed = (as, client, token) => post(as, 'token', { grant_type: 'refresh_token', refresh_token: token, client_id: client.client_id });

test('the whole way: registration, approval, token, a call, refresh, revocation', async (t) => {
  const as = await startAuthorizationServer(t, { issuerPath: '/tenant1', rotates: true });
  const upstream = await startProtectedUpstream(t, as, { metadata: 'path' });
  const document = await metadataOf(as);
  assert.equal(document.issuer, as.issuer);
  assert.equal(document.token_endpoint, `${as.issuer}/token`);
  const client = (await registered(as)).json;
  const { answer } = await authorized(as, client);
  assert.deepEqual({ state: answer.state, iss: answer.iss }, { state: 's', iss: as.issuer });

  const bad = { grant_type: 'authorization_code', code: answer.code, redirect_uri: REDIRECT, code_verifier: 'w'.repeat(43), client_id: client.client_id };
  assert.equal((await post(as, 'token', bad)).json.error, 'invalid_grant', 'the verifier is checked');
  const token = await grantedTo(as, client);
  const call = (bearer) => modern(upstream.url(), 'tools/list', {}, { headers: bearer ? { Authorization: `Bearer ${bearer}` } : {} });
  assert.equal((await call()).status, 401);
  assert.equal((await call('wrong')).status, 401);
  assert.equal((await call(token.access_token)).status, 200);
  as.expireAccessTokens();
  assert.equal((await call(token.access_token)).status, 401);
  const second = (await refreshed(as, client, token.refresh_token)).json;
  assert.equal((await call(second.access_token)).status, 200);
  await post(as, 'revoke', { token: second.refresh_token, client_id: client.client_id });
  assert.equal((await call(second.access_token)).status, 401);
  assert.ok(upstream.requests.length >= 5);
});

test('a spent refresh token revokes the family', async (t) => {
  const as = await startAuthorizationServer(t, { rotates: true });
  const client = (await registered(as)).json;
  const first = await grantedTo(as, client);
  const second = (await refreshed(as, client, first.refresh_token)).json;
  assert.notEqual(second.refresh_token, first.refresh_token);
  assert.equal((await refreshed(as, client, first.refresh_token)).json.error, 'invalid_grant');
  assert.equal(as.reused, 1);
  assert.equal((await refreshed(as, client, second.refresh_token)).json.error, 'invalid_grant', 'the newest one is dead too');
});

test('habits of identity: forgotten, closed, known by name, without the refresh grant', async (t) => {
  const as = await startAuthorizationServer(t, { knownNames: ['Known'], unknownClient: 'bare_500' });
  assert.equal((await registered(as)).status, 403);
  const client = (await registered(as, { client_name: 'Known', grant_types: ['authorization_code'] })).json;
  assert.equal((await grantedTo(as, client)).refresh_token, undefined);
  as.forgetClients();
  const { page } = await authorized(as, client);
  assert.deepEqual([page.status, page.text], [500, '']);
  assert.equal((await refreshed(as, client, 'x')).json.error, 'invalid_client');
  as.habits.registration = 'absent';
  assert.equal((await metadataOf(as)).registration_endpoint, undefined);
  assert.equal((await registered(as)).status, 404);
});

test('habits of authorization: scope, resource, redirect URI, refusal, foreign iss and state', async (t) => {
  const as = await startAuthorizationServer(t, { wantsScope: true, wantsResource: true, person: 'access_denied', iss: 'https://evil.example' });
  const client = (await registered(as)).json;
  const error = async (extra) => (await authorized(as, client, extra)).answer.error;
  assert.equal(await error({}), 'invalid_scope');
  assert.equal(await error({ scope: 'a' }), 'invalid_target');
  assert.equal(await error({ scope: 'a', resource: 'r' }), 'access_denied');
  assert.equal(await error({ scope: 'a', resource: 'r', code_challenge_method: 'plain' }), 'invalid_request');
  assert.equal((await authorized(as, client)).answer.iss, 'https://evil.example');
  as.habits.state = undefined;
  assert.equal('state' in (await authorized(as, client)).answer, false);
  const elsewhere = await authorized(as, client, { redirect_uri: `${REDIRECT}/` });
  assert.equal(elsewhere.page.status, 400);
});

test('client authentication: exactly the registered method', async (t) => {
  const as = await startAuthorizationServer(t);
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = publicKey.export({ format: 'jwk' });
  as.addClient({ id: 'basic', secret: 'p:w' });
  as.addClient({ id: 'post', secret: 's', method: 'client_secret_post' });
  as.addClient({ id: 'key', method: 'private_key_jwt', jwk });
  const ask = async (form, headers) => (await post(as, 'token', { grant_type: 'client_credentials', ...form }, headers)).json.error;
  const basic = (id, secret) => ({ Authorization: `Basic ${Buffer.from(`${id}:${encodeURIComponent(secret)}`).toString('base64')}` });
  const assertion = (changes = {}) => {
    const payload = { iss: 'key', sub: 'key', aud: as.issuer, exp: Math.floor(Date.now() / 1000) + 60, jti: '1', ...changes };
    const text = [{ alg: 'ES256' }, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return { client_assertion: `${text}.${sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}` };
  };
  assert.equal(await ask({}, basic('basic', 'p:w')), undefined);
  assert.equal(await ask({}, basic('basic', 'no')), 'invalid_client');
  assert.equal(await ask({ client_id: 'basic', client_secret: 'p:w' }), 'invalid_client');
  assert.equal(await ask({ client_id: 'post', client_secret: 's' }), undefined);
  assert.equal(await ask({ client_id: 'post', client_secret: 's' }, basic('post', 's')), 'invalid_client');
  assert.equal(await ask({ client_id: 'key', ...assertion() }), undefined);
  assert.equal(await ask({ client_id: 'key', ...assertion({ aud: 'https://other' }) }), 'invalid_client');
  assert.equal(await ask({ client_id: 'key', ...assertion({ exp: 1 }) }), 'invalid_client');
});

test('faults pass, once or for ever', async (t) => {
  const as = await startAuthorizationServer(t);
  const metadata = () => request(`${as.origin}/.well-known/oauth-authorization-server`);
  as.fail('metadata', 503, 1);
  assert.deepEqual([(await metadata()).status, (await metadata()).status], [503, 200]);
  as.fail('metadata', 'huge');
  assert.ok((await metadata()).text.length > 8 << 20);
  as.fail('metadata', 'redirect_loop');
  await assert.rejects(browse(`${as.origin}/.well-known/oauth-authorization-server`), /redirects/);
  as.heal('metadata');
  assert.equal((await metadata()).status, 200);
  as.habits.errorsAs200 = true;
  const refused = await post(as, 'token', { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'nobody' });
  assert.deepEqual([refused.status, refused.json.error], [200, 'invalid_client']);
});

test('the protected server: its challenge, its metadata, scopes of tools, static credentials', async (t) => {
  const as = await startAuthorizationServer(t);
  const upstream = await startProtectedUpstream(t, as, { scope: 'mcp.read', toolScopes: { echo: 'mcp.write' }, token: 'static' });
  const call = (headers, name = 'echo') => modern(upstream.url(), 'tools/call', { name, arguments: { message: 'x' } }, { headers });
  const refused = await call({});
  const link = /resource_metadata="([^"]+)"/.exec(refused.headers['www-authenticate'])[1];
  assert.match(refused.headers['www-authenticate'], /scope="mcp\.read"/);
  assert.deepEqual((await request(link)).json, { resource: upstream.url(), authorization_servers: [as.issuer], bearer_methods_supported: ['header'] });
  assert.equal((await call({ Authorization: 'Bearer static' })).status, 200);

  const client = (await registered(as)).json;
  const { answer } = await authorized(as, client, { scope: 'mcp.read', resource: upstream.url() });
  const form = { grant_type: 'authorization_code', code: answer.code, redirect_uri: REDIRECT, code_verifier: VERIFIER, client_id: client.client_id };
  const { access_token } = (await post(as, 'token', form)).json;
  const bearer = { Authorization: `Bearer ${access_token}` };
  assert.equal((await call(bearer, 'add')).status, 200);
  const forbidden = await call(bearer);
  assert.equal(forbidden.status, 403);
  assert.match(forbidden.headers['www-authenticate'], /error="insufficient_scope", scope="mcp\.write"/);

  const plain = await startProtectedUpstream(t, undefined, { challenge: 'none', headers: { Authorization: 'token x' } });
  const bare = await modern(plain.url(), 'tools/list');
  assert.deepEqual([bare.status, bare.headers['www-authenticate']], [401, undefined]);
  assert.equal((await modern(plain.url(), 'tools/list', {}, { headers: { Authorization: 'token x' } })).status, 200);
});
