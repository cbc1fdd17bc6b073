// What the suite may find wrong, and what it did find.
import fs from 'node:fs';
import path from 'node:path';

// { section: Set of `scenario` or `scenario:check` } of expected-failures.yml.
export function readBaseline() {
  const baseline = {};
  let section;
  for (const line of fs.readFileSync(path.join(import.meta.dirname, 'expected-failures.yml'), 'utf8').split('\n')) {
    const [, title] = /^([\w.-]+(?: [\w-]+)?):\s*$/.exec(line) ?? [];
    const [, entry] = /^\s+- (\S+)\s*(?:#.*)?$/.exec(line) ?? [];
    if (title) section = baseline[title] = new Set();
    else if (entry) section.add(entry);
    else if (line.trim() && !line.trim().startsWith('#')) throw new Error(`expected-failures.yml: what is '${line}'?`);
  }
  return baseline;
}

// The lines that make a run fail. `results`: { scenario: { passed: number of checks, failed: [check ids] } }.
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

// Prints what became of a run. True if nothing failed but what was expected.
export function report(name, results, expected, folder) {
  const scenarios = Object.values(results);
  const lines = scenarios.length ? surprises(results, expected) : [`the suite did not run, see ${folder}`];
  const good = scenarios.filter(({ failed }) => !failed.length).length;
  const checks = scenarios.reduce((sum, { passed }) => sum + passed, 0);
  console.log(`${lines.length ? 'FAIL' : 'ok  '} ${name}: ${good} of ${scenarios.length} scenarios, ${checks} checks passed`);
  for (const line of lines) console.log(`       ${line}`);
  return lines.length === 0;
}
