// The endpoint /mcp for clients of 2026-07-28: stateless, every request on its own.
import assert from 'node:assert/strict';
import test from 'node:test';
import { exposedUri, names, rpcError } from './support/expect.mjs';
import { startGateway } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { openStream, request } from './support/http.mjs';
import { ACCEPT, MODERN, modern, modernHeaders, modernMessage, modernMeta } from './support/mcp.mjs';
import { eventually } from './support/wait.mjs';

const META = 'io.modelcontextprotocol/';

async function gatewayWithServer(t, options = {}) {
  const upstream = await startHttpUpstream(t, options);
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  return { gateway, upstream };
}

async function send(url, message, headers = modernHeaders(message)) {
  const answer = await request(url, { method: 'POST', headers: { Accept: ACCEPT, ...headers }, body: message });
  return { status: answer.status, headers: answer.headers, message: answer.json, text: answer.text };
}

test('server/discover', async (t) => {
  const { gateway } = await gatewayWithServer(t);
  for (const url of [gateway.mcp(), gateway.mcp('up')]) {
    const { status, headers, message } = await modern(url, 'server/discover', {});
    assert.equal(status, 200);
    const { result } = message;
    assert.equal(result.resultType, 'complete');
    assert.ok(result.supportedVersions.includes(MODERN));
    assert.ok(result.capabilities.tools && result.capabilities.prompts && result.capabilities.resources);
    assert.equal(typeof result.ttlMs, 'number');
    assert.ok(['public', 'private'].includes(result.cacheScope));
    assert.equal(typeof result._meta[`${META}serverInfo`].name, 'string');
    assert.equal(headers['mcp-session-id'], undefined, 'there are no sessions');
  }
});

test('lists and calls', async (t) => {
  for (const era of ['legacy', 'modern']) {
    const { gateway } = await gatewayWithServer(t, { era, sessions: era === 'legacy' });
    const result = async (method, params = {}) => {
      const { status, message } = await modern(gateway.mcp(), method, params);
      assert.equal(status, 200, JSON.stringify(message));
      assert.ok(message.result, `${era} ${method}: ${JSON.stringify(message)}`);
      assert.equal(message.result.resultType, 'complete', method);
      return message.result;
    };
    const { tools, ttlMs, cacheScope } = await result('tools/list');
    assert.ok(names(tools).includes('up__echo'));
    assert.ok(Number.isInteger(ttlMs) && ttlMs >= 0 && cacheScope, 'cache hints');
    assert.ok(names((await result('prompts/list')).prompts).includes('up__greet'));
    const { resources } = await result('resources/list');
    assert.ok(resources.some(({ uri }) => uri === exposedUri('up', 'blob://x')));
    await result('resources/templates/list');
    assert.equal((await result('tools/call', { name: 'up__echo', arguments: { message: 'hi' } })).content[0].text, 'echo: hi');
    assert.equal((await result('tools/call', { name: 'up__fail', arguments: {} })).isError, true);
    const failed = await modern(gateway.mcp(), 'tools/call', { name: 'up__rpc_error', arguments: {} });
    rpcError(failed, -32050, /^custom rpc error$/);
    assert.deepEqual(failed.message.error.data, { hint: 'kept' });
    assert.equal((await result('prompts/get', { name: 'up__greet', arguments: { name: 'Bo' } })).messages[0].content.text, 'Hello, Bo!');
    const uri = exposedUri('up', 'file:///a b?.txt');
    const read = await result('resources/read', { uri });
    assert.deepEqual(read.contents, [{ uri, mimeType: 'text/plain', text: 'a note' }]);
    assert.equal(typeof read.ttlMs, 'number');
    const completed = await result('completion/complete', { ref: { type: 'ref/prompt', name: 'up__greet' }, argument: { name: 'name', value: 'ant' } });
    assert.deepEqual(completed.completion.values, ['anton']);
  }
});

test('what the upstream of each era sees is its own protocol, and nothing of the client', async (t) => {
  for (const era of ['legacy', 'modern']) {
    const { gateway, upstream } = await gatewayWithServer(t, { era });
    const secret = { Authorization: 'Bearer canary', Cookie: 'canary=1', 'X-Test-Forward': 'canary', 'User-Agent': 'canary' };
    const { message } = await modern(gateway.mcp(), 'tools/call', { name: 'up__headers', arguments: {} }, { headers: secret });
    const seen = JSON.parse(message.result.content[0].text);
    assert.ok(!JSON.stringify(seen).includes('canary'), JSON.stringify(seen));
    assert.equal(seen.host, new URL(upstream.url()).host);
    const { message: sent } = upstream.seen('tools/call')[0];
    assert.equal(sent.params.name, 'headers');
    if (era === 'modern') {
      assert.deepEqual([seen['mcp-protocol-version'], seen['mcp-method'], seen['mcp-name']], [MODERN, 'tools/call', 'headers']);
      assert.equal(sent.params._meta[`${META}protocolVersion`], MODERN);
      assert.ok(sent.params._meta[`${META}clientCapabilities`]);
      assert.notEqual(sent.params._meta[`${META}clientInfo`]?.name, 'blackbox');
    } else {
      assert.ok(upstream.seen('initialize').length >= 1);
      assert.equal(Object.keys(sent.params._meta ?? {}).some((key) => key.startsWith(META)), false);
    }
  }
});

test('the order of refusals and their codes', async (t) => {
  const { gateway } = await gatewayWithServer(t);
  const list = modernMessage('tools/list');
  const changed = (meta) => ({ ...list, params: { _meta: { ...list.params._meta, ...meta } } });

  await t.test('an unknown revision: -32022 with what there is', async () => {
    const message = changed({ [`${META}protocolVersion`]: 'v999.0.0' });
    const answer = await send(gateway.mcp(), message, { 'MCP-Protocol-Version': 'v999.0.0', 'Mcp-Method': 'tools/list' });
    assert.equal(answer.status, 400);
    rpcError(answer, -32022);
    assert.equal(answer.message.error.data.requested, 'v999.0.0');
    assert.ok(answer.message.error.data.supported.includes(MODERN));
    assert.equal(answer.message.id, list.id);
  });
  await t.test('header and body disagree: -32020', async () => {
    const answer = await send(gateway.mcp(), changed({ [`${META}protocolVersion`]: 'v999.0.0' }));
    assert.equal(answer.status, 400);
    rpcError(answer, -32020);
  });
  await t.test('a missing Mcp-Method or Mcp-Name: -32020', async () => {
    const call = modernMessage('tools/call', { name: 'up__echo', arguments: { message: 'x' } });
    for (const missing of ['Mcp-Method', 'Mcp-Name']) {
      const headers = modernHeaders(call);
      delete headers[missing];
      const answer = await send(gateway.mcp(), call, headers);
      assert.equal(answer.status, 400, missing);
      rpcError(answer, -32020);
    }
  });
  await t.test('a name in base64 is decoded before it is compared', async () => {
    const call = modernMessage('tools/call', { name: 'up__echo', arguments: { message: 'x' } });
    const encoded = `=?base64?${Buffer.from('up__echo').toString('base64')}?=`;
    assert.ok((await send(gateway.mcp(), call, { ...modernHeaders(call), 'Mcp-Name': encoded })).message.result);
  });
  await t.test('missing _meta, or a key of it: -32602', async () => {
    const headers = modernHeaders(list);
    const without = (key) => {
      const meta = modernMeta();
      delete meta[`${META}${key}`];
      return { ...list, params: { _meta: meta } };
    };
    for (const message of [{ ...list, params: {} }, without('clientCapabilities'), without('protocolVersion')]) {
      const answer = await send(gateway.mcp(), message, headers);
      assert.equal(answer.status, 400, answer.text);
      rpcError(answer, -32602);
    }
  });
  await t.test('methods of other eras and of nobody: 404 and -32601', async () => {
    for (const method of ['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe', 'foo/bar']) {
      const answer = await send(gateway.mcp(), modernMessage(method));
      assert.equal(answer.status, 404, `${method}: ${answer.text}`);
      rpcError(answer, -32601);
    }
  });
  await t.test('an unknown resource: -32602', async () => {
    const answer = await modern(gateway.mcp(), 'resources/read', { uri: 'mcpj://res/up/eA' });
    rpcError(answer, -32602);
  });
  await t.test('and the URI in its data is the one that was asked for', async () => {
    const answer = await modern(gateway.mcp(), 'resources/read', { uri: 'mcpj://res/up/eA' });
    assert.equal(answer.message.error.data.uri, 'mcpj://res/up/eA');
  });
  await t.test('GET and DELETE without a session', async () => {
    for (const method of ['GET', 'DELETE']) {
      const { status } = await request(gateway.mcp(), { method, headers: { Accept: 'text/event-stream', 'MCP-Protocol-Version': MODERN } });
      assert.equal(status, 405, method);
    }
  });
});

test('progress turns the answer into a stream, and only then', async (t) => {
  for (const options of [{ era: 'modern' }, { era: 'legacy', answers: 'sse' }]) {
    const { gateway } = await gatewayWithServer(t, options);
    const call = { name: 'up__progress', arguments: { steps: 2 } };
    const loud = await modern(gateway.mcp(), 'tools/call', call, { meta: { progressToken: 7 } });
    assert.match(loud.headers['content-type'], /^text\/event-stream/);
    assert.deepEqual(loud.notifications.map(({ params }) => [params.progressToken, params.progress]), [[7, 1], [7, 2]]);
    assert.equal(loud.message.result.content[0].text, '2 steps');
    const quiet = await modern(gateway.mcp(), 'tools/call', call);
    assert.match(quiet.headers['content-type'], /^application\/json/);
    assert.deepEqual(quiet.notifications, []);
  }
});

test('progress extends the time of a call', async (t) => {
  const upstream = await startHttpUpstream(t);
  const gateway = await startGateway(t, { env: { MCP_CALL_TIMEOUT_SEC: '2' } });
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  const answer = await modern(gateway.mcp(), 'tools/call', { name: 'up__slow_progress', arguments: {} }, { meta: { progressToken: 1 } });
  assert.equal(answer.message.result?.content[0].text, 'done', JSON.stringify(answer.message));
});

test('hanging up cancels the call at the upstream of either era', async (t) => {
  for (const options of [{ era: 'modern' }, { era: 'legacy', sessions: true }]) {
    const { gateway, upstream } = await gatewayWithServer(t, options);
    const message = modernMessage('tools/call', { name: 'up__wait', arguments: {} });
    const controller = new AbortController();
    const call = request(gateway.mcp(), { method: 'POST', headers: modernHeaders(message), body: message, signal: controller.signal }).catch(() => {});
    await eventually('the call is upstream', () => upstream.script.waiting.length === 1);
    controller.abort();
    await call;
    await eventually(`the ${options.era} upstream hears of it`, () => upstream.script.cancelled === 1);
  }
});

test('the endpoint of one server keeps its names and URIs', async (t) => {
  const { gateway } = await gatewayWithServer(t);
  const url = gateway.mcp('up');
  assert.ok(names((await modern(url, 'tools/list', {})).message.result.tools).includes('echo'));
  assert.equal((await modern(url, 'tools/call', { name: 'echo', arguments: { message: 'x' } })).message.result.content[0].text, 'echo: x');
  const read = await modern(url, 'resources/read', { uri: 'item://7' });
  assert.equal(read.message.result.contents[0].text, '{"id":"7"}');
});

test('an upstream that forgets its sessions is asked again, and the caller sees nothing', async (t) => {
  const upstream = await startHttpUpstream(t, { era: 'legacy', sessions: true });
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url(), session_mode: 'stateful' });
  const call = () => modern(gateway.mcp(), 'tools/call', { name: 'up__echo', arguments: { message: 'x' } });
  assert.equal((await call()).message.result.content[0].text, 'echo: x');
  upstream.forgetSessions();
  assert.equal((await call()).message.result?.content[0].text, 'echo: x');
});

for (const [before, after] of [['modern', 'legacy'], ['legacy', 'modern']]) {
  for (const sessions of [false, true]) {
    test(`a ${before} upstream that became ${after} is probed again${sessions ? ', with sessions' : ''}`, async (t) => {
      const { gateway, upstream } = await gatewayWithServer(t, { era: before, sessions });
      const echo = async (message) => {
        const answer = await modern(gateway.mcp(), 'tools/call', { name: 'up__echo', arguments: { message } });
        return answer.message.result?.content[0].text ?? answer.message;
      };
      assert.equal(await echo('once'), 'echo: once');
      upstream.script.era = after;
      assert.equal(await echo('twice'), 'echo: twice');
      assert.equal(await echo('thrice'), 'echo: thrice');
    });
  }
}

test('a refusal that has nothing to do with the era is passed on, and the call is not repeated', async (t) => {
  const refuse = (_, res, message) => {
    if (message?.method !== 'tools/call') return false;
    const body = JSON.stringify({ jsonrpc: '2.0', id: message.id, error: { code: -32000, message: 'not today' } });
    res.writeHead(400, { 'Content-Type': 'application/json' }).end(body);
    return true;
  };
  for (const era of ['modern', 'legacy']) {
    const { gateway, upstream } = await gatewayWithServer(t, { era, intercept: refuse });
    rpcError(await modern(gateway.mcp(), 'tools/call', { name: 'up__echo', arguments: { message: 'x' } }), -32000, /^not today$/);
    assert.equal(upstream.seen('tools/call').length, 1);
  }
});

// MCP 2026-07-28 "Custom Headers": the schema says which arguments are mirrored; one that changed is found out by the refusal.
test('an upstream that wants other headers than it listed is listed anew, and the call is sent again', async (t) => {
  const wantRegion = (req, res, message) => {
    if (message?.method !== 'tools/call' || !upstream.wantsRegion || req.headers['mcp-param-region'] === 'eu') return false;
    const body = JSON.stringify({ jsonrpc: '2.0', id: message.id, error: { code: -32020, message: 'Mcp-Param-Region is missing' } });
    res.writeHead(400, { 'Content-Type': 'application/json' }).end(body);
    return true;
  };
  const properties = { region: { type: 'string' } };
  const tool = (schema) => ({ inputSchema: { type: 'object', properties: schema }, run: ({ region }) => ({ content: [{ type: 'text', text: region }] }) });
  const { gateway, upstream } = await gatewayWithServer(t, { era: 'modern', intercept: wantRegion, tools: { where: tool(properties), other: tool({}) } });
  await gateway.rest('POST', '/tools/disable?entity=up__other');
  upstream.wantsRegion = true;
  upstream.script.tools.where = tool({ region: { type: 'string', 'x-mcp-header': 'Region' } });

  const answer = await modern(gateway.mcp(), 'tools/call', { name: 'up__where', arguments: { region: 'eu' } });
  assert.equal(answer.message.result?.content[0].text, 'eu', JSON.stringify(answer.message));
  assert.equal(upstream.seen('tools/call').length, 2);
  const { tools } = (await modern(gateway.mcp(), 'tools/list', {})).message.result;
  assert.deepEqual(names(tools), ['up__where'], 'what was disabled stays so');
  assert.equal(tools[0].inputSchema.properties.region['x-mcp-header'], 'Region');
  const headers = { 'Mcp-Param-Region': 'eu' };
  const next = await modern(gateway.mcp(), 'tools/call', { name: 'up__where', arguments: { region: 'eu' } }, { headers });
  assert.equal(next.message.result?.content[0].text, 'eu', JSON.stringify(next.message));
  assert.equal(upstream.seen('tools/call').length, 3, 'the new headers are known from now on');
});

test('a stream that nobody reads does not hold the others up', async (t) => {
  const { gateway } = await gatewayWithServer(t);
  const message = modernMessage('tools/call', { name: 'up__fault_huge_line', arguments: {} });
  const stalled = await openStream(gateway.mcp(), { method: 'POST', headers: modernHeaders(message), body: message });
  const { message: answer } = await modern(gateway.mcp(), 'tools/call', { name: 'up__echo', arguments: { message: 'x' } });
  assert.equal(answer.result.content[0].text, 'echo: x');
  stalled.close();
});
