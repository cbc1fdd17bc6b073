// The official conformance suite against the gateway: as a server, on the endpoint of one server, which is spoken to in either era, and,
// behind the name-translating shim, on /mcp; and as a client, of servers that the suite plays.
//   node run.mjs [FILTER [SCENARIO]]    FILTER: a part of "modern-server 2025-11-25", "all-servers stable", "client 2026-07-28", …
//                                       SCENARIO: a part of a client scenario's name
// Prints one line per run and per surprise; exit code 0 when nothing failed but what expected-failures.yml names.
// Results are kept under build/conformance.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { startGateway } from '../blackbox/support/gateway.mjs';
import { readBaseline, report } from './baseline.mjs';
import { runClientScenarios } from './client-side.mjs';

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
const ROADS = ['modern-server', 'legacy-server', 'all-servers'];
const CLIENT_REVISIONS = ['2025-11-25', '2026-07-28'];

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

// The gateway as a server: the suite is the client, the fixture the server behind the gateway.
async function judgeServerSide(t, filter, baseline) {
  const gateway = await startGateway(t);
  const fixture = await startHelper('fixture/server.mjs');
  const url = `http://127.0.0.1:${fixture.port}/mcp`;
  const spec = { transport: 'streamable_http', url, session_mode: 'stateful' };
  await gateway.register({ ...spec, name: 'conf' });
  await gateway.register({ ...spec, name: 'old', protocol: 'legacy' });
  const shim = await startHelper('shim.mjs', gateway.mcp(), 'conf');
  const at = { 'modern-server': gateway.mcp('conf'), 'legacy-server': gateway.mcp('old'), 'all-servers': `http://127.0.0.1:${shim.port}/mcp` };
  let isGood = true;
  for (const road of ROADS) {
    for (const [section, judge] of Object.entries(JUDGES)) {
      const name = `${road} ${section}`;
      if (!name.includes(filter)) continue;
      const expected = new Set([...baseline[section], ...(baseline[`${section} ${road}`] ?? [])]);
      const folder = path.join(RESULTS, road, section);
      await runSuite(judge, at[road], folder);
      isGood = report(name, readResults(folder), expected, folder) && isGood;
    }
  }
  return isGood;
}

// The gateway as a client: the suite has the servers, client-driver.mjs plays those who use the gateway.
async function judgeClientSide(filter, scenario, baseline) {
  let isGood = true;
  for (const revision of CLIENT_REVISIONS) {
    const name = `client ${revision}`;
    if (!name.includes(filter)) continue;
    const folder = path.join(RESULTS, 'client', revision);
    const results = await runClientScenarios(suite('newest'), revision, folder, scenario);
    const expected = [...baseline[`client-${revision}`]].filter((entry) => entry.includes(scenario));
    isGood = report(name, results, new Set(expected), folder) && isGood;
  }
  return isGood;
}

async function main(filter = '', scenario = '') {
  const baseline = readBaseline();
  const after = [];
  const t = { after: (work) => after.push(work) };
  const isServerSide = ROADS.some((road) => Object.keys(JUDGES).some((section) => `${road} ${section}`.includes(filter)));
  try {
    const server = !isServerSide || (await judgeServerSide(t, filter, baseline));
    const client = await judgeClientSide(filter, scenario, baseline);
    return server && client;
  } finally {
    for (const work of after) await work();
  }
}

process.exit((await main(process.argv[2], process.argv[3])) ? 0 : 1);
