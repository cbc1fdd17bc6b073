// Real MCP servers from npm, registered at a gateway: over stdio as their documentation says, and server-everything over HTTP too.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { defer } from '../blackbox/support/cleanup.mjs';
import { freePort, temporaryFolder } from '../blackbox/support/gateway.mjs';
import { MARK } from '../blackbox/support/processes.mjs';
import { request } from '../blackbox/support/http.mjs';
import { eventually } from '../blackbox/support/wait.mjs';

const PACKAGES = path.resolve(import.meta.dirname, '../node_modules/@modelcontextprotocol');
const entry = (name) => path.join(PACKAGES, name, 'dist/index.js');

export const NOTE = 'a note for the filesystem server\n';

async function startEverythingOverHttp(t, mark) {
  const port = await freePort();
  const env = { PATH: process.env.PATH, PORT: String(port), [MARK]: mark };
  const child = spawn(process.execPath, [entry('server-everything'), 'streamableHttp'], { env, stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('close', resolve));
  defer(t, () => {
    child.kill();
    return ended;
  });
  const url = `http://127.0.0.1:${port}/mcp`;
  await eventually('server-everything listens', () => request(url).then(() => true));
  return url;
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
