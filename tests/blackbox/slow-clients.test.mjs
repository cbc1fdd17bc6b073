// Clients that stop reading, while servers have 64 MB for each of them: far more than what sockets hold. Others do not wait for them, the
// gateway's memory stays within docs/limits.md, and whoever reads on gets everything, or is told which limit it was.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startGateway } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { openStream, request } from './support/http.mjs';
import { LegacySession, modern, modernHeaders, modernMessage } from './support/mcp.mjs';
import { isSanitized, residentBytesOf } from './support/processes.mjs';
import { FLOOD_PIECE } from './support/scripted.mjs';
import { stdioSpec } from './support/stdio-spec.mjs';
import { eventually, within } from './support/wait.mjs';

const MIB = 1024 * 1024;
const FLOOD = 64 * MIB;
const STUCK = 4;               // Clients that read nothing.
const GROWTH_MAX = 48 * MIB;   // Of the gateway: kUnreadBytesMax (16 MiB), and what allocators keep.
const CALLS = 200;
const LIMIT_MS = 60_000;

const said = ({ message }) => message?.result?.content?.[0]?.text ?? assert.fail(JSON.stringify(message));
const flood = (name, token) => ({ name: `${name}__flood`, arguments: { bytes: FLOOD }, _meta: { progressToken: token } });

// A modern call whose answer nobody reads after the first message.
async function stuckCall(gateway, name, token) {
  const { _meta, ...params } = flood(name, token);
  const message = modernMessage('tools/call', params, _meta);
  const stream = await openStream(gateway.mcp(), { method: 'POST', headers: modernHeaders(message), body: message });
  assert.equal((await within(LIMIT_MS, 'the first progress', stream.next())).method, 'notifications/progress');
  stream.pause();
  return stream;
}

// What others do meanwhile: each of their calls has its answer.
async function othersCall(gateway, name) {
  const clients = Array.from({ length: 4 }, async (_, client) => {
    for (let n = 0; n < CALLS / 4; n++) {
      const message = `client ${client}, call ${n}`;
      assert.equal(said(await modern(gateway.mcp(), 'tools/call', { name: `${name}__echo`, arguments: { message } })), `echo: ${message}`);
    }
  });
  await within(LIMIT_MS, 'the calls of others', Promise.all(clients));
}

function assertGrowth(t, gateway, before) {
  const growth = residentBytesOf(gateway.pid) - before;
  t.diagnostic(`the gateway grew by ${Math.round(growth / MIB)} MiB`);
  assert.ok(growth < GROWTH_MAX || isSanitized(gateway.pid), `the gateway grew by ${growth / MIB} MiB`);
}

// Reads on to the end: all progress in order, then the result.
async function readOn(stream) {
  stream.resume();
  const messages = await within(LIMIT_MS, 'the rest', stream.rest());
  assert.deepEqual(messages.pop()?.result?.content, [{ type: 'text', text: 'flooded' }]);
  const steps = messages.map(({ params }) => params.progress);
  assert.deepEqual(steps, Array.from({ length: FLOOD / FLOOD_PIECE - 1 }, (_, i) => i + 2));
}

test('over HTTP the server waits for its client, and nobody else does', async (t) => {
  const upstream = await startHttpUpstream(t);
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  await othersCall(gateway, 'up');
  const before = residentBytesOf(gateway.pid);
  const stuck = [];
  for (let i = 0; i < STUCK; i++) stuck.push(await stuckCall(gateway, 'up', `stuck ${i}`));
  await othersCall(gateway, 'up');
  const taken = [...upstream.script.flooded.values()];
  assert.equal(taken.length, STUCK);
  t.diagnostic(`${taken.map((bytes) => bytes / MIB).join(', ')} of ${FLOOD / MIB} MiB each were taken from the server`);
  for (const bytes of taken) assert.ok(bytes < FLOOD / 2, `${bytes / MIB} MiB were taken from the server`);
  assertGrowth(t, gateway, before);
  await readOn(stuck.pop());
  for (const stream of stuck) stream.close();
  await eventually('the server hears that the others are gone', () => upstream.script.cancelled === STUCK - 1);
  await othersCall(gateway, 'up');
});

test('a legacy client that can be asked, whose server has a stream for its session', async (t) => {
  const upstream = await startHttpUpstream(t, { era: 'legacy', sessions: true, tellsNews: true });
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url(), session_mode: 'stateful' });
  const session = await LegacySession.open(gateway.mcp(), { capabilities: { roots: {}, sampling: {} } });
  await othersCall(gateway, 'up');
  const before = residentBytesOf(gateway.pid);
  const stream = await session.stream('tools/call', flood('up', 'stuck'));
  assert.equal((await within(LIMIT_MS, 'the first progress', stream.next())).method, 'notifications/progress');
  stream.pause();
  await othersCall(gateway, 'up');
  const [taken] = upstream.script.flooded.values();
  t.diagnostic(`${taken / MIB} of ${FLOOD / MIB} MiB were taken from the server`);
  assert.ok(taken < FLOOD * 0.75, `${taken / MIB} MiB were taken from the server`);
  assertGrowth(t, gateway, before);
  await readOn(stream);
  await session.end();
});

test('the process that others use too cannot wait: the call of the slow client fails, and says why', async (t) => {
  const gateway = await startGateway(t);
  await gateway.register(stdioSpec('st', [], { session_mode: 'stateful' }));
  await othersCall(gateway, 'st');
  const before = residentBytesOf(gateway.pid);
  const stream = await stuckCall(gateway, 'st', 'stuck');
  await othersCall(gateway, 'st');
  assertGrowth(t, gateway, before);
  stream.resume();
  const messages = await within(LIMIT_MS, 'the rest', stream.rest());
  const { error } = messages.pop();
  assert.match(error?.message ?? '', /the client reads too slowly: more than 16 MiB/);
  assert.equal(error.data?.source, 'mcpjungle');
  assert.ok(messages.every(({ params }, i) => params.progress === i + 2), 'what came before is in order');
});

// A client of HTTP+SSE that has greeted → { stream, post(method, params, id) }.
async function connectOverSse(gateway) {
  const stream = await openStream(`${gateway.url}/sse`, { headers: { Accept: 'text/event-stream' } });
  const address = (await within(LIMIT_MS, 'the address', stream.next())).notJson;
  const post = (method, params, id) => request(gateway.url + address, { method: 'POST', body: { jsonrpc: '2.0', id, method, params } });
  const clientInfo = { name: 'blackbox', version: '1' };
  await post('initialize', { protocolVersion: '2024-11-05', capabilities: {}, clientInfo }, 0);
  assert.ok((await within(LIMIT_MS, 'the greeting', stream.next())).result);
  await post('notifications/initialized', {});
  return { stream, post };
}

test('progress that a client of HTTP+SSE does not read is dropped, answers are kept', async (t) => {
  const upstream = await startHttpUpstream(t);
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  await othersCall(gateway, 'up');
  const before = residentBytesOf(gateway.pid);
  const { stream, post } = await connectOverSse(gateway);
  stream.pause();
  assert.equal((await post('tools/call', flood('up', 'stuck'), 1)).status, 202);
  await othersCall(gateway, 'up');
  await eventually('all of it has come', () => upstream.script.flooded.values().next().value === FLOOD, LIMIT_MS);
  assertGrowth(t, gateway, before);
  stream.resume();
  for (let message; (message = await within(LIMIT_MS, 'its answer', stream.next())).id !== 1; ) assert.equal(message.method, 'notifications/progress');
  assert.equal((await post('ping', {}, 2)).status, 202);
  assert.deepEqual((await within(LIMIT_MS, 'a pong', stream.next())).result, {});
  stream.close();
});

test('the session of a client of HTTP+SSE that reads no answers ends at once', async (t) => {
  const upstream = await startHttpUpstream(t);
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  const { stream, post } = await connectOverSse(gateway);
  stream.pause();
  await post('tools/call', { name: 'up__wait', arguments: {} }, 'waiting');
  let calls = 0;
  const hasEnded = async () => {
    assert.ok(calls < FLOOD / MIB, 'more answers than it may leave unread');
    const { text } = await post('tools/call', { name: 'up__big', arguments: { bytes: MIB } }, ++calls);
    return text.includes('Invalid session ID');
  };
  await eventually('its session ends', hasEnded, LIMIT_MS);
  await eventually('the server hears that its call is cancelled', () => upstream.script.cancelled === 1);
  await othersCall(gateway, 'up');
  stream.resume();
  const messages = await within(LIMIT_MS, 'the end of its stream', stream.rest());
  assert.ok(messages.length < calls);
});

test('results that nobody reads', async (t) => {
  const upstream = await startHttpUpstream(t);
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  const bytes = 32 * MIB;
  const stuck = [];
  for (let i = 0; i < STUCK; i++) {
    const message = modernMessage('tools/call', { name: 'up__big', arguments: { bytes } });
    const stream = await openStream(gateway.mcp(), { method: 'POST', headers: modernHeaders(message), body: message });
    stream.pause();
    stuck.push(stream);
  }
  await othersCall(gateway, 'up');
  const [first, ...others] = stuck;
  first.resume();
  const [{ result }] = await within(LIMIT_MS, 'the result', first.rest());
  assert.equal(result.content[0].text.length, bytes);
  for (const stream of others) stream.close();
  await othersCall(gateway, 'up');
});
