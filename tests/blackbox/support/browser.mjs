#!/usr/bin/env node
// A person's browser, as far as the stand-ins need one: it follows redirects. As a program, `browser.mjs URL`, it is what the command
// line starts when BROWSER names it; it writes down what it was given and the page that it ended on (BROWSER_LOG: a file of JSON lines).
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { request } from './http.mjs';

const REDIRECTS_MAX = 10;

// For the environment of a command: BROWSER=… starts this file.
export const BROWSER = fileURLToPath(import.meta.url);

// → { status, headers, text, url, hops } of the last page; `url` is where it was found, `hops` how the way there went. A redirect to
// something for which `stop(url)` holds is not followed: its `url` is the answer.
export async function browse(url, { stop = () => false } = {}) {
  const hops = [];
  for (let next = url; hops.length <= REDIRECTS_MAX; ) {
    if (stop(next)) return { url: next, hops };
    hops.push(next);
    const answer = await request(next, { headers: { Accept: 'text/html' } });
    if (answer.status < 300 || answer.status > 399) return { ...answer, url: next, hops };
    next = new URL(answer.headers.location, next).href;
  }
  throw new Error(`more than ${REDIRECTS_MAX} redirects from ${url}`);
}

// What the browsers of a test wrote down: { args, status, url, text }.
export function visits(log) {
  return fs.existsSync(log) ? fs.readFileSync(log, 'utf8').trim().split('\n').map((line) => JSON.parse(line)) : [];
}

async function main(args) {
  const visit = { args };
  try {
    const { status, url, text } = await browse(args.at(-1));
    Object.assign(visit, { status, url, text });
  } catch (error) {
    visit.error = error.message;
  }
  fs.appendFileSync(process.env.BROWSER_LOG, `${JSON.stringify(visit)}\n`);
}

if (process.argv[1] && fs.realpathSync(process.argv[1]) === BROWSER) await main(process.argv.slice(2));
