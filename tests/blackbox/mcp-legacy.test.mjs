// The endpoint /mcp for clients of 2025-03-26, 2025-06-18 and 2025-11-25, message by message.
import assert from 'node:assert/strict';
import test from 'node:test';
import { exposedUri, names, rpcError } from './support/expect.mjs';
import { startGateway } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { openStream, request } from './support/http.mjs';
import { ACCEPT, LEGACY, LegacySession } from './support/mcp.mjs';
import { eventually, within } from './support/wait.mjs';

async function gatewayWithServer(t, options = {}) {
  const upstream = await startHttpUpstream(t, options);
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  return { gateway, upstream };
}

test('initialize negotiates the revision', async (t) => {
  const { gateway } = await gatewayWithServer(t);
  for (const version of LEGACY) {
    const session = await LegacySession.open(gateway.mcp(), { version });
    assert.equal(session.initialized.protocolVersion, version);
    assert.equal(session.initialized.serverInfo.name, 'MCPJungle Proxy MCP Server');
    const { tools, prompts, resources, logging, tasks } = session.initialized.capabilities;
    assert.equal(tools.listChanged, true);
    assert.equal(prompts.listChanged, true);
    assert.ok(resources);
    assert.ok(logging);
    assert.equal(tasks, undefined, 'nothing is promised that is not there');
  }
  const future = await LegacySession.open(gateway.mcp(), { version: '2031-01-01' });
  assert.equal(future.initialized.protocolVersion, '2025-11-25');
});

test('sessions', async (t) => {
  const { gateway } = await gatewayWithServer(t);
  const session = await LegacySession.open(gateway.mcp());
  const ping = { jsonrpc: '2.0', id: 9, method: 'ping' };

  await t.test('ids are unguessable and differ', async () => {
    const other = await LegacySession.open(gateway.mcp());
    assert.notEqual(other.id, session.id);
    assert.ok(session.id.length >= 20);
  });
  await t.test('ping answers', async () => assert.deepEqual((await session.post(ping)).json, { jsonrpc: '2.0', id: 9, result: {} }));
  await t.test('a string id comes back as it was', async () => {
    assert.equal((await session.post({ ...ping, id: 'a-"b"' })).json.id, 'a-"b"');
  });
  await t.test('without the header: 400', async () => {
    const answer = await request(gateway.mcp(), { method: 'POST', headers: { Accept: ACCEPT }, body: ping });
    assert.equal(answer.status, 400, answer.text);
  });
  await t.test('with an id that nobody has: 404', async () => {
    const answer = await session.post(ping, { 'Mcp-Session-Id': 'mcp-session-2afbc9f0-fc62-4042-80aa-dd77c2b823e0' });
    assert.equal(answer.status, 404, answer.text);
  });
  await t.test('with a revision that nobody speaks: 400', async () => {
    assert.equal((await session.post(ping, { 'MCP-Protocol-Version': '1999-01-01' })).status, 400);
  });
  await t.test('three requests at once', async () => {
    const answers = await Promise.all(['a', 'b', 'c'].map((message) => session.result('tools/call', { name: 'up__echo', arguments: { message } })));
    assert.deepEqual(answers.map((answer) => answer.content[0].text), ['echo: a', 'echo: b', 'echo: c']);
  });
  await t.test('DELETE ends it', async () => {
    const stream = await session.listen();
    assert.ok([200, 204].includes((await session.end()).status));
    await within(5_000, 'its stream ends', stream.rest());
    assert.equal((await session.post(ping)).status, 404);
  });
  await t.test('DELETE without one: 4xx', async () => {
    const { status } = await request(gateway.mcp(), { method: 'DELETE' });
    assert.ok(status >= 400 && status < 500, String(status));
  });
});

test('a POST has to be JSON and has to accept the answer', async (t) => {
  const { gateway } = await gatewayWithServer(t);
  const session = await LegacySession.open(gateway.mcp());
  const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
  const post = (headers) => session.post(body, headers);
  assert.equal((await post({ 'Content-Type': 'application/json; charset=utf-8' })).status, 200);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    const { status } = await post({ 'Content-Type': type });
    assert.ok([400, 415].includes(status), `${type}: ${status}`);
  }
});

test('Host and Origin', async (t) => {
  const { gateway } = await gatewayWithServer(t);
  const body = { jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: LEGACY[0], capabilities: {}, clientInfo: { name: 'x', version: '1' } } };
  const post = async (headers) => (await request(gateway.mcp(), { method: 'POST', headers: { Accept: ACCEPT, ...headers }, body })).status;
  assert.equal(await post({ Host: 'evil.example.com', Origin: 'http://evil.example.com' }), 403);
  assert.equal(await post({ Origin: 'https://evil.example.com' }), 403);
  assert.equal(await post({ Origin: 'null' }), 403);
  assert.equal(await post({ Host: 'localhost:1', Origin: 'http://localhost:1' }), 200);
  assert.equal(await post({ Host: '127.0.0.1:5' }), 200);
  assert.equal(await post({ Host: 'localhost.evil.example.com' }), 403);
});

test('lists', async (t) => {
  const { gateway } = await gatewayWithServer(t);
  const other = await startHttpUpstream(t);
  await gateway.register({ name: 'another', transport: 'streamable_http', url: other.url() });
  const session = await LegacySession.open(gateway.mcp());

  await t.test('tools of every server, sorted, with every field', async () => {
    const { tools } = await session.result('tools/list', {});
    assert.deepEqual(names(tools), names(tools).toSorted());
    assert.ok(names(tools).includes('another__echo') && names(tools).includes('up__echo'));
    const echo = tools.find((tool) => tool.name === 'up__echo');
    assert.equal(echo.title, 'Echo');
    assert.equal(echo.inputSchema.$schema, 'https://json-schema.org/draft/2020-12/schema');
    assert.deepEqual(echo.inputSchema['x-kept'], { a: [1, 2.5] });
    assert.deepEqual(echo.icons, [{ src: 'data:image/png;base64,AA==', mimeType: 'image/png' }]);
    assert.equal(echo._meta['vendor/kept'], true);
    assert.deepEqual(tools.find((tool) => tool.name === 'up__add').outputSchema.required, ['sum']);
  });
  await t.test('the same order and bytes every time', async () => {
    const once = await session.post({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    const twice = await session.post({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });
    assert.equal(once.text, twice.text);
  });
  await t.test('prompts, resources, templates', async () => {
    const { prompts } = await session.result('prompts/list', {});
    assert.ok(names(prompts).includes('up__greet'));
    assert.equal(prompts.find((prompt) => prompt.name === 'up__greet').title, 'Greeting');
    const { resources } = await session.result('resources/list', {});
    const note = resources.find((resource) => resource.name === 'up__note');
    assert.equal(note.uri, exposedUri('up', 'file:///a b?.txt'));
    assert.equal(note.size, 6);
    const { resourceTemplates } = await session.result('resources/templates/list', {});
    assert.ok(names(resourceTemplates).some((name) => name.includes('item')));
  });
  await t.test('a cursor that is none of ours', async () => {
    for (const method of ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list']) {
      for (const cursor of ['nonsense', 'AAAA', '']) {
        const answer = await session.call(method, { cursor });
        if (answer.message.error) rpcError(answer, -32602);
        else assert.equal(cursor, '', `${method} took the cursor '${cursor}'`);
      }
    }
  });
});

test('pages lead through the whole list', async (t) => {
  const gateway = await startGateway(t);
  const many = Array.from({ length: 1500 }, (_, i) => [`t${String(i).padStart(4, '0')}`, { description: 'x'.repeat(100), inputSchema: { type: 'object' } }]);
  const upstream = await startHttpUpstream(t, { tools: Object.fromEntries(many), pageSize: 100 });
  await gateway.register({ name: 'many', transport: 'streamable_http', url: upstream.url() });
  const session = await LegacySession.open(gateway.mcp());
  const seen = [];
  let cursor;
  do {
    const page = await session.result('tools/list', cursor === undefined ? {} : { cursor });
    seen.push(...names(page.tools));
    assert.notEqual(page.nextCursor, cursor ?? 'none yet');
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  assert.deepEqual(seen, many.map(([name]) => `many__${name}`));
});

test('calls', async (t) => {
  const { gateway } = await gatewayWithServer(t);
  const session = await LegacySession.open(gateway.mcp());
  const call = (name, args = {}, extra = {}) => session.call('tools/call', { name: `up__${name}`, arguments: args, ...extra });

  await t.test('a result passes as it is', async () => {
    const { message } = await call('unknown_members');
    assert.deepEqual(message.result.content, [{ type: 'hologram', depth: 3 }]);
    assert.deepEqual(message.result.futureMember, { kept: true });
    assert.deepEqual((await call('add', { a: 1, b: 2 })).message.result.structuredContent, { sum: 3 });
  });
  await t.test('numbers and strings keep their spelling', async () => {
    const raw = '{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"up__arguments","arguments":{"n":9007199254740993,"f":1.0,"s":"\\u00e9\\/"}}}';
    const said = (await session.post(raw)).json.result.content[0].text;
    assert.equal(said, '{"n":9007199254740993,"f":1.0,"s":"\\u00e9\\/"}');
  });
  await t.test('a tool error is a result', async () => assert.equal((await call('fail')).message.result.isError, true));
  await t.test('a JSON-RPC error of the upstream keeps code and data', async () => {
    const answer = await call('rpc_error');
    rpcError(answer, -32050, /custom rpc error/);
    assert.deepEqual(answer.message.error.data, { hint: 'kept' });
  });
  await t.test('unknown and disabled names', async () => {
    rpcError(await call('zzz'), -32602, /up__zzz/);
    rpcError(await session.call('prompts/get', { name: 'up__zz' }), -32602, /up__zz/);
    for (const uri of ['mcpj://res/up/eA', 'mcpj://res/nobody/eA']) {
      const answer = await session.call('resources/read', { uri });
      rpcError(answer, -32002);
      assert.equal(answer.message.error.message, `handler not found for resource URI '${uri}': resource not found`);
    }
    await gateway.rest('POST', '/tools/disable?entity=up__echo');
    rpcError(await call('echo', { message: 'x' }), -32602, /up__echo/);
    assert.ok(!names((await session.result('tools/list', {})).tools).includes('up__echo'));
    await gateway.rest('POST', '/tools/enable?entity=up__echo');
    assert.equal((await call('echo', { message: 'x' })).message.result.content[0].text, 'echo: x');
  });
  await t.test('prompts and resources', async () => {
    const prompt = await session.result('prompts/get', { name: 'up__greet', arguments: { name: 'Eve' } });
    assert.equal(prompt.messages[0].content.text, 'Hello, Eve!');
    const uri = exposedUri('up', 'file:///a b?.txt');
    assert.deepEqual((await session.result('resources/read', { uri })).contents, [{ uri, mimeType: 'text/plain', text: 'a note' }]);
    const fromTemplate = exposedUri('up', 'item://42');
    const item = await session.result('resources/read', { uri: fromTemplate });
    assert.equal(item.contents[0].text, '{"id":"42"}');
    const completed = await session.result('completion/complete', { ref: { type: 'ref/prompt', name: 'up__greet' }, argument: { name: 'name', value: 'ann' } });
    assert.deepEqual(completed.completion.values, ['anna']);
  });
  await t.test('progress arrives before the answer, under the token of the caller', async () => {
    const { message, notifications } = await call('progress', { steps: 3 }, { _meta: { progressToken: 'mine' } });
    assert.equal(message.result.content[0].text, '3 steps');
    assert.deepEqual(notifications.map(({ params }) => [params.progressToken, params.progress]), [['mine', 1], ['mine', 2], ['mine', 3]]);
    const silent = await call('progress', { steps: 3 });
    assert.deepEqual(silent.notifications, []);
  });
  await t.test('methods that nobody has', async () => {
    rpcError(await session.call('foo/bar', {}), -32601, /foo\/bar/);
    rpcError(await session.call('subscriptions/listen', { notifications: {} }), -32601);
  });
});

test('cancelling', async (t) => {
  for (const options of [{ era: 'legacy', sessions: true }, { era: 'modern' }]) {
    const { gateway, upstream } = await gatewayWithServer(t, options);
    const session = await LegacySession.open(gateway.mcp());
    const id = session.nextId();
    const call = session.post({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'up__wait', arguments: {} } }).catch(() => 'closed');
    await eventually('the call is upstream', () => upstream.script.waiting.length === 1);
    assert.equal((await session.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id, reason: 'enough' } })).status, 202);
    await eventually(`the ${options.era} upstream hears of it`, () => upstream.script.cancelled === 1);
    await within(10_000, 'the exchange ends', call);
    assert.deepEqual((await session.post({ jsonrpc: '2.0', id: 99, method: 'ping' })).json.result, {});
  }
});

test('list_changed arrives on the stream, once per change', async (t) => {
  const { gateway } = await gatewayWithServer(t);
  const session = await LegacySession.open(gateway.mcp());
  const stream = await session.listen();
  assert.equal(stream.status, 200);
  assert.match(stream.headers['content-type'], /^text\/event-stream/);
  await gateway.rest('POST', '/tools/disable?entity=up__echo');
  const first = await within(5_000, 'tools/list_changed', stream.next());
  assert.equal(first.method, 'notifications/tools/list_changed');
  await gateway.rest('POST', '/servers/up/disable');
  const seen = new Set();
  while (seen.size < 2) seen.add((await within(5_000, 'the next notification', stream.next())).method);
  assert.ok(seen.has('notifications/tools/list_changed') && seen.has('notifications/prompts/list_changed'), [...seen].join(' '));
  stream.close();
});

test('two GET streams of one session: each message goes to one of them', async (t) => {
  const { gateway } = await gatewayWithServer(t);
  const session = await LegacySession.open(gateway.mcp());
  const streams = [await session.listen(), await session.listen()];
  await gateway.rest('POST', '/tools/disable?entity=up__echo');
  const count = () => streams.reduce((sum, stream) => sum + stream.events.filter((event) => event.data).length, 0);
  await eventually('the notification', () => count() === 1);
  await gateway.rest('POST', '/tools/enable?entity=up__echo');
  await eventually('the next one', () => count() >= 2);
  assert.equal(count(), 2);
  streams.forEach((stream) => stream.close());
});

test('a call in flight survives the loss of its connection', async (t) => {
  const { gateway, upstream } = await gatewayWithServer(t);
  const session = await LegacySession.open(gateway.mcp(), { version: '2025-11-25' });
  const params = { name: 'up__progress_then_wait', arguments: {}, _meta: { progressToken: 'p' } };
  const stream = await session.stream('tools/call', params);
  const progress = await within(10_000, 'progress', stream.next());
  assert.equal(progress.method, 'notifications/progress');
  const last = stream.events.findLast((event) => event.id !== undefined)?.id;
  assert.ok(last, 'events of a call have ids');
  stream.close();
  const resumed = await session.listen({ 'Last-Event-ID': last });
  assert.equal(resumed.status, 200);
  upstream.script.releaseAll();
  const answer = await within(10_000, 'the answer on the resumed stream', resumed.next());
  assert.equal(answer.id, stream.id);
  assert.equal(answer.result.content[0].text, 'released');
});

// MCP 2025-11-25 "Resumability and Redelivery"; servers that expect to be polled close the stream on purpose (SEP-1699).
for (const how of ['end', 'destroy']) {
  test(`an upstream's stream that breaks (${how}) is resumed where it gave event ids, and the call is sent once`, async (t) => {
    let id;
    const breakOff = (req, res, message) => {
      const open = () => res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      if (message?.method === 'tools/call') {
        id = message.id;
        open();
        return res.write('id: one\nretry: 100\ndata:\n\n', () => res[how]());
      }
      const resumes = req.headers['last-event-id'];
      if (req.method !== 'GET' || resumes === undefined) return false;  // Or it is the stream of the session.
      assert.equal(resumes, 'one');
      open();
      const result = { content: [{ type: 'text', text: 'resumed' }] };
      res.end(`id: two\ndata: ${JSON.stringify({ jsonrpc: '2.0', id, result })}\n\n`);
      return true;
    };
    const { gateway, upstream } = await gatewayWithServer(t, { era: 'legacy', sessions: true, intercept: breakOff });
    const session = await LegacySession.open(gateway.mcp());
    const { message } = await session.call('tools/call', { name: 'up__echo', arguments: { message: 'x' } });
    assert.equal(message.result?.content[0].text, 'resumed', JSON.stringify(message));
    assert.equal(upstream.seen('tools/call').length, 1);
    const resumed = upstream.requests.find(({ method, headers }) => method === 'GET' && headers['last-event-id']);
    assert.equal(resumed.headers['mcp-session-id'], upstream.seen('tools/call')[0].headers['mcp-session-id']);
  });
}

test('2025-03-26 may send batches, later revisions may not', async (t) => {
  const { gateway } = await gatewayWithServer(t);
  const batch = [
    { jsonrpc: '2.0', id: 1, method: 'ping' },
    { jsonrpc: '2.0', method: 'notifications/nothing' },
    { jsonrpc: '2.0', id: 'two', method: 'tools/call', params: { name: 'up__echo', arguments: { message: 'x' } } },
    { jsonrpc: '2.0', id: 3, method: 'foo/bar' },
  ];
  const old = await LegacySession.open(gateway.mcp(), { version: '2025-03-26' });
  const stream = await openStream(gateway.mcp(), { method: 'POST', headers: old.headers, body: batch });
  assert.equal(stream.status, 200);
  const answers = (await stream.rest()).flat();
  assert.deepEqual(answers.map((answer) => answer.id).toSorted(), [1, 3, 'two']);
  assert.equal(answers.find((answer) => answer.id === 'two').result.content[0].text, 'echo: x');
  assert.equal(answers.find((answer) => answer.id === 3).error.code, -32601);
  const onlyNotifications = await old.post([{ jsonrpc: '2.0', method: 'notifications/nothing' }]);
  assert.equal(onlyNotifications.status, 202);
  assert.equal((await old.post([])).status, 400);
  const current = await LegacySession.open(gateway.mcp(), { version: '2025-11-25' });
  const refused = await current.post(batch);
  assert.equal(refused.status, 400);
  assert.equal(refused.json.error.code, -32600);
});

test('the endpoint of one server keeps its names and URIs', async (t) => {
  const { gateway } = await gatewayWithServer(t);
  const session = await LegacySession.open(gateway.mcp('up'));
  const { tools } = await session.result('tools/list', {});
  assert.ok(names(tools).includes('echo'), names(tools).join(' '));
  assert.equal((await session.result('tools/call', { name: 'echo', arguments: { message: 'x' } })).content[0].text, 'echo: x');
  const { resources } = await session.result('resources/list', {});
  assert.equal(resources.find((resource) => resource.name === 'note').uri, 'file:///a b?.txt');
  const read = await session.result('resources/read', { uri: 'file:///a b?.txt' });
  assert.equal(read.contents[0].uri, 'file:///a b?.txt');
  assert.equal((await session.result('prompts/get', { name: 'plain' })).messages[0].content.text, 'No arguments.');
  rpcError(await session.call('tools/call', { name: 'up__echo', arguments: {} }), -32602);
  const crossed = await request(gateway.mcp(), { method: 'POST', headers: session.headers, body: { jsonrpc: '2.0', id: 1, method: 'ping' } });
  assert.equal(crossed.status, 404, 'a session belongs to its endpoint');
  const unknown = await request(gateway.mcp('nobody'), {
    method: 'POST', headers: { Accept: ACCEPT },
    body: { jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: LEGACY[0], capabilities: {}, clientInfo: { name: 'x', version: '1' } } },
  });
  assert.equal(unknown.status, 404, unknown.text);
  assert.match(unknown.json.error.message, /nobody/);
  assert.equal(unknown.headers['mcp-session-id'], undefined);
});
