// Nothing is left behind: neither a process nor a zombie, however the gateway ends.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { spawnGateway, startGateway, untilHealthy } from './support/gateway.mjs';
import { childrenOf, commandOf, detailsOf, isAlive, orphansAreReaped, statusOf, zombiesOf } from './support/processes.mjs';
import { stdioSpec } from './support/stdio-spec.mjs';
import { eventually, within } from './support/wait.mjs';

const AT_ONCE = 4;
const CALLS = 200;
const SESSIONS = 50;
const STOP_MS = 15_000;

async function echo(gateway, server) {
  const answer = await gateway.rest('POST', '/tools/invoke', { name: `${server}__echo`, message: 'x' });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.content[0].text, 'echo: x');
}

// work(0) ... work(count - 1), a few at a time.
async function inParallel(count, work) {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const servers = (gateway) => gateway.children().filter(({ command }) => command.includes('stdio-server.mjs'));
const grandchildren = (gateway) => gateway.children().filter(({ command }) => command.startsWith('sleep'));

async function openSessions(gateway, count, flags) {
  await inParallel(count, async (i) => {
    await gateway.register(stdioSpec(`f${i}`, flags(i), { session_mode: 'stateful' }));
    await echo(gateway, `f${i}`);
  });
  assert.ok(servers(gateway).length >= count, `${servers(gateway).length} servers`);
  await eventually('each has a grandchild', () => grandchildren(gateway).length >= count);
}

// Ends the gateway and waits until nothing is left of it, of its servers, and of what they started.
async function endsWithEverything(t, gateway, signal) {
  const pids = [...gateway.children().map(({ pid }) => pid), ...gateway.guardians()];
  const ended = await gateway.stop(signal);
  if (signal === 'SIGTERM') assert.equal(ended.code, 0, ended.stderr);
  else assert.equal(ended.signal, signal);
  await eventually('no process is left', () => gateway.children().length === 0 && gateway.guardians().length === 0);
  assert.deepEqual(pids.filter(isAlive), []);
  // Those that lost their parent are their new parent's to reap, which is not ours to choose.
  if (await orphansAreReaped()) await eventually('no zombie is left', () => pids.every((pid) => statusOf(pid) === undefined));
  else t.diagnostic('zombies are not looked for: on this system nobody reaps orphans');
}

for (const signal of ['SIGTERM', 'SIGKILL']) {
  test(`${CALLS} stateless calls and ${SESSIONS} sessions whose processes fork: ${signal} leaves nothing`, async (t) => {
    const gateway = await startGateway(t);
    await gateway.register(stdioSpec('st', ['--fork']));
    await inParallel(CALLS, () => echo(gateway, 'st'));
    // One process may be kept ready for the next call.
    await eventually('the calls have left nothing', () => servers(gateway).length <= 1 && grandchildren(gateway).length <= 1, 20_000);
    await openSessions(gateway, SESSIONS, (i) => ['--fork', ...(i % 10 ? [] : ['--ignore-eof'])]);
    await eventually('no zombie', () => gateway.zombies().length === 0);
    await endsWithEverything(t, gateway, signal);
  });
}

test('SIGKILL of the gateway leaves nothing, at whatever moment of a start it comes', async (t) => {
  const starts = 8;
  // A server that forks at once and never answers.
  const spec = { transport: 'stdio', command: 'sh', args: ['-c', 'trap "" TERM; sleep 600 & wait'] };
  for (let count = 0; count <= 2 * starts; count += 2) {
    const gateway = await startGateway(t);
    const settled = Promise.allSettled(Array.from({ length: starts }, (_, i) => gateway.register({ name: `f${i}`, ...spec })));
    await eventually(`${count} processes`, () => gateway.children().length >= count);
    await endsWithEverything(t, gateway, 'SIGKILL');
    await settled;
  }
});

test('the guardian comes with the first process of a server and holds nothing of the gateway', async (t) => {
  const gateway = await startGateway(t, { env: { DATABASE_PASSWORD: 'canary' } });
  assert.deepEqual(gateway.guardians(), []);
  await gateway.register(stdioSpec('st', ['--fork'], { session_mode: 'stateful' }));
  const [guardian, ...others] = gateway.guardians();
  assert.deepEqual(others, []);
  await echo(gateway, 'st');
  const { environment, descriptors, threads } = detailsOf(guardian);
  assert.deepEqual(environment, []);
  assert.equal(threads, 1);
  assert.deepEqual(Object.keys(descriptors), ['0', '1', '2', '3']);
  assert.match(descriptors[0], /^pipe:/);
  assert.equal(descriptors[1], '/dev/null');
  assert.equal(descriptors[2], '/dev/null');
  assert.match(descriptors[3], /^\/memfd:/);
  await endsWithEverything(t, gateway, 'SIGTERM');
});

test('a guardian that is told to stop stays, and one that is killed is replaced', async (t) => {
  const gateway = await startGateway(t);
  await openSessions(gateway, 2, () => ['--fork']);
  const [guardian] = gateway.guardians();
  // A service manager may tell every process of a service to stop; the guardian goes last.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']) process.kill(guardian, signal);
  await echo(gateway, 'f0');
  assert.deepEqual(gateway.guardians(), [guardian]);
  process.kill(guardian, 'SIGKILL');
  await eventually('there is another one', () => gateway.guardians().some((pid) => pid !== guardian));
  await eventually('the first one is reaped', () => statusOf(guardian) === undefined);
  await eventually('the log says so', () => /guardian of child processes has ended/.test(gateway.stderr));
  await endsWithEverything(t, gateway, 'SIGKILL');
});

test('a gateway whose parent ignores the end of its children still reaps its own', async (t) => {
  const gateway = await startGateway(t, { wrapper: ['env', '--ignore-signal=CHLD'] });
  await gateway.register(stdioSpec('st', ['--fork']));
  await inParallel(8, () => echo(gateway, 'st'));
  await eventually('no zombie', () => gateway.zombies().length === 0);
  await endsWithEverything(t, gateway, 'SIGTERM');
});

// The command that makes a program the first process of a PID namespace, with or without being root; undefined where neither is allowed.
function firstProcess() {
  const flags = ['--pid', '--fork', '--kill-child', '--mount-proc'];
  const candidates = [['unshare', ...flags], ['unshare', '--user', '--map-root-user', ...flags]];
  return candidates.find(([file, ...words]) => spawnSync(file, [...words, 'true']).status === 0);
}

for (const signal of ['SIGTERM', 'SIGKILL']) {
  test(`as PID 1 it reaps orphans, and all ends with it after ${signal}`, async (t) => {
    const wrapper = firstProcess();
    if (!wrapper) return t.skip('unshare --pid is not allowed here, not even in a user namespace');
    const gateway = await spawnGateway(t, { wrapper });
    await untilHealthy(gateway);
    const [pid] = childrenOf(gateway.pid);
    await gateway.register(stdioSpec('daemons', ['--daemon', '--fork'], { session_mode: 'stateful' }));
    await inParallel(8, () => echo(gateway, 'daemons'));
    const daemon = await eventually('a daemon has lost its parent', () => grandchildren(gateway).find((it) => statusOf(it.pid)?.parent === pid));
    process.kill(daemon.pid, 'SIGKILL');
    await eventually('it is reaped', () => statusOf(daemon.pid) === undefined);
    await gateway.register(stdioSpec('st', ['--fork']));
    await inParallel(8, () => echo(gateway, 'st'));
    await eventually('no zombie', () => zombiesOf(pid).length === 0);
    const names = childrenOf(pid).map(commandOf);
    assert.ok(names.some((name) => name.includes('stdio-server.mjs')), names.join('\n'));
    assert.ok(!names.some((name) => name.startsWith('jungle-guardian')), 'the kernel itself ends what runs in the namespace');
    process.kill(pid, signal);
    const { code } = await within(STOP_MS, `the end after ${signal}`, gateway.ended);
    if (signal === 'SIGTERM') assert.equal(code, 0, gateway.stderr);
    assert.ok(!isAlive(pid));
    await eventually('no process is left', () => gateway.children().length === 0);
  });
}
