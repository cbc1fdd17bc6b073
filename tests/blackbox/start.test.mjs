// `mcpjungle start`: flags, environment, database files, exit codes, what it prints, and how it ends.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';
import { defer } from './support/cleanup.mjs';
import { environment, freePort, run, spawnGateway, startGateway, temporaryFolder, untilHealthy } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { openStream, request } from './support/http.mjs';
import { LegacySession, modern, modernHeaders, modernMessage } from './support/mcp.mjs';
import { stdioSpec } from './support/stdio-spec.mjs';
import { eventually, within } from './support/wait.mjs';

// Runs `start` with settings that must fail → its end.
async function failedStart(t, { args = [], env = {}, folder } = {}) {
  const gateway = await spawnGateway(t, { args, env, folder });
  const ended = await within(20_000, 'the start fails', gateway.ended);
  assert.equal(ended.code, 1, `exit code; stderr:\n${ended.stderr}`);
  return ended;
}

test('a fresh start makes its database, says where it listens, and answers', async (t) => {
  const gateway = await startGateway(t);
  const health = await request(`${gateway.url}/health`);
  assert.deepEqual([health.status, health.json], [200, { status: 'ok' }]);
  assert.equal(health.headers['content-type'], 'application/json; charset=utf-8');
  const metadata = await request(`${gateway.url}/metadata`);
  assert.equal(metadata.status, 200);
  assert.match(metadata.json.version, /^(v\d|dev)/);
  const ready = await request(`${gateway.url}/ready`);
  assert.equal(ready.status, 200);

  assert.ok(fs.existsSync(path.join(gateway.folder, 'mcpjungle.db')));
  assert.match(gateway.stderr, /\[db\] Using sqlite database at .*mcpjungle\.db/);
  assert.match(gateway.stderr, /timeout for initialization requests to MCP servers is 30 seconds/);
  assert.match(gateway.stderr, new RegExp(`MCPJungle HTTP server listening on .*:${gateway.port}`));
  await eventually('the access log is on stdout', () => /200.*GET\s+"\/health"/.test(gateway.stdout));
});

test('unknown routes are 404, whatever the method', async (t) => {
  const gateway = await startGateway(t);
  for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
    const answer = await request(`${gateway.url}/nothing/here`, { method });
    assert.equal(answer.status, 404, method);
  }
});

test('--port beats PORT, and PORT in the environment beats .env', async (t) => {
  const folder = temporaryFolder(t);
  const [flag, variable, file] = [await freePort(), await freePort(), await freePort()];
  fs.writeFileSync(path.join(folder, '.env'), `PORT=${file}\n`);
  const answersOn = async (port, args, env) => {
    const gateway = await spawnGateway(t, { folder, port, args, env });
    await untilHealthy(gateway);
    assert.equal((await gateway.stop()).code, 0);
  };
  await answersOn(flag, [], { PORT: String(variable) });
  const withoutFlag = async (port, env) => {
    const gateway = await spawnGateway(t, { folder, port, args: ['--port', ''], env });
    await untilHealthy(gateway);
    assert.equal((await gateway.stop()).code, 0);
  };
  await withoutFlag(variable, { PORT: String(variable) });
  await withoutFlag(file, {});
});

test('development listens on loopback unless told otherwise', async (t) => {
  const listening = (port) => {
    const hex = port.toString(16).toUpperCase().padStart(4, '0');
    return ['/proc/net/tcp', '/proc/net/tcp6']
      .flatMap((file) => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n').slice(1) : []))
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === '0A' && fields[1].endsWith(`:${hex}`))
      .map((fields) => fields[1].split(':')[0]);
  };
  const closed = await startGateway(t);
  assert.deepEqual([...new Set(listening(closed.port))], ['0100007F'], 'the address it is bound to');
  const open = await startGateway(t, { args: ['--host', '0.0.0.0'] });
  assert.deepEqual([...new Set(listening(open.port))], ['00000000']);
  assert.match(open.stderr, /0\.0\.0\.0/, 'the log says that it is open');
});

test('the database is where the flag, the variable or the folder says', async (t) => {
  const folder = temporaryFolder(t);
  const inFolder = (name) => path.join(folder, name);
  const startAndStop = async (args, env) => {
    const gateway = await spawnGateway(t, { folder, args, env });
    await untilHealthy(gateway);
    return gateway.stop();
  };
  await startAndStop(['--sqlite-db-path', inFolder('flag.db')], { SQLITE_DB_PATH: inFolder('variable.db') });
  assert.deepEqual(['flag.db', 'variable.db', 'mcpjungle.db'].map((name) => fs.existsSync(inFolder(name))), [true, false, false]);
  await startAndStop([], { SQLITE_DB_PATH: ` ${inFolder('variable.db')} ` });
  assert.deepEqual(['variable.db', 'mcpjungle.db'].map((name) => fs.existsSync(inFolder(name))), [true, false]);
  fs.renameSync(inFolder('flag.db'), inFolder('mcp.db'));
  const { stderr } = await startAndStop([], {});
  assert.match(stderr, /WARNING: Using deprecated database file 'mcp\.db'/);
  assert.equal(fs.existsSync(inFolder('mcpjungle.db')), false);
});

for (const [name, env, message] of [
  ['an unknown mode', { SERVER_MODE: 'foo' }, /invalid value for SERVER_MODE environment variable: 'foo', valid values are 'development' and 'enterprise'/],
  ['an init timeout of 0', { MCP_SERVER_INIT_REQ_TIMEOUT_SEC: '0' }, /invalid value for MCP_SERVER_INIT_REQ_TIMEOUT_SEC: '0', must be a positive integer/],
  ['an init timeout in words', { MCP_SERVER_INIT_REQ_TIMEOUT_SEC: 'soon' }, /invalid value for MCP_SERVER_INIT_REQ_TIMEOUT_SEC: 'soon'/],
  ['a call timeout beyond the cap of a call', { MCP_CALL_TIMEOUT_SEC: '3601' }, /invalid value for MCP_CALL_TIMEOUT_SEC: '3601', must be at most 3600/],
  ['an idle timeout in words', { SESSION_IDLE_TIMEOUT_SEC: 'x' }, /invalid value for SESSION_IDLE_TIMEOUT_SEC: 'x'/],
  ['an idle timeout below -1', { SESSION_IDLE_TIMEOUT_SEC: '-2' }, /invalid value for SESSION_IDLE_TIMEOUT_SEC: '-2'/],
  ['a telemetry switch that is neither', { OTEL_ENABLED: 'maybe' }, /invalid value for OTEL_ENABLED environment variable: 'maybe'/],
]) {
  test(`${name} is one clear line and exit code 1`, async (t) => {
    const { stderr } = await failedStart(t, { env });
    assert.match(stderr, message);
  });
}

test('a port that is taken is one clear line and exit code 1', async (t) => {
  const holder = net.createServer();
  await new Promise((resolve) => holder.listen(0, '127.0.0.1', resolve));
  defer(t, () => holder.close());
  const gateway = await spawnGateway(t, { port: holder.address().port });
  const taken = await within(20_000, 'the start fails', gateway.ended);
  assert.equal(taken.code, 1);
  assert.match(taken.stderr, /failed to run the server: .*address already in use/i);
  assert.doesNotMatch(taken.stderr, /listening on/, 'it does not claim to listen');
});

test('a port that is none is one clear line and exit code 1', async (t) => {
  const words = await spawnGateway(t, { port: 'http' });
  assert.equal((await within(20_000, 'the start fails', words.ended)).code, 1);
  assert.match(words.stderr, /http/);
});

test('a database that cannot be opened is one clear line, and a corrupt file is left as it was', async (t) => {
  const folder = temporaryFolder(t);
  for (const bad of [folder, path.join(folder, 'no/such/folder/x.db'), '/proc/x.db']) {
    const { stderr } = await failedStart(t, { args: ['--sqlite-db-path', bad] });
    assert.match(stderr, /failed to connect to database: /, bad);
    assert.ok(stderr.includes(bad), `names ${bad}:\n${stderr}`);
  }
  const corrupt = path.join(folder, 'corrupt.db');
  const bytes = Buffer.alloc(32 * 1024, 'this is no database. ');
  fs.writeFileSync(corrupt, bytes);
  const { stderr } = await failedStart(t, { args: ['--sqlite-db-path', corrupt] });
  assert.match(stderr, /failed to connect to database: .*corrupt\.db/);
  assert.ok(fs.readFileSync(corrupt).equals(bytes), 'nobody wrote to it');
});

test('unknown flags are refused with the usage', async (t) => {
  const folder = temporaryFolder(t);
  const { code, stderr } = await run(['start', '--no-such-flag'], { cwd: folder, env: environment(folder) });
  assert.equal(code, 1);
  assert.match(stderr, /no-such-flag/);
  assert.match(stderr, /Usage/i);
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal} ends it with exit code 0`, async (t) => {
    const gateway = await startGateway(t);
    const { code, stderr } = await gateway.stop(signal);
    assert.equal(code, 0);
    assert.match(stderr, /\[server\] Received signal (terminated|interrupt), initiating graceful shutdown/);
    assert.match(stderr, /\[server\] Server gracefully stopped/);
  });
}

test('SIGTERM ends ten idle streams and the gateway without waiting for them', async (t) => {
  const gateway = await startGateway(t);
  const session = await LegacySession.open(gateway.mcp());
  const streams = await Promise.all(Array.from({ length: 10 }, () => session.listen()));
  assert.deepEqual(streams.map((stream) => stream.status), Array(10).fill(200));
  const start = Date.now();
  const { code } = await gateway.stop('SIGTERM', 5_000);
  assert.equal(code, 0);
  // The promise is 2 s; the bound leaves room for a sanitized binary on a busy machine, and is far below the 10 s of open calls.
  assert.ok(Date.now() - start < 4_000, `took ${Date.now() - start} ms`);
  for (const stream of streams) await within(2_000, 'the stream ends', stream.rest());
});

test('more streams than the open files it was given; its servers get what it was given', async (t) => {
  const gateway = await startGateway(t, { wrapper: ['sh', '-c', 'ulimit -Sn 200; exec "$@"', 'sh'] });
  const { command, args, ...spec } = stdioSpec('st');  // Node itself would raise the limit.
  await gateway.register({ ...spec, command: 'sh', args: ['-c', 'echo "may open $(ulimit -Sn)" >&2; exec "$@"', 'sh', command, ...args] });
  await eventually('the server says what it got', () => /may open \d+/.test(gateway.stderr));
  assert.match(gateway.stderr, /may open 200\b/);
  const sessions = await Promise.all(Array.from({ length: 300 }, () => LegacySession.open(gateway.mcp())));
  const streams = await within(20_000, 'all streams are open', Promise.all(sessions.map((session) => session.listen())));
  assert.deepEqual(streams.map((stream) => stream.status), Array(300).fill(200));
});

// Sends SIGTERM and waits until nobody can connect any more; resolves with the promise of the end.
async function beginToStop(gateway) {
  const ended = gateway.stop('SIGTERM');
  await eventually('it stops accepting', () => request(`${gateway.url}/health`).then(() => false, () => true));
  return { ended };
}

test('SIGTERM lets a call that is under way finish', async (t) => {
  const upstream = await startHttpUpstream(t);
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  const call = modern(gateway.mcp(), 'tools/call', { name: 'up__wait', arguments: {} });
  await eventually('the call is upstream', () => upstream.script.waiting.length === 1);
  const { ended } = await beginToStop(gateway);
  upstream.script.releaseAll();
  const { message } = await call;
  assert.equal(message.result?.content[0].text, 'released', JSON.stringify(message));
  assert.equal((await ended).code, 0);
});

test('SIGTERM lets calls finish whose answers are streams already, for clients of both eras', async (t) => {
  const upstream = await startHttpUpstream(t);
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  const params = { name: 'up__progress_then_wait', arguments: {} };
  const token = { progressToken: 'p' };
  const session = await LegacySession.open(gateway.mcp());
  const message = modernMessage('tools/call', params, token);
  const streams = [
    await session.stream('tools/call', { ...params, _meta: token }),
    await openStream(gateway.mcp(), { method: 'POST', headers: modernHeaders(message), body: message }),
  ];
  for (const stream of streams) assert.equal((await within(10_000, 'progress', stream.next())).method, 'notifications/progress');
  const { ended } = await beginToStop(gateway);
  upstream.script.releaseAll();
  for (const stream of streams) {
    const rest = await within(10_000, 'the end of the stream', stream.rest());
    assert.equal(rest.at(-1)?.result?.content[0].text, 'released', JSON.stringify(rest));
  }
  assert.equal((await ended).code, 0);
});

test('a start after SIGKILL finds the database as it was', async (t) => {
  const upstream = await startHttpUpstream(t);
  const folder = temporaryFolder(t);
  const first = await startGateway(t, { folder });
  await first.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  await first.stop('SIGKILL');
  const second = await startGateway(t, { folder });
  const servers = await second.rest('GET', '/servers');
  assert.deepEqual(servers.json.map((server) => server.name), ['up']);
  const stream = await openStream(`${second.url}/api/v0/tools`);
  const [tools] = await stream.rest();
  assert.ok(tools.some((tool) => tool.name === 'up__echo'));
});

test('SIGKILL during registrations leaves all of a server or none of it', async (t) => {
  const folder = temporaryFolder(t);
  const upstream = await startHttpUpstream(t);
  const whole = await countsOf(t, folder, upstream);
  for (let round = 0; round < 5; round++) {
    const gateway = await startGateway(t, { folder });
    const name = `k${round}`;
    const registering = gateway.rest('POST', '/servers', { name, transport: 'streamable_http', url: upstream.url() }).catch(() => {});
    // A different moment of the registration every round: after so many requests have reached the upstream.
    const seen = upstream.requests.length;
    await eventually('the registration is under way', () => upstream.requests.length >= seen + Math.min(round, 3));
    await gateway.stop('SIGKILL');
    await registering;
    const next = await startGateway(t, { folder });
    const servers = (await next.rest('GET', '/servers')).json;
    if (servers.some((server) => server.name === name)) assert.deepEqual(await counts(next, name), whole, name);
    else assert.equal((await next.rest('GET', '/tools')).json.filter((tool) => tool.name.startsWith(`${name}__`)).length, 0);
    await next.stop();
  }
});

async function counts(gateway, server) {
  const of = async (route) => (await gateway.rest('GET', `${route}?server=${server}`)).json.length;
  return [await of('/tools'), await of('/prompts'), await of('/resources')];
}

async function countsOf(t, folder, upstream) {
  const gateway = await startGateway(t, { folder });
  await gateway.register({ name: 'whole', transport: 'streamable_http', url: upstream.url() });
  const result = await counts(gateway, 'whole');
  await gateway.stop();
  return result;
}
