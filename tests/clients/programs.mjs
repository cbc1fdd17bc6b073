// Programs that nobody here wrote, run as their users run them: bridges, inspectors, examples.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { defer } from '../blackbox/support/cleanup.mjs';
import { environment, temporaryFolder } from '../blackbox/support/gateway.mjs';
import { eventually } from '../blackbox/support/wait.mjs';

const LIMIT_MS = 20_000;
export const packaged = (file) => path.resolve(import.meta.dirname, '../node_modules', file);

// Starts a Node program of a package, in a home of its own. → { stdout, stderr, ended: { code, stdout, stderr }, printed(pattern), type(line) }.
// It is killed with the test, if it still runs. `wantsTerminal`: it would not start without one.
export function startProgram(t, file, args, { wantsTerminal = false } = {}) {
  const folder = temporaryFolder(t);
  const flags = wantsTerminal ? ['--import', 'data:text/javascript,process.stdin.setRawMode=()=>{}'] : [];
  const child = spawn(process.execPath, [...flags, packaged(file), ...args], { cwd: folder, env: environment(folder), stdio: 'pipe' });
  const program = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) child[stream].setEncoding('utf8').on('data', (text) => (program[stream] += text));
  child.stdin.on('error', () => {});  // It may end without reading.
  program.ended = new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout: program.stdout, stderr: program.stderr })));
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  program.type = (line) => child.stdin.write(`${line}\n`);
  program.printed = async (pattern) => {
    const isPrinted = () => pattern.test(program.stdout) || hasEnded() || assert.fail(program.stdout);
    await eventually(`${pattern} of ${file}`, isPrinted, LIMIT_MS);
    return pattern.test(program.stdout);
  };
  defer(t, () => {
    if (!hasEnded()) child.kill('SIGKILL');
    return program.ended;
  });
  return program;
}

// Runs it to its end, with nothing to read.
export function runProgram(t, file, args) {
  const program = startProgram(t, file, args);
  program.type('');
  return program.ended;
}
