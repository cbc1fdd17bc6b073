// The binary under test, started in an empty folder with a small environment of its own.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { defer } from './cleanup.mjs';
import { request } from './http.mjs';
import { guardiansOf, MARK, marked, zombiesOf } from './processes.mjs';
import { eventually, within } from './wait.mjs';

const START_MS = 20_000;  // A sanitized binary on a busy machine.
const STOP_MS = 15_000;   // The gateway gives open calls 10 s.
const COMMAND_MS = 90_000;

export const BINARY = process.env.MCPJUNGLE ?? path.resolve('build/release/bin/mcpjungle');

export function temporaryFolder(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'jungle-'));
  defer(t, () => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

// As `input` of a command: its standard input stays open, for the test to write to `child.stdin`.
export const OPEN = Symbol('open');

// A program with its output: resolves `ended` with { code, signal, stdout, stderr }. `wrapper` is a command that runs the binary.
class Program {
  stdout = '';
  stderr = '';

  constructor(args, { cwd, env, input, wrapper = [] }) {
    const [file, ...words] = [...wrapper, BINARY, ...args];
    this.child = spawn(file, words, { cwd, env, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
    this.child.stdout.setEncoding('utf8').on('data', (text) => (this.stdout += text));
    this.child.stderr.setEncoding('utf8').on('data', (text) => (this.stderr += text));
    this.child.stdin?.on('error', () => {});  // A command may end without reading it.
    if (input !== undefined && input !== OPEN) this.child.stdin.end(input);
    this.ended = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) => resolve({ code, signal, stdout: this.stdout, stderr: this.stderr }));
    });
    this.ended.catch(() => {});  // Whoever awaits it sees the failure.
  }
}

// Runs a command to its end → { code, signal, stdout, stderr, all }.
export async function run(args, { cwd, env, input, limit = COMMAND_MS } = {}) {
  const program = new Program(args, { cwd, env, input });
  try {
    const ended = await within(limit, `mcpjungle ${args.join(' ')}`, program.ended);
    return { ...ended, all: ended.stdout + ended.stderr };
  } finally {
    if (program.child.exitCode === null) program.child.kill('SIGKILL');
  }
}

// Starts a command without waiting for it: `ended` resolves with { code, signal, stdout, stderr }, `printed(regex)` once stdout matches.
export function startCommand(t, args, { cwd, env, input } = {}) {
  const program = new Program(args, { cwd, env, input });
  program.printed = async (pattern) => {
    const ended = () => program.child.exitCode !== null;
    await eventually(`${pattern} on stdout of ${args.join(' ')}`, () => pattern.test(program.stdout) || ended(), START_MS);
    assert.match(program.stdout, pattern, program.stderr);
    return pattern.exec(program.stdout);
  };
  defer(t, () => {
    if (program.child.exitCode === null) program.child.kill('SIGKILL');
    return program.ended;
  });
  return program;
}

export class Gateway extends Program {
  constructor(folder, port, mark, args, options) {
    super(args, options);
    Object.assign(this, { folder, port, mark, env: options.env, url: `http://127.0.0.1:${port}` });
  }

  get pid() {
    return this.child.pid;
  }

  get hasEnded() {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  mcp(server) {
    return server ? `${this.url}/mcp/${server}` : `${this.url}/mcp`;
  }

  rest(method, route, body, headers = {}) {
    return request(`${this.url}/api/v0${route}`, { method, body, headers });
  }

  // Registers and fails loudly; for tests whose subject is something else.
  async register(spec, query = '') {
    const env = spec.transport === 'stdio' ? { env: { ...spec.env, [MARK]: this.mark } } : {};
    const answer = await this.rest('POST', `/servers${query}`, { ...spec, ...env });
    assert.equal(answer.status, 201, `register ${spec.name}: ${answer.status} ${answer.text}\n${this.stderr}`);
    return answer.json.server;
  }

  // A client command with the gateway's own HOME, whose config file names this gateway.
  command(args, options = {}) {
    fs.writeFileSync(path.join(this.folder, '.mcpjungle.conf'), `registry_url: ${this.url}\n`);
    return run(args, { cwd: this.folder, env: { ...this.env, ...options.env }, input: options.input });
  }

  // Sends `signal` and waits for the end.
  async stop(signal = 'SIGTERM', limit = STOP_MS) {
    if (!this.hasEnded) this.child.kill(signal);
    return within(limit, `the end of the gateway after ${signal}`, this.ended);
  }

  zombies() {
    return zombiesOf(this.pid);
  }

  // The processes that would end its servers if it were killed.
  guardians() {
    return guardiansOf(this.pid);
  }

  // The processes that this gateway's servers left behind, itself excluded.
  children() {
    return marked(this.mark).filter(({ pid }) => pid !== this.pid);
  }
}

// What a gateway or a command sees of the environment: nothing of the caller's but PATH.
export function environment(folder, extra = {}) {
  return { PATH: process.env.PATH, HOME: folder, LANG: 'C.UTF-8', ...extra };
}

// Spawns `mcpjungle start` without waiting for it: for tests of starts that fail.
export async function spawnGateway(t, { args = [], env = {}, folder = temporaryFolder(t), port, wrapper } = {}) {
  port ??= await freePort();
  const mark = randomUUID();
  const all = environment(folder, { [MARK]: mark, ...env });
  const gateway = new Gateway(folder, port, mark, ['start', '--port', String(port), ...args], { cwd: folder, env: all, wrapper });
  defer(t, async () => {
    if (!gateway.hasEnded) await gateway.stop('SIGKILL');
    for (const { pid } of gateway.children()) process.kill(pid, 'SIGKILL');  // What a failed test leaves behind.
  });
  return gateway;
}

// A gateway that answers. When the test ends it is told to stop: it has to exit with 0 and leave no process behind.
export async function startGateway(t, options = {}) {
  const gateway = await spawnGateway(t, options);
  await untilHealthy(gateway);
  defer(t, async () => {
    if (gateway.hasEnded) return;
    // A process that ended this moment is a zombie until it is reaped.
    await eventually('no zombies while the gateway runs', () => gateway.zombies().length === 0);
    const { code, signal, stderr } = await gateway.stop();
    assert.equal(code, 0, `exit code after SIGTERM (signal ${signal}):\n${stderr}`);
    await eventually('no process is left', () => gateway.children().length === 0);
  });
  return gateway;
}

export async function untilHealthy(gateway) {
  await eventually(
    'GET /health answers',
    async () => {
      if (gateway.hasEnded) return true;
      return (await request(`${gateway.url}/health`)).status === 200;
    },
    START_MS,
  );
  assert.ok(!gateway.hasEnded, `the gateway ended with ${gateway.child.exitCode}:\n${gateway.stderr}`);
}
