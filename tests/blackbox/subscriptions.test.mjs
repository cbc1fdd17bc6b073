// What clients subscribe to: lists and resources, as legacy sessions (GET stream, resources/subscribe) and as modern streams
// (subscriptions/listen), with servers of both eras.
import assert from 'node:assert/strict';
import test from 'node:test';
import { exposedUri, rpcError } from './support/expect.mjs';
import { startGateway } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { openStream } from './support/http.mjs';
import { LegacySession, modern, modernHeaders, modernMessage } from './support/mcp.mjs';
import { eventually, within } from './support/wait.mjs';

const ERAS = { legacy: { era: 'legacy', sessions: true }, modern: { era: 'modern' } };
const NOTE = 'file:///a b?.txt';
const EXPOSED = exposedUri('up', NOTE);
const ID = 'io.modelcontextprotocol/subscriptionId';
const SOON_MS = 5_000;
const CLIENTS = 200;

async function subscribable(t, options) {
  const upstream = await startHttpUpstream(t, { tellsNews: true, ...options });
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  return { gateway, upstream, update: () => upstream.tell('notifications/resources/updated', { uri: NOTE }) };
}

// Opens a subscriptions/listen and takes its acknowledgement.
async function listen(url, notifications, id) {
  const body = modernMessage('subscriptions/listen', { notifications });
  if (id !== undefined) body.id = id;
  const stream = await openStream(url, { method: 'POST', headers: modernHeaders(body), body });
  const acknowledged = await within(SOON_MS, 'the acknowledgement', stream.next());
  return Object.assign(stream, { id: body.id, acknowledged });
}

const next = (stream, what) => within(SOON_MS, what, stream.next());

// How many subscriptions to NOTE the server knows of.
function upstreamSubscriptions(upstream) {
  if (upstream.script.era === 'legacy') return upstream.script.subscribed.has(NOTE) ? 1 : 0;
  return [...upstream.listeners].filter(({ uris }) => uris?.includes(NOTE)).length;
}

for (const [era, options] of Object.entries(ERAS)) {
  test(`resources of a ${era} server are subscribed to by clients of both eras`, async (t) => {
    const { gateway, upstream, update } = await subscribable(t, options);
    const session = await LegacySession.open(gateway.mcp());
    assert.equal(session.initialized.capabilities.resources.subscribe, true);
    assert.deepEqual(await session.result('resources/subscribe', { uri: EXPOSED }), {});
    const stream = await session.listen();
    const modernStream = await listen(gateway.mcp(), { resourceSubscriptions: [EXPOSED, 'mcpj://res/nobody/eA'] }, 'mine');
    assert.deepEqual(modernStream.acknowledged, {
      jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged',
      params: { _meta: { [ID]: 'mine' }, notifications: { resourceSubscriptions: [EXPOSED] } },
    });
    const own = await listen(gateway.mcp('up'), { resourceSubscriptions: [NOTE] });
    assert.equal(upstreamSubscriptions(upstream), 1);

    update();
    assert.deepEqual(await next(stream, 'the update'), { jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: EXPOSED } });
    const told = await next(modernStream, 'the update');
    assert.deepEqual([told.method, told.params], ['notifications/resources/updated', { uri: EXPOSED, _meta: { [ID]: 'mine' } }]);
    assert.equal((await next(own, 'the update')).params.uri, NOTE);

    assert.deepEqual(await session.result('resources/unsubscribe', { uri: EXPOSED }), {});
    update();
    await next(modernStream, 'the next update');
    assert.equal(stream.events.filter(({ data }) => data).length, 1, 'who unsubscribed hears nothing');
    modernStream.close();
    own.close();
    await eventually('the server is told', () => upstreamSubscriptions(upstream) === 0);
    stream.close();
  });

  test(`${CLIENTS} clients of one resource are one subscription of a ${era} server`, async (t) => {
    const { gateway, upstream, update } = await subscribable(t, options);
    const half = Array.from({ length: CLIENTS / 2 });
    const sessions = await Promise.all(half.map(async () => {
      const session = await LegacySession.open(gateway.mcp());
      await session.result('resources/subscribe', { uri: EXPOSED });
      return { session, stream: await session.listen() };
    }));
    const streams = await Promise.all(half.map(() => listen(gateway.mcp(), { resourceSubscriptions: [EXPOSED] })));
    assert.equal(upstreamSubscriptions(upstream), 1);
    assert.ok(upstream.seen(era === 'legacy' ? 'resources/subscribe' : 'subscriptions/listen').length <= 2);
    update();
    for (const stream of [...streams, ...sessions.map((each) => each.stream)]) {
      assert.equal((await next(stream, 'the update')).params.uri, EXPOSED);
    }
    for (const stream of streams) stream.close();
    await Promise.all(sessions.map(({ session }) => session.end()));
    await eventually('nobody is left, and the server is told', () => upstreamSubscriptions(upstream) === 0);
  });

  test(`a ${era} server that is disabled is not listened to, and what is subscribed to is told as updated when it is back`, async (t) => {
    const { gateway, upstream, update } = await subscribable(t, options);
    const stream = await listen(gateway.mcp(), { resourcesListChanged: true, resourceSubscriptions: [EXPOSED] });
    update();
    assert.equal((await next(stream, 'the update')).method, 'notifications/resources/updated');
    await gateway.rest('POST', '/servers/up/disable');
    assert.equal((await next(stream, 'the change of the list')).method, 'notifications/resources/list_changed');
    await eventually('nobody listens', () => upstream.listeners.size === 0);
    await gateway.rest('POST', '/servers/up/enable');
    assert.equal((await next(stream, 'the list again')).method, 'notifications/resources/list_changed', 'and no update in between');
    assert.equal((await next(stream, 'what may have been missed')).method, 'notifications/resources/updated');
    assert.equal(upstreamSubscriptions(upstream), 1);
    update();
    assert.equal((await next(stream, 'the next update')).method, 'notifications/resources/updated');
    stream.close();
  });

  test(`a subscription outlives the registration of a ${era} server`, async (t) => {
    const { gateway, upstream, update } = await subscribable(t, options);
    const session = await LegacySession.open(gateway.mcp());
    await session.result('resources/subscribe', { uri: EXPOSED });
    const stream = await session.listen();
    assert.equal((await gateway.rest('DELETE', '/servers/up')).status, 204);
    await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
    await eventually('an update', () => {
      update();
      return stream.events.some(({ data }) => data.includes('notifications/resources/updated') && data.includes(EXPOSED));
    });
    stream.close();
    await session.end();
    await eventually('the server is told of the end', () => upstreamSubscriptions(upstream) === 0);
  });
}

test('a legacy server refuses a subscription in its own words', async (t) => {
  const { gateway } = await subscribable(t, ERAS.legacy);
  const session = await LegacySession.open(gateway.mcp());
  const answer = await session.call('resources/subscribe', { uri: exposedUri('up', 'secret:1') });
  assert.match(answer.message.error.message, /This resource is not for you/);
  rpcError(await session.call('resources/subscribe', { uri: 'mcpj://res/nobody/eA' }), -32002, /nobody/);
  rpcError(await session.call('resources/subscribe', {}), -32602);
});

test('a server without subscriptions: none are offered, none are made', async (t) => {
  const upstream = await startHttpUpstream(t);
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  const session = await LegacySession.open(gateway.mcp());
  assert.equal(session.initialized.capabilities.resources.subscribe, undefined);
  rpcError(await session.call('resources/subscribe', { uri: EXPOSED }), -32602, /does not offer subscriptions/);
  const stream = await listen(gateway.mcp(), { resourceSubscriptions: [EXPOSED], toolsListChanged: true });
  assert.deepEqual(stream.acknowledged.params.notifications, { toolsListChanged: true });
  stream.close();
});

test('a stream hears of the lists that it asked for, tagged with its own id', async (t) => {
  const upstream = await startHttpUpstream(t);
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  const tools = await listen(gateway.mcp(), { toolsListChanged: true }, 1);
  const prompts = await listen(gateway.mcp(), { promptsListChanged: true }, '1');
  const none = await listen(gateway.mcp(), {});
  assert.equal(tools.headers['x-accel-buffering'], 'no');
  await gateway.rest('POST', '/servers/up/disable');
  const heard = await next(tools, 'tools/list_changed');
  assert.deepEqual([heard.method, heard.params], ['notifications/tools/list_changed', { _meta: { [ID]: 1 } }]);
  assert.deepEqual((await next(prompts, 'prompts/list_changed')).params, { _meta: { [ID]: '1' } });
  const { stdout } = await gateway.stop('SIGTERM', 2_000);
  assert.equal(typeof stdout, 'string');
  for (const [stream, before] of [[tools, 2], [prompts, 2], [none, 1]]) {
    const last = await stream.rest();
    assert.deepEqual(last.map(({ id, result }) => [id, result.resultType, result._meta[ID]]), [[stream.id, 'complete', stream.id]]);
    assert.equal(stream.events.filter(({ data }) => data).length, before + 1);
  }
});

test('a client that does not read holds nobody else up', async (t) => {
  const { gateway, update } = await subscribable(t, ERAS.legacy);
  const slow = await listen(gateway.mcp(), { resourceSubscriptions: [EXPOSED] });
  const quick = await listen(gateway.mcp(), { resourceSubscriptions: [EXPOSED] });
  slow.pause();
  for (let i = 0; i < 500; i++) {
    update();
    await next(quick, `update ${i}`);
  }
  slow.resume();
  assert.equal((await next(slow, 'an update')).params.uri, EXPOSED);
  for (const stream of [slow, quick]) stream.close();
});

test('what is no subscription', async (t) => {
  const gateway = await startGateway(t);
  const ask = (url, params) => modern(url, 'subscriptions/listen', params);
  for (const notifications of [undefined, [], 'all', { toolsListChanged: 'yes' }, { resourceSubscriptions: [1] }]) {
    const answer = await ask(gateway.mcp(), { notifications });
    assert.equal(answer.status, 400, JSON.stringify(notifications));
    rpcError(answer, -32602, /notifications/);
  }
  const unknown = await ask(gateway.mcp('nobody'), { notifications: {} });
  assert.equal(unknown.status, 404);
  assert.match(unknown.message.error.message, /nobody/);
});
