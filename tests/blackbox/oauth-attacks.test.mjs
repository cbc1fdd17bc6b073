// Hostile and broken authorization servers: each is refused with an error that says why, nothing is registered, and the person is sent
// nowhere. And the habits of honest ones, which are met.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startAuthorizationServer } from './support/authorization-server.mjs';
import { startGateway } from './support/gateway.mjs';
import { approved, begin, complete, registerWithOauth } from './support/oauth-registration.mjs';
import { startProtectedUpstream } from './support/protected-upstream.mjs';

const LINK_LOCAL = 'http://169.254.169.254';
const OTHER_ISSUER = 'https://honest.example';

// Each: what it is; [habits of the authorization server, habits of the protected server, endpoint and its fault]; what the error says.
const BEFORE_THE_PERSON = {
  'resource metadata on a link-local address': [{}, { metadata: 'none', metadataUrl: `${LINK_LOCAL}/latest/meta-data` }, , /169\.254\.169\.254/],
  'an authorization server on a link-local address': [{}, { authorizationServers: [LINK_LOCAL] }, , /169\.254\.169\.254/],
  'an authorization server with a password in its URL': [{}, { authorizationServers: ['http://user:pw@127.0.0.1/'] }, , /url|user/i],
  'an issuer that is no web page': [{}, { authorizationServers: ['file:///etc/passwd'] }, , /file:|url/i],
  'a javascript: authorization endpoint': [{ endpoints: { authorization_endpoint: 'javascript:alert(1)' } }, {}, , /authorization_endpoint/],
  'a token endpoint on a link-local address': [{ endpoints: { token_endpoint: `${LINK_LOCAL}/token` } }, {}, , /token_endpoint|169\.254/],
  'a registration endpoint on a link-local address': [{ endpoints: { registration_endpoint: `${LINK_LOCAL}/register` } }, {}, , /registration_endpoint|169\.254/],
  'an authorization endpoint with a fragment': [{ endpoints: { authorization_endpoint: 'https://as.example/authorize#x' } }, {}, , /authorization_endpoint/],
  'metadata that redirects for ever': [{}, {}, ['metadata', 'redirect_loop'], /redirect/i],
  'metadata that redirects elsewhere': [{}, {}, ['metadata', { redirect: `${LINK_LOCAL}/` }], /redirect/i],
  'metadata of ten megabytes': [{}, {}, ['metadata', 'huge'], /larger|too (large|long|big)|limit|bytes/i],
  'metadata that is nested too deep': [{}, {}, ['metadata', 'deep'], /JSON|deep|nest/i],
  'metadata that is cut off': [{}, {}, ['metadata', 'cut'], /./],
  'metadata that is half a document': [{}, {}, ['metadata', 'not_json'], /JSON/],
  'metadata of another issuer': [{ claimedIssuer: OTHER_ISSUER }, {}, , /issuer/],
  'metadata for another resource': [{}, { resource: 'https://other.example/mcp' }, , /resource/],
  'plain PKCE only': [{ pkceMethods: ['plain'] }, {}, , /PKCE|S256|code_challenge/],
  'no PKCE at all': [{ pkceMethods: undefined }, {}, , /PKCE|S256|code_challenge/],
  'registration forbidden': [{ registration: 'forbidden' }, {}, , /oauth_client_id/],
  'no registration': [{ registration: 'absent' }, {}, , /oauth_client_id.*|redirect/s],
  'registration of known names only': [{ knownNames: ['Claude'] }, {}, , /oauth_client_id/],
  'a registration endpoint that fails': [{}, {}, ['register', 500], /500|regist/],
};

for (const [what, [habits, protection, fault, message]] of Object.entries(BEFORE_THE_PERSON)) {
  test(`refused before the person is asked: ${what}`, async (t) => {
    const as = await startAuthorizationServer(t, habits);
    const upstream = await startProtectedUpstream(t, as, protection);
    if (fault) as.fail(...fault);
    const gateway = await startGateway(t);
    const answer = await begin(gateway, upstream);
    assert.ok(answer.status >= 400, answer.text);
    assert.doesNotMatch(answer.json.error, /not supported yet/);
    assert.match(answer.json.error, message);
    assert.deepEqual((await gateway.rest('GET', '/servers')).json, []);
    assert.equal(as.seen('authorize').length, 0);
    assert.equal(as.seen('token').length, 0);
  });
}

const AFTER_THE_PERSON = {
  'iss of another server (mix-up)': [{ iss: OTHER_ISSUER }, , /iss/],
  'no iss, although it is promised': [{ iss: 'absent' }, , /iss/],
  'iss with a slash more': [{ iss: 'slash' }, , /iss/],
  'another state': [{ state: 'forged' }, , /state mismatch/],
  'a token endpoint that fails': [{}, ['token', 500], /500|token/],
  'a token endpoint that sends a page': [{}, ['token', 'html'], /JSON|token/],
  'a token endpoint of ten megabytes': [{}, ['token', 'huge'], /larger|too (large|long|big)|limit|bytes/i],
  'a token endpoint that redirects': [{}, ['token', { redirect: `${LINK_LOCAL}/` }], /redirect/i],
  'a token type that nobody knows': [{ tokenType: 'DPoP' }, , /token_type|DPoP/],
};

for (const [what, [habits, fault, message]] of Object.entries(AFTER_THE_PERSON)) {
  test(`refused on the way back: ${what}`, async (t) => {
    const as = await startAuthorizationServer(t, habits);
    if (habits.iss === 'slash') as.habits.iss = `${as.issuer}/`;
    const upstream = await startProtectedUpstream(t, as);
    if (fault) as.fail(...fault);
    const gateway = await startGateway(t);
    const begun = await begin(gateway, upstream);
    const answer = await complete(gateway, begun, await approved(begun));
    assert.ok(answer.status >= 400, answer.text);
    assert.match(answer.json.error, message);
    assert.deepEqual((await gateway.rest('GET', '/servers')).json, []);
    if (!fault && !habits.tokenType) assert.equal(as.seen('token').length, 0, 'the code is not redeemed');
    const leaked = [...as.grants].some(({ refreshToken }) => refreshToken && gateway.stderr.includes(refreshToken));
    assert.equal(leaked, false, 'no token in the log');
  });
}

test('an error that comes as 200 is an error', async (t) => {
  const as = await startAuthorizationServer(t, { errorsAs200: true });
  const upstream = await startProtectedUpstream(t, as);
  const gateway = await startGateway(t);
  const begun = await begin(gateway, upstream);
  const answer = await complete(gateway, begun, { ...(await approved(begun)), code: 'forged' });
  assert.ok(answer.status >= 400);
  assert.match(answer.json.error, /invalid_grant/);
});

const HABITS = {
  'metadata of OpenID Connect': [{ metadata: 'oidc' }],
  'an issuer with a path': [{ issuerPath: '/tenant1' }],
  'an issuer with a path, OpenID Connect inserted': [{ issuerPath: '/tenant1', metadata: 'oidc' }],
  'an issuer with a path, OpenID Connect appended': [{ issuerPath: '/tenant1', metadata: 'oidc_appended' }],
  'resource metadata at the well-known path': [{}, { metadata: 'path', challenge: 'bare' }],
  'resource metadata at the root': [{}, { metadata: 'root', challenge: 'bare' }],
  'no expires_in': [{ expiresIn: undefined }],
  'no refresh token': [{ refreshes: false }],
  'client_secret_basic': [{ tokenAuth: 'client_secret_basic' }],
  'client_secret_post': [{ tokenAuth: 'client_secret_post' }],
  'a scope that is required, named by the challenge': [{ wantsScope: true }, { scope: 'mcp.read' }],
  'a scope that is required, named by the settings': [{ wantsScope: true }, {}, { oauth_scopes: ['mcp.read'] }],
  'a scope ceiling fixed at registration': [{ fixesScope: true }, { scope: 'mcp.read' }],
  'resource on both requests': [{ wantsResource: true }],
  'no iss and no promise of it': [{ iss: 'absent', advertisesIss: false }],
};

for (const [what, [habits, protection = {}, settings = {}]] of Object.entries(HABITS)) {
  test(`met: ${what}`, async (t) => {
    const as = await startAuthorizationServer(t, habits);
    const upstream = await startProtectedUpstream(t, as, protection);
    const gateway = await startGateway(t);
    const answer = await registerWithOauth(gateway, upstream, settings);
    assert.equal(answer.status, 201, answer.text);
    const called = await gateway.rest('POST', '/tools/invoke', { name: 'up__echo', message: 'x' });
    assert.equal(called.status, 200, called.text);
    const [authorize] = as.seen('authorize');
    assert.equal(authorize.query.code_challenge_method, 'S256');
    assert.equal(authorize.query.resource, upstream.url());
    assert.equal(as.seen('token')[0].form.resource, upstream.url());
  });
}
