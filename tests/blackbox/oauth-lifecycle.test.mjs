// A grant through its life: expiry, rotation, forgotten clients, revocation, new approval, deregistration.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startAuthorizationServer } from './support/authorization-server.mjs';
import { startGateway, temporaryFolder } from './support/gateway.mjs';
import { approved, begin, complete, registerWithOauth, REDIRECT } from './support/oauth-registration.mjs';
import { startProtectedUpstream } from './support/protected-upstream.mjs';
import { eventually } from './support/wait.mjs';

const CALLS = 50;

const echo = (gateway) => gateway.rest('POST', '/tools/invoke', { name: 'up__echo', message: 'x' });
const refreshes = (as) => as.seen('token').filter(({ form }) => form.grant_type === 'refresh_token');

async function registered(t, habits = {}, options = {}) {
  const as = await startAuthorizationServer(t, habits);
  const upstream = await startProtectedUpstream(t, as);
  const gateway = await startGateway(t, options);
  const answer = await registerWithOauth(gateway, upstream);
  assert.equal(answer.status, 201, answer.text);
  return { as, upstream, gateway };
}

test('fifty calls with an expired token cause one refresh', async (t) => {
  const { as, gateway } = await registered(t, { rotates: true });
  as.expireAccessTokens();
  const answers = await Promise.all(Array.from({ length: CALLS }, () => echo(gateway)));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  assert.equal(refreshes(as).length, 1);
  assert.equal(as.reused, 0);
});

test('fifty calls over two gateways on one database cause one refresh', async (t) => {
  const folder = temporaryFolder(t);
  const { as, gateway } = await registered(t, { rotates: true }, { folder });
  const second = await startGateway(t, { folder });
  assert.equal((await echo(second)).status, 200);
  as.expireAccessTokens();
  const answers = await Promise.all(Array.from({ length: CALLS }, (_, n) => echo(n % 2 ? gateway : second)));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  assert.equal(refreshes(as).length, 1);
  assert.equal(as.reused, 0);
});

test('a token is refreshed ahead of its end, also when clocks differ', async (t) => {
  const { as, gateway } = await registered(t, { expiresIn: 30, skew: 28, rotates: true });
  await eventually('two refreshes', async () => (await echo(gateway)).status === 200 && refreshes(as).length >= 2, 30_000);
  assert.equal(as.reused, 0);
  assert.equal(as.authorizations, 1);
});

test('a token endpoint that fails once does not end the grant', async (t) => {
  const { as, gateway } = await registered(t, { rotates: true });
  as.expireAccessTokens();
  as.fail('token', 503, 1);
  await eventually('the call works again', async () => (await echo(gateway)).status === 200);
  assert.equal(as.authorizations, 1);
});

test('the grant survives a restart', async (t) => {
  const folder = temporaryFolder(t);
  const { as, gateway } = await registered(t, { rotates: true }, { folder });
  await gateway.stop();
  as.expireAccessTokens();
  const again = await startGateway(t, { folder });
  assert.equal((await echo(again)).status, 200);
  assert.equal(refreshes(as).length, 1);
});

test('a pending session survives a restart, and is used once', async (t) => {
  const as = await startAuthorizationServer(t);
  const upstream = await startProtectedUpstream(t, as);
  const folder = temporaryFolder(t);
  const first = await startGateway(t, { folder });
  const begun = await begin(first, upstream);
  await first.stop();
  const gateway = await startGateway(t, { folder });
  const response = await approved(begun);
  assert.equal((await complete(gateway, begun, { ...response, state: 'other' })).status, 400);
  assert.equal((await complete(gateway, begun, response)).status, 201);
  const again = await complete(gateway, begun, response);
  assert.equal(again.status, 404);
  assert.match(again.json.error, /upstream OAuth session not found/);
});

for (const [what, end] of [['a revoked grant', (as) => as.revokeGrants()], ['a forgotten client', (as) => as.forgetClients()]]) {
  test(`${what}: calls fail at once and say what to do; authorize repairs it in place`, async (t) => {
    const { as, gateway } = await registered(t, { rotates: true });
    await gateway.rest('POST', '/tools/disable?entity=up__add');
    end(as);
    as.expireAccessTokens();
    const refused = await echo(gateway);
    assert.match(refused.text, /mcpjungle authorize up/);
    const before = as.seen('token').length;
    assert.match((await echo(gateway)).text, /mcpjungle authorize up/);
    assert.equal(as.seen('token').length, before, 'it is not tried again and again');
    assert.ok((await gateway.rest('GET', '/servers')).json[0].authorization, 'REST says so');
    assert.match((await gateway.command(['list', 'servers'])).stdout, /mcpjungle authorize up/);

    const begun = await gateway.rest('POST', '/servers/up/authorize', { oauth_redirect_uri: REDIRECT });
    const answer = await complete(gateway, begun, await approved(begun));
    assert.ok(answer.status === 200 || answer.status === 201, answer.text);
    assert.equal((await echo(gateway)).status, 200);
    assert.equal((await gateway.rest('GET', '/servers')).json[0].authorization, undefined);
    const tools = (await gateway.rest('GET', '/tools')).json;
    assert.equal(tools.find(({ name }) => name === 'up__add').enabled, false, 'flags stay');
  });
}

test('a call that needs another scope says so, once; authorize asks for all scopes together', async (t) => {
  const as = await startAuthorizationServer(t);
  const upstream = await startProtectedUpstream(t, as, { scope: 'read', toolScopes: { add: 'write' } });
  const gateway = await startGateway(t);
  assert.equal((await registerWithOauth(gateway, upstream)).status, 201);
  const add = () => gateway.rest('POST', '/tools/invoke', { name: 'up__add', a: 1, b: 2 });

  const refused = await add();
  assert.equal(refused.status, 403, refused.text);
  assert.match(refused.json.error, /needs the scope 'write' \(HTTP 403, insufficient_scope\): run `mcpjungle authorize up`/);
  assert.equal(upstream.seen('tools/call').length, 1, 'it is not tried again');
  assert.equal((await echo(gateway)).status, 200, 'other calls work');
  const shown = await eventually('it is noted', async () => {
    const [server] = (await gateway.rest('GET', '/servers')).json;
    return server.authorization && server;
  });
  assert.deepEqual([shown.authorization, shown.missing_scopes], ['needs_scopes', ['write']]);
  assert.match((await gateway.command(['list', 'servers'])).stdout, /Authorization: needed for more scopes \(write\), run 'mcpjungle authorize up'/);

  const begun = await gateway.rest('POST', '/servers/up/authorize', { oauth_redirect_uri: REDIRECT });
  assert.equal(new URL(begun.json.authorization_required.authorization_url).searchParams.get('scope'), 'read write');
  assert.equal((await complete(gateway, begun, await approved(begun))).status, 200);
  assert.equal((await add()).status, 200);
  assert.equal((await gateway.rest('GET', '/servers')).json[0].authorization, undefined);
});

test('a server that moves to another authorization server gets a new client there, and none of the old one', async (t) => {
  const { as, upstream, gateway } = await registered(t);
  const next = await startAuthorizationServer(t);
  const secrets = () => as.seen('token').concat(as.seen('register')).length;
  upstream.guard.as = next;
  upstream.habits.authorizationServers = [next.issuer];
  const refused = await echo(gateway);
  assert.match(refused.text, /mcpjungle authorize up/);
  assert.equal(next.requests.length, 0, 'a call asks nobody new');

  const asked = secrets();
  const begun = await gateway.rest('POST', '/servers/up/authorize', { oauth_redirect_uri: REDIRECT });
  assert.equal((await complete(gateway, begun, await approved(begun))).status, 200);
  assert.equal((await echo(gateway)).status, 200);
  assert.equal(next.seen('register').length, 1);
  const old = new Set([...as.clients.keys(), ...as.grants.map(({ refreshToken }) => refreshToken)]);
  assert.ok(old.size > 1);
  for (const value of old) assert.doesNotMatch(JSON.stringify(next.requests), new RegExp(value));
  assert.equal(secrets(), asked, 'and nothing of the new one goes to the old one');
});

test('force begins an authorization without touching the server that works', async (t) => {
  const { as, upstream, gateway } = await registered(t);
  as.habits.person = 'access_denied';
  const begun = await begin(gateway, upstream, {}, '?force=true');
  assert.equal((await approved(begun)).error, 'access_denied');
  assert.equal((await echo(gateway)).status, 200);
  assert.equal((await gateway.rest('GET', '/servers')).json.length, 1);
});

test('deregistering revokes the token', async (t) => {
  const { as, gateway } = await registered(t);
  assert.equal((await gateway.rest('DELETE', '/servers/up')).status, 204);
  await eventually('the revocation', () => as.seen('revoke').length > 0);
  assert.ok(as.grants.every(({ isRevoked }) => isRevoked));
});
