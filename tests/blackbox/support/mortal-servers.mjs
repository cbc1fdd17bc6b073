// Scripted MCP servers that a test kills and brings back: { spec, up(), kill() }. Both return when it is so; up() returns the moment.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { defer } from './cleanup.mjs';
import { freePort } from './gateway.mjs';
import { isAlive } from './processes.mjs';
import { stdioSpec } from './stdio-spec.mjs';
import { eventually } from './wait.mjs';

const HTTP_SERVER = path.join(import.meta.dirname, 'http-server.mjs');

// A process that listens on one port; killed with SIGKILL, in the middle of whatever it does.
export async function mortalHttpServer(t, name, flags = []) {
  const port = await freePort();
  let child;
  const kill = async () => {
    if (!child) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    child = undefined;
  };
  defer(t, kill);
  return {
    spec: { name, transport: 'streamable_http', url: `http://127.0.0.1:${port}/mcp` },
    kill,
    async up() {
      child = spawn(process.execPath, [HTTP_SERVER, String(port), ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(child.stdout, 'data');
      return performance.now();
    },
  };
}

// A command that fails while the server is down. The gateway starts its processes; `children` lists them.
export function mortalStdioServer(folder, name, settings, children) {
  const down = path.join(folder, `${name}.down`);
  const good = stdioSpec(name);
  const script = 'if test -e "$0"; then echo "the server is down" >&2; exit 1; fi; exec "$@"';
  return {
    spec: { ...good, command: 'sh', args: ['-c', script, down, good.command, ...good.args], ...settings },
    async kill() {
      fs.writeFileSync(down, '');
      const pids = children().map(({ pid }) => pid);
      for (const pid of pids) {
        if (isAlive(pid)) process.kill(pid, 'SIGKILL');
      }
      await eventually('its processes are gone', () => !pids.some(isAlive));
    },
    async up() {
      fs.rmSync(down, { force: true });
      return performance.now();
    },
  };
}
