// The client side of the suite. It starts a server for each scenario and then the command that is judged: client-driver.mjs.
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const DRIVER = path.join(import.meta.dirname, 'client-driver.mjs');
const SCENARIO_MS = 90_000;  // The driver gives up sooner, and ends what it started.
// Left to itself the suite starts all scenarios of a revision at once, each with a gateway.
const AT_ONCE = Math.min(os.availableParallelism(), 4);

// The client scenarios of a revision: those that it requires, and those that are run and not scored.
async function scenariosOf(suite, revision) {
  const { stdout } = await promisify(execFile)(process.execPath, [suite, 'list', '--requirements', revision]);
  const required = /^Client scenarios.*\n((?: +- \S+\n)*)/m.exec(stdout)?.[1] ?? '';
  const names = [...required.matchAll(/- (\S+)/g), ...stdout.matchAll(/- (\S+) \[client\]/g)].map(([, name]) => name);
  if (!required) throw new Error(`what the suite lists for ${revision} has no client scenarios:\n${stdout}`);
  return names;
}

function runScenario(suite, revision, scenario, folder) {
  fs.mkdirSync(folder, { recursive: true });
  const out = fs.openSync(path.join(folder, 'output.txt'), 'w');
  const command = `${process.execPath} ${DRIVER}`;
  const options = ['--command', command, '--scenario', scenario, '--spec-version', revision, '--force', '--timeout', String(SCENARIO_MS), '-o', folder];
  const child = spawn(process.execPath, [suite, 'client', ...options], { stdio: ['ignore', out, out] });
  const end = () => child.kill();
  process.on('exit', end);
  return new Promise((resolve) => {
    child.on('close', () => {
      process.off('exit', end);
      fs.closeSync(out);
      resolve();
    });
  });
}

// A warning counts: it is what a client SHOULD do. So does a client that ends with an error where the scenario does not allow it.
function resultOf(folder) {
  const file = fs.readdirSync(folder, { recursive: true }).find((name) => path.basename(name) === 'checks.json');
  const checks = file ? JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')) : [];
  const passed = checks.filter(({ status }) => status === 'SUCCESS').length;
  const failed = checks.filter(({ status }) => status === 'FAILURE' || status === 'WARNING').map(({ id }) => id);
  const isGood = /OVERALL: PASSED/.test(fs.readFileSync(path.join(folder, 'output.txt'), 'utf8'));
  if (!failed.length && !isGood) failed.push('did-not-finish');
  if (!failed.length && !passed) failed.push('nothing-was-checked');
  return { passed, failed };
}

// → { scenario: { passed, failed: [check ids] } } of the scenarios whose names contain `part`.
export async function runClientScenarios(suite, revision, folder, part) {
  fs.rmSync(folder, { recursive: true, force: true });
  const waiting = (await scenariosOf(suite, revision)).filter((name) => name.includes(part));
  const results = {};
  const work = async () => {
    for (let scenario; (scenario = waiting.shift()); ) {
      const place = path.join(folder, scenario.replaceAll('/', '_'));
      await runScenario(suite, revision, scenario, place);
      results[scenario] = resultOf(place);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return results;
}
