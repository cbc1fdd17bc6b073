// HTTP+SSE, the transport of clients of 2024-11-05: /sse and /message.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startGateway } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { request } from './support/http.mjs';
import { exposedUri, names } from './support/expect.mjs';
import { SseClient } from './support/sse-client.mjs';
import { stdioSpec } from './support/stdio-spec.mjs';
import { eventually } from './support/wait.mjs';

const SOON_MS = 10_000;

async function gatewayWithServers(t, options = {}) {
  const upstream = await startHttpUpstream(t, options);
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  return { gateway, upstream };
}

test('an old client uses servers of every transport and era', async (t) => {
  for (const era of ['legacy', 'modern']) {
    const { gateway } = await gatewayWithServers(t, { era });
    await gateway.register(stdioSpec('st', ['--era', era]));
    const client = await SseClient.open(gateway);
    assert.equal(client.stream.status, 200);
    assert.match(client.stream.headers['content-type'], /^text\/event-stream/);
    assert.equal(client.endpoint.event, 'endpoint');
    assert.match(client.endpoint.data, /^\/message\?sessionId=[0-9a-f-]{36}$/);
    const { protocolVersion, serverInfo } = await client.initialize();
    assert.equal(protocolVersion, '2024-11-05');
    assert.equal(serverInfo.name, 'MCPJungle Proxy MCP Server for SSE transport');
    const { tools } = await client.result('tools/list');
    assert.ok(names(tools).includes('up__echo') && names(tools).includes('st__echo'));
    for (const name of ['up__echo', 'st__echo']) {
      const { content } = await client.result('tools/call', { name, arguments: { message: 'old' } });
      assert.equal(content[0].text, 'echo: old');
    }
    await client.result('tools/call', { name: 'up__progress', arguments: { steps: 2 }, _meta: { progressToken: 'p' } });
    assert.deepEqual(client.notifications.map(({ params }) => [params.progressToken, params.progress]), [['p', 1], ['p', 2]]);
    client.stream.close();
  }
});

test('calls run side by side, and are cancelled by word or with the stream', async (t) => {
  const { gateway, upstream } = await gatewayWithServers(t, { era: 'legacy', sessions: true });
  const client = await SseClient.open(gateway);
  await client.initialize();
  const wait = { name: 'up__wait', arguments: {} };
  await client.post({ id: 'w1', method: 'tools/call', params: wait });
  await client.post({ id: 'w2', method: 'tools/call', params: wait });
  await eventually('both are upstream', () => upstream.script.waiting.length === 2);
  assert.deepEqual(await client.result('ping'), {});
  await client.post({ method: 'notifications/cancelled', params: { requestId: 'w1' } });
  await eventually('one is cancelled', () => upstream.script.cancelled === 1);
  client.stream.close();
  await eventually('the other ends with its client', () => upstream.script.cancelled === 2);
  await eventually('the session is gone', async () => (await client.post({ id: 1, method: 'ping' })).status === 400);
});

test('changes and updates come on the stream', async (t) => {
  const { gateway, upstream } = await gatewayWithServers(t, { era: 'legacy', sessions: true, tellsNews: true });
  const client = await SseClient.open(gateway);
  const { capabilities } = await client.initialize();
  assert.equal(capabilities.resources.subscribe, true);
  const uri = exposedUri('up', 'file:///a b?.txt');
  assert.deepEqual(await client.result('resources/subscribe', { uri }), {});
  upstream.tell('notifications/resources/updated', { uri: 'file:///a b?.txt' });
  await eventually('the update', () => client.notifications.some(({ method, params }) => method === 'notifications/resources/updated' && params.uri === uri));
  await gateway.rest('POST', '/tools/disable?entity=up__echo');
  await eventually('the change', () => client.notifications.some(({ method }) => method === 'notifications/tools/list_changed'));
  client.stream.close();
  await eventually('the server is told', () => upstream.script.subscribed.size === 0);
});

test('what is refused', async (t) => {
  const { gateway } = await gatewayWithServers(t);
  const client = await SseClient.open(gateway);
  const refused = async (answer, code, message) => {
    const { status, json } = await answer;
    assert.deepEqual([status, json], [400, { jsonrpc: '2.0', id: null, error: { code, message } }]);
  };
  const send = (path, body, method = 'POST') => request(`${gateway.url}${path}`, { method, headers: { 'Content-Type': 'application/json' }, body });
  await refused(send('/message', '{}'), -32602, 'Missing sessionId');
  await refused(send('/message?sessionId=2afbc9f0-fc62-4042-80aa-dd77c2b823e0', '{}'), -32602, 'Invalid session ID');
  await refused(send(client.endpoint.data, '{'), -32700, 'Parse error');
  await refused(send(client.endpoint.data, '{}', 'PUT'), -32600, 'Method not allowed');
  const posted = await request(`${gateway.url}/sse`, { method: 'POST', body: '{}' });
  assert.equal(posted.status, 405);
  const foreign = await request(`${gateway.url}/sse`, { headers: { Origin: 'https://evil.example' } });
  assert.equal(foreign.status, 403);
  const rebound = await request(client.url, { method: 'POST', headers: { Host: 'evil.example', 'Content-Type': 'application/json' }, body: '{}' });
  assert.equal(rebound.status, 403);
  assert.equal(client.stream.headers['access-control-allow-origin'], undefined);
});

test('a gateway with open streams stops at once, and its log names no session', async (t) => {
  const { gateway } = await gatewayWithServers(t);
  const client = await SseClient.open(gateway);
  await client.initialize();
  const { stdout } = await gateway.stop('SIGTERM', 2_000);
  assert.match(stdout, /POST +"\/message"/);
  assert.ok(!stdout.includes(client.url.searchParams.get('sessionId')), stdout);
  await eventually('the stream ends', () => client.stream.isEnded);
});
