// Headers of clients: those that a server's forward_headers names reach it, on the calls of their client, and nothing else does.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { startGateway, temporaryFolder } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { LegacySession, modern } from './support/mcp.mjs';
import { eventually } from './support/wait.mjs';

const CALLS = 20;
const FORWARD = { 'X-Wiki-Token': 'Authorization', 'X-Request-Id': '' };

// What a client sends that must not arrive.
const FOREIGN = {
  Authorization: 'Bearer for-the-gateway', Cookie: 'session=of-the-gateway', 'X-Other': 'other-1', 'X-Forwarded-For': '10.9.8.7',
  'Proxy-Authorization': 'Basic for-a-proxy',
};
const FOREIGN_VALUES = /for-the-gateway|of-the-gateway|other-1|10\.9\.8\.7|for-a-proxy/;

const spec = (upstream, more = {}) => ({
  name: 'wiki', transport: 'streamable_http', url: upstream.url(), bearer_token: 'of-the-registration', forward_headers: FORWARD, ...more,
});

function modernCall(gateway, user, id) {
  const headers = { ...FOREIGN, ...(user && { 'X-Wiki-Token': `Bearer ${user}` }), ...(id && { 'X-Request-Id': id }) };
  return modern(gateway.mcp(), 'tools/call', { name: 'wiki__echo', arguments: { message: user ?? 'nobody' } }, { headers });
}

const textOf = (answer) => answer.message.result?.content?.[0]?.text ?? JSON.stringify(answer.message);

// Whose credential the request carries.
const caller = ({ headers }) => headers.authorization?.replace('Bearer ', '');

for (const [what, options] of [
  ['a modern server', { era: 'modern' }],
  ['a legacy server without sessions', { era: 'legacy' }],
  ['a legacy server with sessions', { era: 'legacy', sessions: true }],
]) {
  test(`${what} gets the listed headers of each client, and no others`, async (t) => {
    const upstream = await startHttpUpstream(t, options);
    const gateway = await startGateway(t);
    await gateway.register(spec(upstream));
    const users = Array.from({ length: CALLS }, (_, n) => (n % 4 === 3 ? undefined : `user-${n}`));
    const answers = await Promise.all(users.map((user, n) => modernCall(gateway, user, `r-${n}`)));
    assert.deepEqual(answers.map(textOf), users.map((user) => `echo: ${user ?? 'nobody'}`));
    const calls = upstream.seen('tools/call');
    assert.equal(calls.length, CALLS);
    for (const call of calls) {
      const { message } = call.message.params.arguments;
      assert.equal(caller(call), message === 'nobody' ? 'of-the-registration' : message);
      assert.match(call.headers['x-request-id'], /^r-\d+$/);
      assert.equal(call.headers['x-wiki-token'], undefined, 'it has another name there');
    }
    assert.doesNotMatch(JSON.stringify(upstream.requests), FOREIGN_VALUES);
  });
}

test('an upstream session belongs to one client, from initialize to DELETE', async (t) => {
  const upstream = await startHttpUpstream(t, { era: 'legacy', sessions: true });
  const gateway = await startGateway(t);
  await gateway.register(spec(upstream));
  await Promise.all(Array.from({ length: CALLS }, (_, n) => modernCall(gateway, `user-${n}`)));
  const ended = () => upstream.requests.filter(({ method, headers }) => method === 'DELETE' && /user-/.test(headers.authorization));
  await eventually('the sessions of the users are closed', () => ended().length === CALLS);
  const users = new Map();  // Session → those who used it.
  for (const request of upstream.requests) {
    const id = request.headers['mcp-session-id'];
    if (id) users.set(id, (users.get(id) ?? new Set()).add(caller(request)));
  }
  for (const [id, callers] of users) assert.equal(callers.size, 1, `session ${id}: ${[...callers]}`);
  const openers = upstream.seen('initialize').map(caller).filter((name) => name.startsWith('user-'));
  assert.equal(new Set(openers).size, CALLS);
});

test('the headers of a legacy client count with each of its requests, not with its session', async (t) => {
  const upstream = await startHttpUpstream(t, { era: 'modern' });
  const gateway = await startGateway(t);
  await gateway.register(spec(upstream));
  const session = await LegacySession.open(gateway.mcp(), { headers: { 'X-Wiki-Token': 'Bearer opener' } });
  const call = (headers) => session.post(
    { jsonrpc: '2.0', id: session.nextId(), method: 'tools/call', params: { name: 'wiki__echo', arguments: { message: 'x' } } }, headers);
  assert.equal((await call({ 'X-Wiki-Token': 'Bearer anna' })).status, 200);
  assert.equal((await call({})).status, 200);
  assert.equal((await call({ 'X-Wiki-Token': 'Bearer carl', Connection: 'x-wiki-token' })).status, 200);
  assert.deepEqual(upstream.seen('tools/call').map(caller), ['anna', 'of-the-registration', 'of-the-registration']);
});

test('a server that asks for nothing gets nothing', async (t) => {
  const upstream = await startHttpUpstream(t);
  const gateway = await startGateway(t);
  await gateway.register(spec(upstream, { bearer_token: undefined, forward_headers: undefined }));
  assert.equal(textOf(await modernCall(gateway, 'anna', 'r-1')), 'echo: anna');
  assert.doesNotMatch(JSON.stringify(upstream.requests.map(({ headers }) => headers)), /anna|r-1|"authorization"|"cookie"/);
  assert.doesNotMatch(JSON.stringify(upstream.requests), FOREIGN_VALUES);
});

test('what is forwarded is shown, and survives a restart', async (t) => {
  const upstream = await startHttpUpstream(t);
  const folder = temporaryFolder(t);
  const first = await startGateway(t, { folder });
  const shown = { 'X-Request-Id': 'X-Request-Id', 'X-Wiki-Token': 'Authorization' };
  assert.deepEqual((await first.register(spec(upstream))).forward_headers, shown);
  await first.stop();
  const gateway = await startGateway(t, { folder });
  assert.deepEqual((await gateway.rest('GET', '/servers')).json[0].forward_headers, shown);
  assert.deepEqual((await gateway.rest('GET', '/server_configs')).json[0].forward_headers, shown);
  const { stdout } = await gateway.command(['list', 'servers']);
  assert.match(stdout, /^Headers of clients that are forwarded: X-Request-Id, X-Wiki-Token as Authorization$/m);
  await modernCall(gateway, 'anna');
  assert.deepEqual(upstream.seen('tools/call').map(caller), ['anna']);
});

for (const [field, forward, more] of [
  ["'Cookie'", { Cookie: '' }],
  ["'authorization'", { authorization: 'X-Token' }],
  ["'Host'", { 'X-A': 'Host' }],
  ["'Mcp-Session-Id'", { 'Mcp-Session-Id': '' }],
  ["'Transfer-Encoding'", { 'X-A': 'Transfer-Encoding' }],
  [': a stateful session', { 'X-A': '' }, { session_mode: 'stateful' }],
]) {
  test(`forward_headers ${JSON.stringify(forward)} ${JSON.stringify(more ?? {})} is refused, naming the field`, async (t) => {
    const upstream = await startHttpUpstream(t);
    const gateway = await startGateway(t);
    const file = path.join(gateway.folder, 'wiki.json');
    fs.writeFileSync(file, JSON.stringify(spec(upstream, { forward_headers: forward, ...more })));
    const { code, all } = await gateway.command(['register', '-c', file]);
    assert.equal(code, 1);
    assert.ok(all.includes(field.startsWith(':') ? `invalid forward_headers${field}` : `invalid forward_headers ${field}`), all);
    assert.deepEqual(upstream.requests, [], 'nothing is sent');
  });
}
