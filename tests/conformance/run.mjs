// The official conformance suite against the gateway, on the endpoint of one server and, behind the name-translating shim, on /mcp.
//   node run.mjs [FILTER]       FILTER: a part of "per-server 2025-11-25", "all-servers stable", …
// Prints one line per run and per surprise; exit code 0 when nothing failed but what expected-failures.yml names.
// Results are kept under build/conformance.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { startGateway } from '../blackbox/support/gateway.mjs';

const HERE = import.meta.dirname;
const RESULTS = path.resolve(HERE, '../../build/conformance');
const SCENARIO_MS = 20_000;
const suite = (release) => path.join(HERE, `../node_modules/conformance-${release}/dist/index.js`);

// Section of the baseline → how the suite is called.
const JUDGES = {
  '2025-11-25': [suite('newest'), '--requirements', '2025-11-25', '--timeout', String(SCENARIO_MS)],
  '2026-07-28': [suite('newest'), '--requirements', '2026-07-28', '--timeout', String(SCENARIO_MS)],
  stable: [suite('stable'), '--suite', 'all'],
};

// { section: Set of `scenario` or `scenario:check` }
function readBaseline() {
  const baseline = {};
  let section;
  for (const line of fs.readFileSync(path.join(HERE, 'expected-failures.yml'), 'utf8').split('\n')) {
    const [, title] = /^([\w.-]+):\s*$/.exec(line) ?? [];
    const [, entry] = /^\s+- (\S+)\s*(?:#.*)?$/.exec(line) ?? [];
    if (title) section = baseline[title] = new Set();
    else if (entry) section.add(entry);
    else if (line.trim() && !line.trim().startsWith('#')) throw new Error(`expected-failures.yml: what is '${line}'?`);
  }
  return baseline;
}

// Starts a program that prints {"port": N} and ends with this one.
function startHelper(script, ...args) {
  const child = spawn(process.execPath, [path.join(HERE, script), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  process.on('exit', () => child.kill());
  return new Promise((resolve, reject) => {
    child.stdout.once('data', (line) => resolve({ child, port: JSON.parse(line).port }));
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}`)));
  });
}

function runSuite(judge, url, folder) {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const [script, ...options] = judge;
  const out = fs.openSync(path.join(folder, 'output.txt'), 'w');
  const child = spawn(process.execPath, [script, 'server', '--url', url, ...options, '-o', folder], { stdio: ['ignore', out, out] });
  return new Promise((resolve) => child.on('close', resolve));
}

// { scenario: { passed, failed: [check ids] } } from the files and the summary that the suite left in `folder`.
function readResults(folder) {
  const results = {};
  for (const name of fs.readdirSync(folder)) {
    const file = path.join(folder, name, 'checks.json');
    if (!fs.existsSync(file)) continue;
    const scenario = name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT.*$/, '');
    const checks = JSON.parse(fs.readFileSync(file, 'utf8'));
    results[scenario] = {
      passed: checks.filter((check) => check.status === 'SUCCESS').length,
      failed: checks.filter((check) => check.status === 'FAILURE').map((check) => check.id),
    };
  }
  // A scenario that died leaves no checks, only its line in the summary.
  for (const [, scenario] of fs.readFileSync(path.join(folder, 'output.txt'), 'utf8').matchAll(/^✗ ([\w-]+):/gm)) {
    results[scenario] ??= { passed: 0, failed: [] };
    if (!results[scenario].failed.length) results[scenario].failed.push('did-not-finish');
  }
  return results;
}

// The lines that make a run fail.
function surprises(results, expected) {
  const lines = [];
  const met = new Set();
  for (const [scenario, { failed }] of Object.entries(results)) {
    for (const check of new Set(failed)) {
      const entry = [scenario, `${scenario}:${check}`].find((name) => expected.has(name));
      if (entry) met.add(entry);
      else lines.push(`failed: ${scenario}:${check}`);
    }
  }
  for (const entry of expected) if (!met.has(entry)) lines.push(`passes, take it off the list: ${entry}`);
  return lines;
}

async function main(filter = '') {
  const baseline = readBaseline();
  const after = [];
  const t = { after: (work) => after.push(work) };
  let isGood = true;
  const gateway = await startGateway(t);
  try {
    const fixture = await startHelper('fixture/server.mjs');
    const url = `http://127.0.0.1:${fixture.port}/mcp`;
    await gateway.register({ name: 'conf', transport: 'streamable_http', url, session_mode: 'stateful' });
    const shim = await startHelper('shim.mjs', gateway.mcp(), 'conf');
    const roads = { 'per-server': gateway.mcp('conf'), 'all-servers': `http://127.0.0.1:${shim.port}/mcp` };
    for (const [road, at] of Object.entries(roads)) {
      for (const [section, judge] of Object.entries(JUDGES)) {
        const name = `${road} ${section}`;
        if (!name.includes(filter)) continue;
        const folder = path.join(RESULTS, road, section);
        await runSuite(judge, at, folder);
        const results = readResults(folder);
        const scenarios = Object.values(results);
        const lines = scenarios.length ? surprises(results, baseline[section]) : [`the suite did not run, see ${folder}/output.txt`];
        const good = scenarios.filter(({ failed }) => !failed.length).length;
        const checks = scenarios.reduce((sum, { passed }) => sum + passed, 0);
        console.log(`${lines.length ? 'FAIL' : 'ok  '} ${name}: ${good} of ${scenarios.length} scenarios, ${checks} checks passed`);
        for (const line of lines) console.log(`       ${line}`);
        isGood &&= lines.length === 0;
      }
    }
  } finally {
    for (const work of after) await work();
  }
  return isGood;
}

process.exit((await main(process.argv[2])) ? 0 : 1);
