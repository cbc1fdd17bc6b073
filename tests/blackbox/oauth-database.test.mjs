// Grants and the database: those that MCPJungle stored, and what a gateway leaves behind that is killed between the answer of the token
// endpoint and the commit.
import assert from 'node:assert/strict';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'node:test';
import { startAuthorizationServer } from './support/authorization-server.mjs';
import { defer } from './support/cleanup.mjs';
import { spawnGateway, startGateway, temporaryFolder, untilHealthy } from './support/gateway.mjs';
import { approved, begin, complete, registerWithOauth, REDIRECT } from './support/oauth-registration.mjs';
import { startProtectedUpstream } from './support/protected-upstream.mjs';
import { eventually } from './support/wait.mjs';

// What MCPJungle does not know of a grant.
const FOREIGN_COLUMNS = [
  'server_url', 'ca_file', 'grant_kind', 'issuer', 'token_endpoint', 'revocation_endpoint', 'auth_method', 'private_key', 'resource', 'state',
  'state_reason', 'missing_scopes', 'generation', 'refresh_holder', 'refresh_until',
];

const echo = (gateway) => gateway.rest('POST', '/tools/invoke', { name: 'up__echo', message: 'x' });
const ASKS_NOBODY = { LIST_AT_START: 'none' };  // Only what a call asks is to be seen.
const refreshes = (as) => as.seen('token').filter(({ form }) => form.grant_type === 'refresh_token');

function openDatabase(t, folder) {
  const database = new DatabaseSync(path.join(folder, 'mcpjungle.db'));
  defer(t, () => database.isOpen && database.close());
  return database;
}

async function servers(t, habits = {}, protection = {}) {
  const as = await startAuthorizationServer(t, { rotates: true, ...habits });
  const upstream = await startProtectedUpstream(t, as, protection);
  return { as, upstream, folder: temporaryFolder(t) };
}

// A gateway that has a grant and an expired token; it may be killed.
async function registered(t, { as, upstream, folder }) {
  const gateway = await spawnGateway(t, { folder });
  await untilHealthy(gateway);
  const answer = await registerWithOauth(gateway, upstream);
  assert.equal(answer.status, 201, answer.text);
  as.expireAccessTokens();
  return gateway;
}

async function repaired(gateway) {
  const begun = await gateway.rest('POST', '/servers/up/authorize', { oauth_redirect_uri: REDIRECT });
  const answer = await complete(gateway, begun, await approved(begun));
  assert.ok(answer.status === 200 || answer.status === 201, answer.text);
  assert.equal((await echo(gateway)).status, 200);
}

async function leftByMcpJungle(t, place) {
  const first = await registered(t, place);
  await first.stop();
  const database = openDatabase(t, place.folder);
  database.exec(`UPDATE upstream_o_auth_tokens SET ${FOREIGN_COLUMNS.map((column) => `${column} = NULL`).join(', ')}`);
  database.close();
  return startGateway(t, { folder: place.folder, env: ASKS_NOBODY });
}

test('a grant of MCPJungle is completed before its first refresh, once', async (t) => {
  const place = await servers(t, {}, { metadata: 'path' });
  const gateway = await leftByMcpJungle(t, place);
  const before = place.as.seen('metadata').length;
  const answers = await Promise.all(Array.from({ length: 10 }, () => echo(gateway)));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200], answers[0].text);
  assert.equal(refreshes(place.as).length, 1);
  assert.equal(place.as.seen('metadata').length, before + 1);
  await gateway.stop();
  place.as.expireAccessTokens();
  const again = await startGateway(t, { folder: place.folder, env: ASKS_NOBODY });
  assert.equal((await echo(again)).status, 200);
  assert.equal(refreshes(place.as).length, 2);
  assert.equal(place.as.seen('metadata').length, before + 1, 'what was found is stored');
});

test('a grant of MCPJungle whose authorization server cannot be found needs authorization, and says why', async (t) => {
  const place = await servers(t, {}, { metadata: 'linked' });  // Only a challenge leads there, and MCPJungle stores none.
  const gateway = await leftByMcpJungle(t, place);
  const { text } = await echo(gateway);
  assert.match(text, /needs authorization: MCPJungle stored it without its authorization server, which could not be found/);
  assert.match(text, /mcpjungle authorize up/);
  assert.equal((await gateway.rest('GET', '/servers')).json[0].authorization, 'needs_authorization');
  assert.equal(refreshes(place.as).length, 0);
  await repaired(gateway);
});

// Kills `gateway` when it has the tokens that `ask` makes it ask for, and cannot store them.
async function killedBeforeTheCommit(t, { as, folder }, gateway, ask) {
  const database = openDatabase(t, folder);
  as.onTokens = () => database.exec('BEGIN IMMEDIATE');
  const asked = as.seen('token').length;
  const lost = ask().catch(() => {});
  await eventually('the tokens are on their way', () => as.seen('token').slice(asked).some(({ status }) => status === 200));
  await gateway.stop('SIGKILL');
  await lost;
  as.onTokens = () => {};
  database.exec('ROLLBACK');
  return database;
}

async function startAfterTheTurn(t, { folder }, database) {
  const { refresh_until: until } = database.prepare('SELECT refresh_until FROM upstream_o_auth_tokens').get();
  assert.ok(new Date(until) > new Date(), `the killed process still has its turn, until ${until}`);
  database.exec("UPDATE upstream_o_auth_tokens SET refresh_until = '2020-01-01 00:00:00+00:00'");  // That time has passed.
  database.close();
  return startGateway(t, { folder });
}

test('killed between the refresh and its commit: a server that does not rotate refreshes again', async (t) => {
  const place = await servers(t, { rotates: false });
  const first = await registered(t, place);
  const database = await killedBeforeTheCommit(t, place, first, () => echo(first));
  const gateway = await startAfterTheTurn(t, place, database);
  const answer = await echo(gateway);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(refreshes(place.as).length, 2);
  assert.equal(place.as.authorizations, 1);
});

test('killed between the refresh and its commit: a server that revokes reused tokens needs authorization, and says so', async (t) => {
  const place = await servers(t);
  const first = await registered(t, place);
  const database = await killedBeforeTheCommit(t, place, first, () => echo(first));
  const gateway = await startAfterTheTurn(t, place, database);
  assert.match((await echo(gateway)).text, /needs authorization: its authorization server does not accept the refresh token any more/);
  assert.equal(place.as.reused, 1, 'the old token was tried once');
  assert.match((await echo(gateway)).text, /mcpjungle authorize up/);
  assert.equal(refreshes(place.as).length, 2, 'and not again');
  assert.match((await gateway.command(['list', 'servers'])).stdout, /mcpjungle authorize up/);
  await repaired(gateway);
});

test('killed between the exchange of the code and the commit: nothing is registered, and registering again works', async (t) => {
  const place = await servers(t);
  const { as, upstream, folder } = place;
  const first = await spawnGateway(t, { folder });
  await untilHealthy(first);
  const begun = await begin(first, upstream);
  const response = await approved(begun);
  const database = await killedBeforeTheCommit(t, place, first, () => complete(first, begun, response));
  database.close();
  const gateway = await startGateway(t, { folder });
  assert.deepEqual((await gateway.rest('GET', '/servers')).json, []);
  const late = await complete(gateway, begun, response);
  assert.ok(late.status >= 400, 'the code is used up');
  assert.match(late.json.error, /failed to exchange OAuth authorization code for token/);
  assert.equal((await registerWithOauth(gateway, upstream)).status, 201);
  assert.equal((await echo(gateway)).status, 200);
  assert.equal(as.grants.length, 2);
});
