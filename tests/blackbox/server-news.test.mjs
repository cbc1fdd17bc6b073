// What servers say outside of calls: their lists have changed.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startGateway } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { LegacySession } from './support/mcp.mjs';
import { stdioSpec } from './support/stdio-spec.mjs';
import { eventually, within } from './support/wait.mjs';

const SOON_MS = 2_000;  // What is promised.
const STOP_MS = 2_000;

const ERAS = { legacy: { era: 'legacy', sessions: true }, modern: { era: 'modern' } };
const tool = (name) => ({ name, inputSchema: { type: 'object' } });

async function listened(t, options) {
  const upstream = await startHttpUpstream(t, { tellsNews: true, ...options });
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  await eventually('the gateway listens', () => upstream.watchers.length === 1);
  await eventually('what it had missed is asked for', () => upstream.seen('resources/templates/list').length === 2);
  return { gateway, upstream };
}

async function hasTool(gateway, name) {
  const { json } = await gateway.rest('GET', '/tools');
  return json.some((listed) => listed.name === name);
}

function grow(upstream, name) {
  upstream.script.extraTools.push(tool(name));
  upstream.tell('notifications/tools/list_changed');
}

for (const [era, options] of Object.entries(ERAS)) {
  test(`a ${era} HTTP server that says so is listed anew, and clients hear it once`, async (t) => {
    const { gateway, upstream } = await listened(t, options);
    const session = await LegacySession.open(gateway.mcp());
    const stream = await session.listen();
    await gateway.rest('POST', '/tools/disable?entity=up__echo');
    const first = await within(SOON_MS, 'what the person changed', stream.next());
    assert.equal(first.method, 'notifications/tools/list_changed');

    grow(upstream, 'grown');
    await eventually('the tool is there', () => hasTool(gateway, 'up__grown'), SOON_MS);
    const next = await within(SOON_MS, 'what the server changed', stream.next());
    assert.equal(next.method, 'notifications/tools/list_changed');
    const { tools } = await session.result('tools/list');
    assert.ok(tools.some(({ name }) => name === 'up__grown'));
    assert.ok(!tools.some(({ name }) => name === 'up__echo'), 'what was disabled stays so');
    assert.equal(stream.events.filter(({ data }) => data).length, 2);
    stream.close();
  });

  test(`many changes of a ${era} HTTP server at once are one listing`, async (t) => {
    const { gateway, upstream } = await listened(t, options);
    const before = upstream.seen('tools/list').length;
    for (let i = 0; i < 100; i++) grow(upstream, `grown_${i}`);
    await eventually('the last tool is there', () => hasTool(gateway, 'up__grown_99'), SOON_MS);
    assert.ok(upstream.seen('tools/list').length - before <= 2, `${upstream.seen('tools/list').length - before} listings`);
  });

  test(`what a ${era} HTTP server changed while nobody heard it is found when it can be heard again`, async (t) => {
    const { gateway, upstream } = await listened(t, options);
    upstream.script.extraTools.push(tool('grown'));
    upstream.cutListeners();
    await eventually('the tool is there', () => hasTool(gateway, 'up__grown'));
    await eventually('the gateway listens again', () => upstream.watchers.length === 1);
  });

  test(`what a ${era} HTTP server changed after it was listed, and before it was listened to, is found`, async (t) => {
    const isWatch = (req, message) => req.method === 'GET' || message?.method === 'subscriptions/listen';
    function intercept(req, res, message) {
      if (isWatch(req, message) && this.seen('tools/list').length > 0) this.script.extraTools = [tool('grown')];
    }
    const { gateway } = await listened(t, { ...options, intercept });
    await eventually('the tool is there', () => hasTool(gateway, 'up__grown'), SOON_MS);
  });

  test(`a ${era} HTTP server that is disabled or deregistered is not listened to`, async (t) => {
    const { gateway, upstream } = await listened(t, options);
    await gateway.rest('POST', '/servers/up/disable');
    await eventually('the stream is closed', () => upstream.listeners.size === 0);
    await gateway.rest('POST', '/servers/up/enable');
    await eventually('the gateway listens again', () => upstream.watchers.length === 1);
    assert.equal((await gateway.rest('DELETE', '/servers/up')).status, 204);
    await eventually('the stream is closed again', () => upstream.listeners.size === 0);
    await eventually('no session stays open', () => upstream.sessions.size === 0);
  });

  test(`a gateway that listens to a ${era} HTTP server stops at once`, async (t) => {
    const { gateway, upstream } = await listened(t, options);
    await gateway.stop('SIGTERM', STOP_MS);
    await eventually('the stream is closed', () => upstream.listeners.size === 0);
    await eventually('no session stays open', () => upstream.sessions.size === 0);
  });
}

test('a server that says so on the stream of a call is listed anew', async (t) => {
  const upstream = await startHttpUpstream(t, { era: 'legacy', answers: 'sse' });
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  await gateway.rest('POST', '/tools/invoke', { name: 'up__grow', tool: 'grown' });
  await eventually('the tool is there', () => hasTool(gateway, 'up__grown'), SOON_MS);
});

test('a server without a stream is asked for it once', async (t) => {
  const intercept = (req, res) => req.method === 'GET' && res.writeHead(405, { Allow: 'POST' }).end();
  const upstream = await startHttpUpstream(t, { era: 'legacy', sessions: true, tellsNews: true, intercept });
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  await eventually('the answer counts', () => /has no event stream outside of calls/.test(gateway.stderr));
  await eventually('the session ends', () => upstream.sessions.size === 0);
  const asked = upstream.requests.filter(({ method }) => method === 'GET').map(({ headers }) => headers['mcp-session-id']);
  assert.equal(asked.length, 2, 'once while it is listed, once for news');
  assert.notEqual(asked[0], asked[1]);
});

test('the shared process of a stateful stdio server is heard, and says what it offers now', async (t) => {
  const gateway = await startGateway(t);
  await gateway.register(stdioSpec('st', ['--era', 'legacy', '--news'], { session_mode: 'stateful' }));
  await gateway.rest('POST', '/tools/invoke', { name: 'st__grow', tool: 'grown' });
  await eventually('the tool is there', () => hasTool(gateway, 'st__grown'), SOON_MS);
});
