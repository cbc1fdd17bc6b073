// Servers that are killed and come back while clients call them: no wrong answer, each failure says what happened, and the gateway is
// back in time. OUTAGE_ROUNDS is how often (20); every second time the server stays away until calls fail at once.
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import test from 'node:test';
import { startGateway, temporaryFolder } from './support/gateway.mjs';
import { modern } from './support/mcp.mjs';
import { mortalHttpServer, mortalStdioServer } from './support/mortal-servers.mjs';
import { eventually } from './support/wait.mjs';

const ROUNDS = Number(process.env.OUTAGE_ROUNDS ?? 20);
const RECOVERY_MS = 2000;
const NOT_SENT = 'this call was not sent';

// Clients that call `up__echo` one call after the other, each with words of its own, until they are told to stop.
class Load {
  calls = 0;
  succeeded = 0;
  notSent = 0;
  wrong = [];       // Answers that are not the call's, and errors that do not say what happened.
  firstSince = [];  // { since, resolve }: who waits for the success of a call that began after `since`.
  mayFail = false;  // Whether the server is down, or has just come back.
  #stopped = false;

  constructor(url, clients) {
    this.url = url;
    this.done = Promise.all(Array.from({ length: clients }, (_, client) => this.#run(client)));
  }

  async #run(client) {
    for (let n = 0; !this.#stopped; n++) {
      const message = `client ${client}, call ${n}`;
      const [mightFail, began] = [this.mayFail, performance.now()];
      const { message: answer } = await modern(this.url, 'tools/call', { name: 'up__echo', arguments: { message } });
      this.#judge(answer, message, began, mightFail);
    }
  }

  #judge(answer, message, began, mightFail) {
    this.calls++;
    if (answer?.result) {
      if (answer.result.content?.[0]?.text !== `echo: ${message}`) this.wrong.push(`${message}: ${JSON.stringify(answer)}`);
      this.succeeded++;
      for (const waiting of this.firstSince.splice(0)) began > waiting.since ? waiting.resolve() : this.firstSince.push(waiting);
      return;
    }
    const text = answer?.error?.message ?? '';
    const isClear = text.startsWith("server 'up'") && answer.error.data?.source === 'mcpjungle';
    if (!isClear || !(mightFail || this.mayFail)) this.wrong.push(`${message}: ${JSON.stringify(answer)}`);
    if (text.includes(NOT_SENT)) this.notSent++;
  }

  // The success of a call that begins after `since`.
  successSince(since) {
    return new Promise((resolve) => this.firstSince.push({ since, resolve }));
  }

  async more(what, counter, count = 1) {
    const wanted = this[counter] + count;
    await eventually(what, () => this[counter] >= wanted, 30_000);
  }

  async stop() {
    this.#stopped = true;
    await this.done;
  }
}

// Kills and revives `server` under load; returns the slowest recovery in ms.
async function outlive(load, server, rounds) {
  let slowest = 0;
  for (let round = 0; round < rounds; round++) {
    await load.more('calls succeed', 'succeeded', 5);
    load.mayFail = true;
    await server.kill();
    if (round % 2 === 0) await load.more('calls fail at once', 'notSent');
    const since = await server.up();
    await load.successSince(since);
    slowest = Math.max(slowest, performance.now() - since);
    // One that was begun before that success may have been refused.
    await load.more('calls in flight end', 'calls', 16);
    load.mayFail = false;
  }
  await load.stop();
  return slowest;
}

async function check(t, gateway, server, clients, rounds) {
  const { pid } = gateway;
  const load = new Load(gateway.mcp(), clients);
  const slowest = await outlive(load, server, rounds);
  t.diagnostic(`${load.calls} calls, ${load.succeeded} succeeded, ${load.notSent} not sent; slowest recovery ${Math.round(slowest)} ms`);
  assert.deepEqual(load.wrong.slice(0, 5), [], `${load.wrong.length} of ${load.calls} calls`);
  assert.ok(slowest <= RECOVERY_MS, `recovery took ${Math.round(slowest)} ms`);
  assert.ok(!gateway.hasEnded && gateway.pid === pid, 'the gateway was never restarted');
  await eventually('the server is shown as available', async () => {
    const [shown] = (await gateway.rest('GET', '/servers')).json;
    return shown.unavailable_reason === undefined;
  });
}

for (const [kind, flags] of [['modern', ['--era', 'modern']], ['legacy', ['--era', 'legacy']], ['legacy with sessions', ['--era', 'legacy', '--sessions']]]) {
  test(`a ${kind} HTTP server is killed and restarted ${ROUNDS} times under load`, async (t) => {
    const server = await mortalHttpServer(t, 'up', flags);
    await server.up();
    const gateway = await startGateway(t);
    await gateway.register(server.spec);
    await check(t, gateway, server, 4, ROUNDS);
  });
}

// Each call of a stateless one starts a process, which takes its time.
for (const [mode, rounds] of [['stateful', ROUNDS], ['stateless', Math.ceil(ROUNDS / 4)]]) {
  test(`a ${mode} stdio server is killed and comes back ${rounds} times under load`, async (t) => {
    const folder = temporaryFolder(t);
    const gateway = await startGateway(t, { folder });
    const children = () => gateway.children().filter(({ command }) => command.includes('stdio-server.mjs'));
    const server = mortalStdioServer(folder, 'up', { session_mode: mode }, children);
    await gateway.register(server.spec);
    await check(t, gateway, server, 2, rounds);
  });
}
