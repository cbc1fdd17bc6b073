// Every bad input that the project names, with the error its user sees, and proof that nothing else was lost.
// Names that no server may have: rest.test.mjs. Ports and database files: start.test.mjs. Config files: cli.test.mjs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';
import tls from 'node:tls';
import { defer } from './support/cleanup.mjs';
import { refused, rpcError } from './support/expect.mjs';
import { freePort, startGateway, temporaryFolder } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { openStream, request } from './support/http.mjs';
import { ACCEPT, LegacySession, modern, modernHeaders, modernMessage } from './support/mcp.mjs';
import { MARK } from './support/processes.mjs';
import { stdioSpec } from './support/stdio-spec.mjs';
import { eventually, within } from './support/wait.mjs';

const MIB = 1024 * 1024;

// A gateway with one good server, `up`, and a check that it still works.
async function gatewayWithServer(t, options = {}) {
  const upstream = await startHttpUpstream(t, options.upstream);
  const gateway = await startGateway(t, options);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  const stillWorks = async () => {
    const { message } = await modern(gateway.mcp(), 'tools/call', { name: 'up__echo', arguments: { message: 'still here' } });
    assert.equal(message.result?.content[0].text, 'echo: still here', JSON.stringify(message));
  };
  return { gateway, upstream, stillWorks };
}

test('bodies on /mcp', async (t) => {
  const { gateway, stillWorks } = await gatewayWithServer(t);
  const session = await LegacySession.open(gateway.mcp());
  const post = async (body, headers) => {
    const answer = await session.post(body, headers);
    return { status: answer.status, message: answer.json, text: answer.text };
  };

  await t.test('not JSON', async () => {
    for (const body of ['', 'hello', '{"jsonrpc":"2.0","id":1', '{"jsonrpc":"2.0",}', "{'a':1}"]) {
      const answer = await post(body);
      assert.equal(answer.status, 400, `${body}: ${answer.text}`);
      rpcError(answer, -32700);
      assert.equal(answer.message.id ?? null, null);
    }
  });

  await t.test('JSON, but no JSON-RPC', async () => {
    for (const body of ['5', '"x"', 'null', '{}', '{"id":1,"method":"ping"}', '{"jsonrpc":"1.0","id":1,"method":"ping"}',
      '{"jsonrpc":"2.0","id":1,"method":5}', '{"jsonrpc":"2.0","id":{},"method":"ping"}']) {
      const answer = await post(body);
      assert.equal(answer.status, 400, `${body}: ${answer.text}`);
      rpcError(answer, -32600);
    }
  });

  await t.test('wrong types of params', async () => {
    const call = (params) => ({ jsonrpc: '2.0', id: 7, method: 'tools/call', params });
    const echo = (args) => ({ name: 'up__echo', arguments: args });
    for (const params of [5, [], 'x', {}, { name: 5 }, echo('x'), echo([])]) {
      const answer = await post(call(params));
      rpcError(answer, -32602);
      assert.equal(answer.message.id, 7);
    }
  });

  await t.test('invalid UTF-8', async () => {
    const body = Buffer.concat([Buffer.from('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"up__echo","arguments":{"message":"'),
      Buffer.from([0xff, 0xfe, 0xc0]), Buffer.from('"}}}')]);
    const answer = await post(body);
    assert.equal(answer.status, 400, answer.text);
    rpcError(answer, -32700);
  });

  await t.test('nested ten thousand deep', async () => {
    const deep = '['.repeat(10_000) + ']'.repeat(10_000);
    const answer = await post(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"up__echo","arguments":{"message":${deep}}}}`);
    assert.equal(answer.status, 400, answer.text.slice(0, 300));
    assert.match(answer.message.error.message, /deep|depth|nest/i);
  });

  await t.test('a body of 100 MB', async () => {
    const answer = await within(60_000, 'an answer or a closed connection', sendLarge(gateway.mcp(), session.headers, 100 * MIB));
    assert.equal(answer.status, 413, JSON.stringify(answer));
  });

  await t.test('an unknown method', async () => {
    const answer = await post({ jsonrpc: '2.0', id: 1, method: 'foo/bar' });
    rpcError(answer, -32601, /foo\/bar/);
  });

  await t.test('an unknown tool suggests the nearest', async () => {
    rpcError(await session.call('tools/call', { name: 'up__ecko', arguments: {} }), -32602, /up__ecko.*up__echo/);
    rpcError(await modern(gateway.mcp(), 'tools/call', { name: 'up__ecko', arguments: {} }), -32602, /up__ecko.*up__echo/);
  });

  await t.test('arguments that the tool refuses reach the caller as the tool said it', async () => {
    rpcError(await session.call('tools/call', { name: 'up__add', arguments: { a: 'x', b: 1 } }), -32602, /a and b must be numbers/);
  });

  await stillWorks();
});

// Sends `size` bytes of body and resolves with the first answer, also while sending.
function sendLarge(url, headers, size) {
  return new Promise((resolve, reject) => {
    const call = http.request(url, { method: 'POST', agent: false, headers: { ...headers, 'Content-Type': 'application/json', 'Content-Length': size } });
    call.on('response', (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode });
      call.destroy();
    });
    call.on('error', (error) => reject(new Error(`no answer, but ${error.code}`)));
    const chunk = Buffer.alloc(MIB, ' ');
    let left = size / MIB;
    const send = () => {
      while (left > 0) {
        left--;
        if (!call.write(chunk)) return call.once('drain', send);
      }
      return call.end();
    };
    send();
  });
}

test('heads that are too large or no HTTP are refused, slow ones do not hold a connection', async (t) => {
  const { gateway, stillWorks } = await gatewayWithServer(t);
  const large = await request(`${gateway.url}/health`, { headers: { 'X-Large': 'x'.repeat(15 * 1024) + 'y'.repeat(60 * 1024) } })
    .catch((error) => ({ status: error.code }));
  assert.ok([431, 400, 'ECONNRESET'].includes(large.status), String(large.status));
  const garbage = await new Promise((resolve, reject) => {
    const socket = net.connect(gateway.port, '127.0.0.1', () => socket.write('\x16\x03\x01 this is no HTTP\r\n\r\n'));
    let text = '';
    socket.on('data', (data) => (text += data)).on('close', () => resolve(text)).on('error', reject);
  });
  assert.match(garbage, /^(HTTP\/1\.1 400|$)/);
  await stillWorks();
});

test('an unreachable server says so, and how to reach one from a container', async (t) => {
  const { gateway, stillWorks } = await gatewayWithServer(t);
  const url = `http://127.0.0.1:${await freePort()}/mcp`;
  refused(await gateway.rest('POST', '/servers', { name: 'x', transport: 'streamable_http', url }), 502,
    /connection to the MCP server http:\/\/127\.0\.0\.1:\d+\/mcp was refused.*host\.docker\.internal/);
  refused(await gateway.rest('POST', '/servers', { name: 'x', transport: 'streamable_http', url: 'http://no-such-host.invalid/mcp' }), 502,
    /no-such-host\.invalid/);
  await stillWorks();
});

test('a server that does not speak TLS, or whose certificate nobody signed', async (t) => {
  const { gateway, upstream, stillWorks } = await gatewayWithServer(t);
  refused(await gateway.rest('POST', '/servers', { name: 'x', transport: 'streamable_http', url: upstream.url().replace('http:', 'https:') }), 502,
    /TLS|SSL|handshake/i);
  const port = await selfSigned(t);
  refused(await gateway.rest('POST', '/servers', { name: 'x', transport: 'streamable_http', url: `https://127.0.0.1:${port}/mcp` }), 502,
    /certificate|TLS|SSL/i);
  await stillWorks();
});

async function selfSigned(t) {
  const folder = temporaryFolder(t);
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const server = tls.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) });
  server.on('tlsClientError', () => {});
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  defer(t, () => server.close());
  return server.address().port;
}

// What the wire does at the first message → the error of `register`.
const AT_REGISTRATION = [
  ['html', 502, /html/i],
  ['not_json', 502, /JSON/i],
  ['cut', 502, /up to date|closed|reset|broken|cut|ended|end of/i],
  ['other_id', 502, /id/i],
  ['silent', 504, /timed out after 2 seconds.*MCP_SERVER_INIT_REQ_TIMEOUT_SEC/s],
  ['exit', 502, /closed|reset|ended|exit|end of/i],
  ['status/404', 502, /404/],
  ['status/503', 502, /503/],
];

test('servers over HTTP that are broken from the start are not registered', async (t) => {
  const { gateway, upstream, stillWorks } = await gatewayWithServer(t, { env: { MCP_SERVER_INIT_REQ_TIMEOUT_SEC: '2' } });
  for (const [fault, status, message] of AT_REGISTRATION) {
    await t.test(fault, async () => {
      const answer = await gateway.rest('POST', '/servers', { name: 'bad', transport: 'streamable_http', url: upstream.url(fault) });
      refused(answer, status, message);
      assert.equal((await gateway.rest('GET', '/servers')).json.length, 1, 'nothing is left of it');
    });
  }
  await stillWorks();
});

// What the wire does in the middle of its life → the JSON-RPC error of `tools/call`.
const AT_CALL = [
  ['html', /up/],
  ['not_json', /up/],
  ['cut', /up/],
  ['other_id', /up/],
  ['silent', /up.*(2 s|2 seconds).*MCP_CALL_TIMEOUT_SEC/s],
  ['exit', /up/],
];

for (const [wire, spec] of [
  ['HTTP', (upstream) => ({ name: 'up', transport: 'streamable_http', url: upstream.url() })],
  ['stdio', () => stdioSpec('up')],
  ['stateful stdio', () => stdioSpec('up', [], { session_mode: 'stateful' })],
]) {
  test(`servers over ${wire} that break during a call`, async (t) => {
    const upstream = await startHttpUpstream(t);
    const gateway = await startGateway(t, { env: { MCP_CALL_TIMEOUT_SEC: '2' } });
    await gateway.register(spec(upstream));
    for (const [fault, message] of AT_CALL) {
      // Other lines and other ids on stdio are not the answer: the call waits for its own until its limit.
      const waits = wire !== 'HTTP' && ['html', 'not_json', 'other_id'].includes(fault);
      await t.test(fault, async () => {
        const answer = await within(20_000, 'an answer', modern(gateway.mcp(), 'tools/call', { name: `up__fault_${fault}`, arguments: {} }));
        rpcError(answer, -32603, waits ? /up/ : message);
      });
    }
    await t.test('twice: the first answer counts', async () => {
      const { message } = await modern(gateway.mcp(), 'tools/call', { name: 'up__fault_twice', arguments: {} });
      assert.equal(message.result?.content[0].text, 'first', JSON.stringify(message));
    });
    await t.test('10 MB on one line is an answer like any other', async () => {
      const { message } = await modern(gateway.mcp(), 'tools/call', { name: 'up__fault_huge_line', arguments: {} });
      assert.equal(message.result?.content[0].text.length, 10 * MIB);
    });
    const { message } = await modern(gateway.mcp(), 'tools/call', { name: 'up__echo', arguments: { message: 'still here' } });
    assert.equal(message.result?.content[0].text, 'echo: still here', JSON.stringify(message));
  });
}

test('programs that cannot be servers', async (t) => {
  const { gateway, stillWorks } = await gatewayWithServer(t, { env: { MCP_SERVER_INIT_REQ_TIMEOUT_SEC: '3' } });
  const register = (spec) => gateway.rest('POST', '/servers', { ...spec, env: { [MARK]: gateway.mark } });
  refused(await register({ name: 'x', transport: 'stdio', command: '/nonexistent/cmd' }), 502, /\/nonexistent\/cmd/);
  refused(await register({ name: 'x', transport: 'stdio', command: 'uvx-not-here' }), 502, /uvx-not-here/);
  refused(await register(stdioSpec('x', ['--say', 'API key is missing', '--fault', 'exit'])), 502, /API key is missing/);
  refused(await register(stdioSpec('x', ['--fault', 'cut'])), 502, /x|exit/);
  refused(await register(stdioSpec('x', ['--fault', 'silent'])), 504, /timed out after 3 seconds, check mcpjungle server logs/);
  await eventually('all of them are gone', () => gateway.children().length === 0);
  assert.equal((await gateway.rest('GET', '/servers')).json.length, 1);
  await stillWorks();
});

test('a line that is no JSON before the first answer does not matter', async (t) => {
  const gateway = await startGateway(t);
  await gateway.register(stdioSpec('chatty', ['--fault', 'not_json', '--era', 'legacy']));
});

test('a list without end, or one bad tool in it', async (t) => {
  const gateway = await startGateway(t);
  const endless = await startHttpUpstream(t, { endless: true });
  const answer = await within(30_000, 'the loop guard', gateway.rest('POST', '/servers', { name: 'endless', transport: 'streamable_http', url: endless.url() }));
  assert.equal(answer.status, 201, answer.text);
  assert.match(answer.json.warnings[0], /list of tools from MCP server endless was cut short: it repeats the cursor "again".* are kept/);
  assert.equal(endless.seen('tools/list').length, 2, 'the cursor was followed once');
  const kept = (await gateway.rest('GET', '/tools?server=endless')).json.map((tool) => tool.name);
  assert.deepEqual(kept.toSorted(), Object.keys(endless.script.tools).map((name) => `endless__${name}`).toSorted());
  const one = await startHttpUpstream(t);
  one.script.extraTools.push({ name: '', inputSchema: { type: 'object' } }, { name: 'no_schema' }, { name: 'null_schema', inputSchema: null });
  await gateway.register({ name: 'one', transport: 'streamable_http', url: one.url() });
  const tools = (await gateway.rest('GET', '/tools?server=one')).json.map((tool) => tool.name);
  assert.ok(tools.includes('one__echo'));
  assert.ok(!tools.includes('one__'));
  await eventually('the log says what was set aside', () => /one.*(set aside|skipped|ignored)/i.test(gateway.stderr));
});

test('requests of the modern era whose parts disagree', async (t) => {
  const { gateway, stillWorks } = await gatewayWithServer(t);
  const message = modernMessage('tools/call', { name: 'up__echo', arguments: { message: 'x' } });
  const send = async (headers, body = message) => {
    const stream = await openStream(gateway.mcp(), { method: 'POST', headers: { ...modernHeaders(message), ...headers }, body });
    return { status: stream.status, message: (await stream.rest())[0] };
  };
  for (const headers of [{ 'Mcp-Method': 'tools/list' }, { 'Mcp-Method': 'TOOLS/CALL' }, { 'Mcp-Name': 'up__add' }, { 'MCP-Protocol-Version': '2025-11-25' }]) {
    const answer = await send(headers);
    assert.equal(answer.status, 400, JSON.stringify([headers, answer.message]));
    rpcError(answer, -32020);
    assert.equal(answer.message.id, message.id);
  }
  const padded = await send({ 'Mcp-Name': '  up__echo ' });
  assert.equal(padded.message.result?.content[0].text, 'echo: x', JSON.stringify(padded.message));
  const array = await request(gateway.mcp(), { method: 'POST', headers: { ...modernHeaders(message), Accept: ACCEPT }, body: [message] });
  assert.equal(array.status, 400, array.text);
  await stillWorks();
});
