// What the gateway knows of servers follows them: refresh, polling, the start, and servers that are down for a while.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startGateway, temporaryFolder } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { LegacySession, modern } from './support/mcp.mjs';
import { mortalHttpServer } from './support/mortal-servers.mjs';
import { stdioSpec } from './support/stdio-spec.mjs';
import { eventually, within } from './support/wait.mjs';

const http = (name, upstream) => ({ name, transport: 'streamable_http', url: upstream.url() });
const tool = (name, description = 'new') => ({ name, description, inputSchema: { type: 'object' } });
const toolNames = async (gateway) => (await gateway.rest('GET', '/tools')).json.map(({ name }) => name);
const shown = async (gateway, name) => (await gateway.rest('GET', '/servers')).json.find((server) => server.name === name);

test('refresh says what changed, keeps what was disabled, and tells clients once', async (t) => {
  const upstream = await startHttpUpstream(t);
  const gateway = await startGateway(t);
  await gateway.register(http('up', upstream));
  assert.equal((await gateway.rest('POST', '/tools/disable?entity=up__add')).status, 200);
  const session = await LegacySession.open(gateway.mcp());
  const stream = await session.listen();

  const same = await gateway.command(['refresh', 'up']);
  assert.deepEqual([same.code, same.stdout], [0, 'Server up offers the same as before.\n'], same.all);
  upstream.script.tools = { ...upstream.script.tools, echo: { ...upstream.script.tools.echo, description: 'Returns it' } };
  delete upstream.script.tools.fail;
  upstream.script.extraTools = [tool('fresh')];
  const other = await gateway.command(['refresh', 'up']);
  assert.equal(other.stdout, 'Server up was listed anew.\nTools:\n  + up__fresh\n  - up__fail\n  ~ up__echo\n', other.all);
  const answer = await gateway.rest('POST', '/servers/up/refresh');
  assert.deepEqual(answer.json.tools, { added: [], removed: [], changed: [] });

  const told = await within(5_000, 'a notification', stream.next());
  assert.equal(told.method, 'notifications/tools/list_changed');
  stream.close();
  assert.deepEqual(await stream.rest(), [], 'one for the one change');
  const rows = (await gateway.rest('GET', '/tools')).json;
  assert.equal(rows.find(({ name }) => name === 'up__add').enabled, false);
  const listed = (await modern(gateway.mcp(), 'tools/list')).message.result.tools.map(({ name }) => name);
  assert.ok(listed.includes('up__fresh') && !listed.includes('up__add') && !listed.includes('up__fail'), listed.join(' '));
});

test('refresh --all goes on after a server that is down, and one that lacks authorization is named with the remedy', async (t) => {
  let refuses = false;
  const guarded = await startHttpUpstream(t, {
    intercept: (_, res) => refuses && Boolean(res.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end()),
  });
  const mortal = await mortalHttpServer(t, 'mortal');
  await mortal.up();
  const upstream = await startHttpUpstream(t);
  const gateway = await startGateway(t);
  await gateway.register(mortal.spec);
  await gateway.register(http('guarded', guarded));
  await gateway.register(http('up', upstream));
  await mortal.kill();
  refuses = true;
  const { code, stdout, stderr } = await gateway.command(['refresh', '--all']);
  assert.equal(code, 1);
  assert.equal(stdout, 'Server up offers the same as before.\n');
  assert.match(stderr, /failed to refresh server mortal: server 'mortal': connection to the MCP server .* was refused/);
  assert.match(stderr, /failed to refresh server guarded: server 'guarded': .*run `mcpjungle authorize guarded`/);
  assert.match(stderr, /2 of 3 servers could not be refreshed\n$/);
  assert.ok((await toolNames(gateway)).includes('mortal__echo'), 'what it offered stays');
});

test('servers are listed anew at the start; one that is down keeps its lists, says why, and comes back by itself', async (t) => {
  const folder = temporaryFolder(t);
  const upstream = await startHttpUpstream(t);
  const mortal = await mortalHttpServer(t, 'mortal');
  await mortal.up();
  const first = await startGateway(t, { folder });
  await first.register(http('up', upstream));
  await first.register(mortal.spec);
  await first.register(stdioSpec('st'));
  await first.stop();
  await mortal.kill();
  upstream.script.extraTools = [tool('fresh')];

  const gateway = await startGateway(t, { folder });
  await eventually('the new tool', async () => (await toolNames(gateway)).includes('up__fresh'));
  await eventually('the outage is shown', async () => (await shown(gateway, 'mortal')).unavailable_reason);
  const { unavailable_reason: reason, unavailable_since: since, next_attempt_at: next } = await shown(gateway, 'mortal');
  assert.match(reason, /^server 'mortal': connection to the MCP server .* was refused/);
  assert.ok(Date.parse(since) <= Date.now() && Date.parse(next) >= Date.parse(since), `${since} ${next}`);
  assert.match((await gateway.command(['list', 'servers'])).stdout, /mortal\nUnavailable since .* \(next attempt at .*\): server 'mortal': /);
  assert.ok((await toolNames(gateway)).includes('mortal__echo'));
  assert.equal((await shown(gateway, 'up')).unavailable_reason, undefined);
  assert.equal((await shown(gateway, 'st')).unavailable_reason, undefined);

  await mortal.up();
  await eventually('it is available', async () => !(await shown(gateway, 'mortal')).unavailable_reason, 30_000);
});

test('LIST_AT_START=none asks nobody at the start, http starts no process', async (t) => {
  const folder = temporaryFolder(t);
  const upstream = await startHttpUpstream(t, { tellsNews: true });
  const first = await startGateway(t, { folder });
  await first.register(http('up', upstream));
  await first.register(stdioSpec('st', ['--say', 'I was started']));
  await first.stop();

  const before = upstream.requests.length;
  const none = await startGateway(t, { folder, env: { LIST_AT_START: 'none' } });
  assert.equal((await modern(none.mcp(), 'tools/call', { name: 'up__echo', arguments: { message: 'x' } })).message.result.content[0].text, 'echo: x');
  await eventually('the gateway listens', () => upstream.watchers.length === 1);
  assert.deepEqual(upstream.requests.slice(before).filter(({ message }) => message?.method === 'tools/list'), []);
  await none.stop();
  const some = await startGateway(t, { folder, args: ['--list-at-start', 'http'] });
  await eventually('the HTTP server is listed', () => upstream.requests.slice(before).some(({ message }) => message?.method === 'tools/list'));
  await some.stop();
  for (const { stderr, stdout } of [none, some]) assert.ok(!`${stdout}${stderr}`.includes('I was started'));
});

test('sync_interval_sec asks a server regularly, unless it is heard when it changes', async (t) => {
  const upstream = await startHttpUpstream(t);
  const telling = await startHttpUpstream(t, { tellsNews: true });
  const gateway = await startGateway(t);
  const short = await gateway.rest('POST', '/servers', { ...http('up', upstream), sync_interval_sec: 4 });
  assert.equal(short.status, 400);
  assert.match(short.json.error, /invalid sync_interval_sec: '4', must be 0 or a number of seconds from 5 to 86400/);
  await gateway.register({ ...http('telling', telling), sync_interval_sec: 5 });
  await eventually('the gateway listens', () => telling.watchers.length === 1);
  const listings = (server) => server.seen('resources/templates/list').length;
  await eventually('what it had missed is asked for', () => listings(telling) === 2);
  const before = listings(telling);
  await gateway.register({ ...http('up', upstream), sync_interval_sec: 5 });
  assert.equal((await gateway.rest('GET', '/server_configs')).json[1].sync_interval_sec, 5);
  upstream.script.extraTools = [tool('fresh')];
  await eventually('the new tool', async () => (await toolNames(gateway)).includes('up__fresh'), 20_000);
  const polled = listings(upstream);
  await eventually('it is asked again', () => listings(upstream) > polled, 20_000);
  assert.equal(listings(telling), before, 'two intervals have passed');
});
