// stdio servers: what they are told, what they say, and how long they live. That nothing of them stays: processes.test.mjs.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { refused } from './support/expect.mjs';
import { startGateway } from './support/gateway.mjs';
import { stdioSpec } from './support/stdio-spec.mjs';
import { isAlive, MARK } from './support/processes.mjs';
import { eventually } from './support/wait.mjs';

const invoke = (gateway, name, input = {}) => gateway.rest('POST', '/tools/invoke', { name, ...input });
const said = (answer) => {
  assert.equal(answer.status, 200, answer.text);
  return answer.json.content[0].text;
};
const servers = (gateway) => gateway.children().filter(({ command }) => command.includes('stdio-server.mjs'));

for (const era of ['legacy', 'modern', 'both']) {
  test(`a ${era} server registers, lists and answers`, async (t) => {
    const gateway = await startGateway(t);
    await gateway.register(stdioSpec('st', ['--era', era]));
    assert.equal(said(await invoke(gateway, 'st__echo', { message: 'hi' })), 'echo: hi');
    const read = await gateway.rest('POST', '/resources/read', { uri: (await gateway.rest('GET', '/resources')).json[0].uri });
    assert.equal(read.json.contents[0].text, 'a note');
    const rendered = await gateway.rest('POST', '/prompts/render', { name: 'st__greet', arguments: { name: 'Bo' } });
    assert.equal(rendered.json.messages[0].content.text, 'Hello, Bo!');
  });
}

test('a stateful server keeps one process for every caller', async (t) => {
  const gateway = await startGateway(t);
  await gateway.register(stdioSpec('st', [], { session_mode: 'stateful' }));
  await Promise.all(Array.from({ length: 10 }, () => invoke(gateway, 'st__echo', { message: 'x' })));
  await eventually('one process', () => servers(gateway).length === 1);
  const [{ pid }] = servers(gateway);
  said(await invoke(gateway, 'st__echo', { message: 'y' }));
  assert.deepEqual(servers(gateway).map((server) => server.pid), [pid]);
  assert.equal((await gateway.rest('DELETE', '/servers/st')).status, 204);
  await eventually('deregistering ends it', () => !isAlive(pid));
});

test('a killed process is replaced at the next call', async (t) => {
  const gateway = await startGateway(t);
  await gateway.register(stdioSpec('st', [], { session_mode: 'stateful' }));
  said(await invoke(gateway, 'st__echo', { message: 'x' }));
  const [{ pid }] = servers(gateway);
  process.kill(pid, 'SIGKILL');
  await eventually('it is reaped', () => !isAlive(pid) && gateway.zombies().length === 0);
  assert.equal(said(await invoke(gateway, 'st__echo', { message: 'again' })), 'echo: again');
});

test('a server that ignores the end of its input and SIGTERM is killed', async (t) => {
  const gateway = await startGateway(t);
  await gateway.register(stdioSpec('st', ['--ignore-eof'], { session_mode: 'stateful' }));
  said(await invoke(gateway, 'st__echo', { message: 'x' }));
  const { code } = await gateway.stop();
  assert.equal(code, 0);
  await eventually('no process is left', () => gateway.children().length === 0);
});

test('the environment of a server is its own', async (t) => {
  const gateway = await startGateway(t, { env: { DATABASE_PASSWORD: 'canary-1', OTEL_RESOURCE_ATTRIBUTES: 'k=canary-2', POSTGRES_PASSWORD: 'canary-3' } });
  const script = 'require("fs").writeFileSync(process.argv[1], JSON.stringify(process.env));process.exit(1)';
  const file = path.join(gateway.folder, 'env.json');
  await gateway.rest('POST', '/servers', { name: 'st', transport: 'stdio', command: process.execPath, args: ['-e', script, file], env: { MINE: 'yes' } });
  const seen = JSON.parse(fs.readFileSync(file, 'utf8'));
  assert.equal(seen.MINE, 'yes');
  assert.equal(seen.PATH, process.env.PATH);
  assert.ok(!JSON.stringify(seen).includes('canary'), `the gateway's own secrets stay with it: ${JSON.stringify(seen)}`);
});

test('a server runs in the folder that its registration names', async (t) => {
  const gateway = await startGateway(t);
  const script = 'require("fs").writeFileSync("here", "")';
  await gateway.rest('POST', '/servers', { name: 'st', transport: 'stdio', command: process.execPath, args: ['-e', script], cwd: gateway.folder });
  assert.ok(fs.existsSync(path.join(gateway.folder, 'here')));
});

test('what a server says on stderr is in the log under its name, and in the error when it dies', async (t) => {
  const gateway = await startGateway(t);
  await gateway.register(stdioSpec('st', ['--say', 'ready to serve']));
  await eventually('the log has it', () => /st.*ready to serve/.test(gateway.stderr));
  refused(await invoke(gateway, 'st__fault_exit'), 502, /st.*(the disk is on fire)/s);
});

test('one slow start does not hold up other servers', async (t) => {
  const gateway = await startGateway(t, { env: { MCP_SERVER_INIT_REQ_TIMEOUT_SEC: '3' } });
  await gateway.register(stdioSpec('quick'));
  const slow = gateway.rest('POST', '/servers', stdioSpec('slow', ['--fault', 'silent'], { env: { [MARK]: gateway.mark } }));
  await eventually('the slow one has started', () => servers(gateway).some(({ command }) => command.includes('silent')));
  assert.equal(said(await invoke(gateway, 'quick__echo', { message: 'x' })), 'echo: x');
  refused(await slow, 504, /timed out after 3 seconds.*MCP_SERVER_INIT_REQ_TIMEOUT_SEC/s);
  await eventually('the slow one is gone', () => !servers(gateway).some(({ command }) => command.includes('silent')));
});
