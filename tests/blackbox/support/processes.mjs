// What runs on this machine, read from /proc. A test marks its processes with an environment variable, which children and grandchildren
// inherit, so a process that lost its parent is still found.
import fs from 'node:fs';

export const MARK = 'JUNGLE_TEST_MARK';

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
    .map((pid) => ({ pid, command: read(pid, 'cmdline').replaceAll('\0', ' ').trim() }));
}

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
