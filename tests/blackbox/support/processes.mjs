// What runs on this machine, read from /proc. A test marks its processes with an environment variable, which children and grandchildren
// inherit, so a process that lost its parent is still found.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

import { eventually } from './wait.mjs';

export const MARK = 'JUNGLE_TEST_MARK';
const REAP_MS = 10_000;

function pids() {
  return fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number);
}

function read(pid, file) {
  try {
    return fs.readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';  // It ended meanwhile, or is not ours.
  }
}

// { state, parent } of a process, or undefined when it is gone. The name in parentheses may itself hold parentheses and spaces.
export function statusOf(pid) {
  const stat = read(pid, 'stat');
  if (!stat) return undefined;
  const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state, parent: Number(parent) };
}

// The living processes that carry `mark`, as { pid, command }. A zombie has no environment and is not among them.
export function marked(mark) {
  return pids()
    .filter((pid) => pid !== process.pid && read(pid, 'environ').split('\0').includes(`${MARK}=${mark}`))
    .map((pid) => ({ pid, command: commandOf(pid) }));
}

// Its words, joined by spaces; empty for a zombie.
export const commandOf = (pid) => read(pid, 'cmdline').replaceAll('\0', ' ').trim();

// The processes that guard the children of the gateway `pid`: they carry its number, and no mark.
export function guardiansOf(pid) {
  return pids().filter((candidate) => commandOf(candidate) === `jungle-guardian ${pid}`);
}

// The living processes whose parent is `parent`.
export function childrenOf(parent) {
  return pids().filter((pid) => statusOf(pid)?.parent === parent && isAlive(pid));
}

// What the process `pid` may tell its descendants or hold open: its variables, its descriptors as { number: target }, its threads.
export function detailsOf(pid) {
  const folder = `/proc/${pid}/fd`;
  return {
    environment: read(pid, 'environ').split('\0').filter(Boolean),
    descriptors: Object.fromEntries(fs.readdirSync(folder).map((fd) => [fd, fs.readlinkSync(`${folder}/${fd}`)])),
    threads: fs.readdirSync(`/proc/${pid}/task`).length,
  };
}

// Whether somebody on this system reaps processes that lost their parent. In a container whose first process is no init, nobody does.
let reaped;
export const orphansAreReaped = () => (reaped ??= anOrphanIsReaped());

async function anOrphanIsReaped() {
  const pid = Number(execFileSync('sh', ['-c', 'sleep 0 >&- & echo $!'], { encoding: 'utf8' }));
  return eventually('an orphan is reaped', () => statusOf(pid) === undefined, REAP_MS).then(() => true, () => false);
}

// The memory that a process holds, in bytes.
export const residentBytesOf = (pid) => Number(/^VmRSS:\s+(\d+) kB/m.exec(read(pid, 'status'))[1]) * 1024;

// Whether a process keeps what it frees, to find mistakes: its memory says nothing then.
export const isSanitized = (pid) => read(pid, 'maps').includes('libasan');

// The zombies whose parent is `parent`.
export function zombiesOf(parent) {
  return pids().filter((pid) => {
    const status = statusOf(pid);
    return status?.state === 'Z' && status.parent === parent;
  });
}

export function isAlive(pid) {
  const status = statusOf(pid);
  return status !== undefined && status.state !== 'Z';
}
