// Real MCP servers from npm, registered at a gateway: over stdio as their documentation says, and server-everything over HTTP too; and
// those of peers/, on the official SDKs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { defer } from '../blackbox/support/cleanup.mjs';
import { freePort, temporaryFolder } from '../blackbox/support/gateway.mjs';
import { MARK } from '../blackbox/support/processes.mjs';
import { request } from '../blackbox/support/http.mjs';
import { eventually } from '../blackbox/support/wait.mjs';
import { packaged } from './programs.mjs';

const PACKAGES = path.resolve(import.meta.dirname, '../node_modules/@modelcontextprotocol');
const entry = (name) => path.join(PACKAGES, name, 'dist/index.js');

export const NOTE = 'a note for the filesystem server\n';

// A Node program that ends with the test.
function start(t, mark, args, { env = {}, stdio = 'ignore' } = {}) {
  const child = spawn(process.execPath, args, { env: { PATH: process.env.PATH, [MARK]: mark, ...env }, stdio });
  const ended = new Promise((resolve) => child.on('close', resolve));
  defer(t, () => {
    child.kill();
    return ended;
  });
  return child;
}

// A server that takes its port from a variable.
async function startOnPort(t, mark, args, variable, path = '/mcp') {
  const port = await freePort();
  start(t, mark, args, { env: { [variable]: String(port) } });
  const origin = `http://127.0.0.1:${port}`;
  await eventually('it listens', () => request(origin).then(() => true));
  return origin + path;
}

const startEverythingOverHttp = (t, mark) => startOnPort(t, mark, [entry('server-everything'), 'streamableHttp'], 'PORT');

export const startEverythingOverSse = (t, mark) => startOnPort(t, mark, [entry('server-everything'), 'sse'], 'PORT', '/sse');

// `file` is one of the SDK's examples.
export const startExampleOverHttp = (t, mark, file) => startOnPort(t, mark, [packaged(file)], 'MCP_PORT');

async function startPeerOverHttp(t, mark, args) {
  const { stdout } = start(t, mark, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(readline.createInterface({ input: stdout }), 'line');
  return `http://127.0.0.1:${JSON.parse(line).port}/mcp`;
}

// Registers `everything` (stdio), `everything_http`, `filesystem` and `memory` → { folder }, the one that the filesystem server serves.
export async function registerRealServers(t, gateway) {
  const folder = fs.realpathSync(temporaryFolder(t));
  fs.writeFileSync(path.join(folder, 'note.txt'), NOTE);
  const stdio = (name, extra) => ({ name, transport: 'stdio', command: process.execPath, ...extra });
  await gateway.register(stdio('everything', { args: [entry('server-everything'), 'stdio'] }));
  await gateway.register({ name: 'everything_http', transport: 'streamable_http', url: await startEverythingOverHttp(t, gateway.mark) });
  await gateway.register(stdio('filesystem', { args: [entry('server-filesystem'), folder] }));
  const memory = path.join(folder, 'memory.json');
  await gateway.register(stdio('memory', { args: [entry('server-memory')], env: { MEMORY_FILE_PATH: memory }, session_mode: 'stateful' }));
  return { folder };
}

const peer = (file) => path.join(import.meta.dirname, 'peers', file);
const overStdio = (...args) => async () => ({ transport: 'stdio', command: process.execPath, args, session_mode: 'stateful' });
const overSse = (...args) => async (t, mark) => ({ transport: 'sse', url: await startPeerOverHttp(t, mark, args), session_mode: 'stateful' });
const overHttp = (...args) => async (t, mark) => ({ transport: 'streamable_http', url: await startPeerOverHttp(t, mark, args) });
const SDK1 = peer('sdk1-server.mjs');
const SDK2 = peer('sdk2-server.mjs');

// The servers of matrix.test.mjs: name → what to register, besides the name.
export const PEER_SERVERS = {
  sdk1_http: overHttp(SDK1, 'http'),
  sdk1_sse: overSse(SDK1, 'sse'),
  sdk1_stdio: overStdio(SDK1, 'stdio'),
  sdk2_http: overHttp(SDK2, 'http', 'both'),
  sdk2_stdio: overStdio(SDK2, 'stdio', 'both'),
  sdk2_http_legacy: overHttp(SDK2, 'http', 'legacy'),
  sdk2_stdio_legacy: overStdio(SDK2, 'stdio', 'legacy'),
  everything_http: async (t, mark) => ({ transport: 'streamable_http', url: await startEverythingOverHttp(t, mark) }),
  everything_sse: async (t, mark) => ({ transport: 'sse', url: await startEverythingOverSse(t, mark) }),
  everything_stdio: overStdio(entry('server-everything'), 'stdio'),
};
