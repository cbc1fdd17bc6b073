// Servers of HTTP+SSE, registered with "transport": "sse".
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { startAuthorizationServer } from './support/authorization-server.mjs';
import { exposedUri, names, refused } from './support/expect.mjs';
import { freePort, startGateway } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { LegacySession, modern } from './support/mcp.mjs';
import { registerWithOauth } from './support/oauth-registration.mjs';
import { startProtectedUpstream } from './support/protected-upstream.mjs';
import { HUGE_BYTES } from './support/scripted.mjs';
import { SseClient } from './support/sse-client.mjs';
import { startSseUpstream } from './support/sse-upstream.mjs';
import { eventually } from './support/wait.mjs';

const CALLS = 20;
const SOON_MS = 2_000;

async function gatewayWithServer(t, { options = {}, spec = {}, gateway: settings = {} } = {}) {
  const upstream = await startSseUpstream(t, options);
  const gateway = await startGateway(t, settings);
  await gateway.register({ name: 'old', transport: 'sse', url: upstream.url(), ...spec });
  return { gateway, upstream };
}

const callTool = (gateway, tool, args = {}, options) => modern(gateway.mcp(), 'tools/call', { name: `old__${tool}`, arguments: args }, options);
const textOf = ({ message }) => message.result?.content?.[0]?.text ?? JSON.stringify(message.error);

test('a config file registers it, as MCPJungle prints it, and every endpoint has its tools', async (t) => {
  const upstream = await startSseUpstream(t);
  const gateway = await startGateway(t);
  const file = path.join(gateway.folder, 'old.yaml');
  fs.writeFileSync(file, `name: old\ntransport: sse\nurl: ${upstream.url()}\nheaders:\n  X-Team: apes\nbearer_token: of-the-file\n`);
  const { code, stdout, all } = await gateway.command(['register', '-c', file]);
  assert.equal(code, 0, all);
  assert.match(stdout, /^Server old registered successfully!\n\nThis MCP server uses the SSE \(Server-sent events\) transport\.\n/);
  assert.match(stdout, /So its tools will be accessible at the '\/sse' endpoint\nWARNING: SSE is deprecated/);
  assert.match(stdout, /old__echo: Returns its message/);
  for (const { headers } of upstream.requests) {
    assert.equal(headers['x-team'], 'apes');
    assert.equal(headers.authorization, 'Bearer of-the-file');
  }
  const [server] = (await gateway.rest('GET', '/servers')).json;
  assert.equal(server.transport, 'sse');
  assert.equal(server.url, upstream.url());
  assert.equal(textOf(await callTool(gateway, 'echo', { message: 'hi' })), 'echo: hi');
  const own = await modern(gateway.mcp('old'), 'tools/call', { name: 'echo', arguments: { message: 'own' } });
  assert.equal(textOf(own), 'echo: own');
  const invoked = await gateway.rest('POST', '/tools/invoke', { name: 'old__echo', message: 'rest' });
  assert.equal(invoked.json.content[0].text, 'echo: rest');
});

for (const session_mode of ['stateless', 'stateful']) {
  test(`a ${session_mode} server answers many calls at once, and is found again after a restart of the gateway`, async (t) => {
    const { gateway, upstream } = await gatewayWithServer(t, { spec: { session_mode } });
    const expected = Array.from({ length: CALLS }, (_, n) => `echo: ${n}`);
    const ask = (on) => Promise.all(expected.map((_, n) => callTool(on, 'echo', { message: String(n) }).then(textOf)));
    assert.deepEqual(await ask(gateway), expected);
    if (session_mode === 'stateful') assert.equal(upstream.seen('initialize').length, 2, 'one to list it, one for all calls');
    await gateway.stop();
    assert.equal(upstream.sessions.size, 0, 'a gateway that has ended keeps no stream');
    const again = await startGateway(t, { folder: gateway.folder });
    assert.deepEqual(await ask(again), expected);
  });
}

test('what it asks the client reaches the client of the call', async (t) => {
  const ask = {
    description: 'Asks', inputSchema: { type: 'object' },
    run: async (_, call) => {
      const { action, content } = await call.ask('elicitation/create', { message: 'Seats?', requestedSchema: { type: 'object', properties: {} } });
      return { content: [{ type: 'text', text: `${action} ${content?.seats}` }] };
    },
  };
  const { gateway } = await gatewayWithServer(t, { options: { tools: { ask } } });
  const session = await LegacySession.open(gateway.mcp(), { capabilities: { elicitation: {} } });
  const stream = await session.stream('tools/call', { name: 'old__ask', arguments: {} });
  const question = await stream.next();
  assert.equal(question.method, 'elicitation/create');
  await session.post({ jsonrpc: '2.0', id: question.id, result: { action: 'accept', content: { seats: 2 } } });
  assert.equal((await stream.next()).result.content[0].text, 'accept 2');
});

const REFUSED = {
  'an endpoint of another origin': [{ endpoint: () => 'http://127.0.0.1:1/message' }, /leads to another origin, http:\/\/127\.0\.0\.1:1:/],
  'an endpoint that is no URL': [{ endpoint: () => 'http://[' }, /`endpoint` event is no URL to post to: 'http:\/\/\['/],
  'an endpoint that never comes': [{ endpoint: () => undefined }, /timed out after 1 second\..*its `endpoint` event has not come/],
  'a page': [{ intercept: (_, res) => res.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>Hi') }, /failed to start SSE transport.*text\/html/],
  'a redirect': [{ intercept: (_, res) => res.writeHead(301, { Location: '/' }).end() }, /HTTP 301.*redirects are not followed/],
  'a revision that nobody speaks': [{ versions: ['1999-01-01'] }, /unsupported protocol version: "1999-01-01"/],
};
for (const [what, [options, message]] of Object.entries(REFUSED)) {
  test(`refused at registration: ${what}`, async (t) => {
    const upstream = await startSseUpstream(t, options);
    const gateway = await startGateway(t);
    const spec = { name: 'old', transport: 'sse', url: upstream.url(), init_timeout_sec: 1 };
    const answer = await gateway.rest('POST', '/servers', spec);
    assert.ok(answer.status >= 400, answer.text);
    assert.match(answer.json.error, message);
    assert.deepEqual((await gateway.rest('GET', '/servers')).json, []);
    await eventually('no stream is left open', () => upstream.sessions.size === 0);
  });
}

test('a server that cannot be reached, and a transport that has no modern protocol', async (t) => {
  const gateway = await startGateway(t);
  const url = `http://127.0.0.1:${await freePort()}/sse`;
  const answer = await gateway.rest('POST', '/servers', { name: 'old', transport: 'sse', url });
  assert.match(answer.json.error, /failed to start SSE transport for MCP server: connection to the MCP server .* was refused/);
  refused(await gateway.rest('POST', '/servers', { name: 'old', transport: 'sse', url, protocol: 'modern' }), 400, /are legacy/);
});

const FAULTS = {
  twice: /^first$/, cut: /event stream ended before it answered, so the call may have run/, exit: /may have run/,
  other_id: /was not answered within 1 second/, html: /was not answered within 1 second/, not_json: /was not answered within 1 second/,
  silent: /was not answered within 1 second/,
};
for (const session_mode of ['stateless', 'stateful']) {
  test(`a ${session_mode} server that misbehaves fails its call alone`, async (t) => {
    const { gateway } = await gatewayWithServer(t, { spec: { session_mode, call_timeout_sec: 1 } });
    for (const [fault, expected] of Object.entries(FAULTS)) {
      assert.match(textOf(await callTool(gateway, `fault_${fault}`)), expected, fault);
      assert.equal(textOf(await callTool(gateway, 'echo', { message: fault })), `echo: ${fault}`);
    }
    assert.equal(textOf(await callTool(gateway, 'fault_huge_line')).length, HUGE_BYTES);
  });
}

test('a stream that ends in a call is not answered by a second run of the call', async (t) => {
  const { gateway, upstream } = await gatewayWithServer(t, { spec: { session_mode: 'stateful' } });
  const call = callTool(gateway, 'wait');
  await eventually('the call is there', () => upstream.script.waiting.length === 1);
  upstream.cut();
  assert.match(textOf(await call), /may have run/);
  assert.equal(upstream.seen('tools/call').length, 1);
  assert.equal(textOf(await callTool(gateway, 'echo', { message: 'again' })), 'echo: again');
});

test('headers that clients send for it go with the calls of those clients only', async (t) => {
  const { gateway, upstream } = await gatewayWithServer(t, { spec: { forward_headers: { 'X-User': 'Authorization' } } });
  const users = Array.from({ length: CALLS }, (_, n) => (n % 4 === 3 ? undefined : `user-${n}`));
  const answers = await Promise.all(
    users.map((user) => callTool(gateway, 'echo', { message: user ?? 'nobody' }, { headers: user ? { 'X-User': user } : {} })),
  );
  assert.deepEqual(answers.map(textOf), users.map((user) => `echo: ${user ?? 'nobody'}`));
  for (const { message, headers, path: at } of upstream.seen('tools/call')) {
    const { message: user } = message.params.arguments;
    assert.equal(headers.authorization ?? 'nobody', user);
    const session = upstream.requests.filter((request) => request.path === at);
    assert.ok(session.every((request) => (request.headers.authorization ?? 'nobody') === user), 'a session is of one client');
  }
});

test('a server that wants OAuth gets its token at registration, and a newer one when that has run out', async (t) => {
  const as = await startAuthorizationServer(t, { rotates: true });
  const upstream = await startProtectedUpstream(t, as, {}, {}, startSseUpstream);
  const gateway = await startGateway(t);
  const registered = await registerWithOauth(gateway, upstream, { name: 'old', transport: 'sse', session_mode: 'stateful' });
  assert.equal(registered.status, 201, registered.text);
  const echo = async (message) => assert.equal(textOf(await callTool(gateway, 'echo', { message })), `echo: ${message}`);
  await echo('first');
  as.expireAccessTokens();
  await Promise.all(Array.from({ length: CALLS }, (_, n) => echo(`n${n}`)));
  assert.equal(as.seen('token').filter(({ form }) => form.grant_type === 'refresh_token').length, 1);
  assert.equal(as.reused, 0);
});

test('a server that says so is listed anew, also after it could not be heard', async (t) => {
  const { gateway, upstream } = await gatewayWithServer(t, { options: { tellsNews: true } });
  await eventually('the gateway listens', () => upstream.seen('ping').length === 1);
  const has = async (tool) => names((await gateway.rest('GET', '/tools')).json).includes(`old__${tool}`);
  const grow = (name) => upstream.script.extraTools.push({ name, inputSchema: { type: 'object' } });
  grow('told');
  upstream.script.tell('notifications/tools/list_changed');
  await eventually('the tool is there', () => has('told'), SOON_MS);
  upstream.cut();
  grow('missed');
  await eventually('the other tool is there', () => has('missed'));
  await gateway.rest('POST', '/servers/old/disable');
  await eventually('a disabled server is not listened to', () => upstream.sessions.size === 0);
});

for (const [how, settings] of Object.entries({ flag: { args: ['--separate-sse'] }, variable: { env: { SEPARATE_SSE: 'true' } } })) {
  test(`its tools are at /sse only, and those of others at /mcp only, if that is asked for by a ${how}`, async (t) => {
    const { gateway, upstream } = await gatewayWithServer(t, { options: { tellsNews: true }, gateway: settings });
    await gateway.register({ name: 'up', transport: 'streamable_http', url: (await startHttpUpstream(t)).url() });
    const session = await LegacySession.open(gateway.mcp());
    const stream = await session.listen();
    const client = await SseClient.open(gateway);
    await client.initialize();
    const all = async (list) => new Set(names(list.tools).map((name) => name.split('__')[0]));
    assert.deepEqual(await all(await session.result('tools/list')), new Set(['up']));
    assert.deepEqual(await all(await client.result('tools/list')), new Set(['old']));
    const echo = (server) => ({ name: `${server}__echo`, arguments: { message: server } });
    assert.equal(textOf(await session.call('tools/call', echo('up'))), 'echo: up');
    assert.equal((await client.result('tools/call', echo('old'))).content[0].text, 'echo: old');
    assert.match(textOf(await session.call('tools/call', echo('old'))), /not found/);
    assert.match((await client.call('tools/call', echo('up'))).error.message, /not found/);
    assert.match(textOf(await session.call('resources/read', { uri: exposedUri('old', 'file:///unlisted.txt') })), /not found/);
    for (const name of ['old', 'up']) {
      const invoked = await gateway.rest('POST', '/tools/invoke', { name: `${name}__echo`, message: name });
      assert.equal(invoked.json.content[0].text, `echo: ${name}`, 'REST has all');
      const own = await modern(gateway.mcp(name), 'tools/call', { name: 'echo', arguments: { message: name } });
      assert.equal(textOf(own), `echo: ${name}`, 'and so has each server an endpoint');
    }
    await eventually('the gateway listens', () => upstream.seen('ping').length === 1);
    upstream.script.extraTools.push({ name: 'told', inputSchema: { type: 'object' } });
    upstream.script.tell('notifications/tools/list_changed');
    await eventually('clients of /sse hear it', () => client.notifications.some(({ method }) => method === 'notifications/tools/list_changed'));
    assert.deepEqual(stream.events.filter(({ data }) => data), [], 'those of /mcp do not');
    stream.close();
  });
}
