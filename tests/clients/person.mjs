// A person who logs in as `alice` and agrees to everything, with a browser: headless Chromium where it is installed, else a small one
// that keeps cookies, follows redirects and posts forms.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { defer } from '../blackbox/support/cleanup.mjs';
import { request } from '../blackbox/support/http.mjs';
import { temporaryFolder } from '../blackbox/support/gateway.mjs';
import { eventually } from '../blackbox/support/wait.mjs';

const ANSWERS = { login: 'alice', password: 'any' };
const STEPS_MAX = 30;
const CHROMIUM_MS = 60_000;

export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', process.env.CHROMIUM].find((file) => file && fs.existsSync(file));

// Goes through the pages from `url` on until one has `title`; returns its text.
export async function approveWithForms(url, title) {
  const cookies = new Map();
  let next = { url };
  for (let step = 0; step < STEPS_MAX; step++) {
    const headers = { Accept: 'text/html', Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
    if (next.body !== undefined) headers['Content-Type'] = 'application/x-www-form-urlencoded';
    const answer = await request(next.url, { method: next.body === undefined ? 'GET' : 'POST', body: next.body, headers });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      cookies.set(name, value);
    }
    if (answer.headers.location) {
      next = { url: new URL(answer.headers.location, next.url).href };
      continue;
    }
    if (answer.text.includes(`<title>${title}</title>`)) return answer.text;
    next = filledIn(answer.text, next.url);
  }
  throw new Error(`no page '${title}' after ${STEPS_MAX} steps`);
}

function filledIn(html, base) {
  const action = /<form[^>]* action="([^"]*)"/.exec(html)?.[1];
  if (!action) throw new Error(`a page without a form: ${html}`);
  const fields = [...html.matchAll(/<input[^>]* name="([^"]*)"(?:[^>]* value="([^"]*)")?/g)].map(([, name, value]) => [name, value ?? ANSWERS[name] ?? '']);
  return { url: new URL(action, base).href, body: new URLSearchParams(fields).toString() };
}

// The same in Chromium, over the DevTools protocol on a pipe: JSON messages that end with a zero byte.
export async function approveWithChromium(t, url, title) {
  const devtools = startChromium(t);
  const { targetId } = await devtools.send('Target.createTarget', { url });
  const { sessionId } = await devtools.send('Target.attachToTarget', { targetId, flatten: true });
  const run = async (expression) => (await devtools.send('Runtime.evaluate', { expression, returnByValue: true }, sessionId)).result?.value;
  const submit = `(() => {
    const form = document.readyState === 'complete' && !document.jungleSubmitted && document.forms[0];
    if (!form) return;
    for (const [name, value] of Object.entries(${JSON.stringify(ANSWERS)})) if (form.elements[name]) form.elements[name].value = value;
    document.jungleSubmitted = true;
    form.submit();
  })()`;
  await eventually(`a page '${title}' in Chromium`, async () => {
    if ((await run('document.title')) === title) return true;
    await run(submit);
    throw new Error(`it shows ${await run('`${location.href} (${document.readyState}): ${document.body?.innerText}`')}`);
  }, CHROMIUM_MS);
  return run('document.documentElement.outerHTML');
}

function startChromium(t) {
  const folder = temporaryFolder(t);
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-dev-shm-usage', '--remote-debugging-pipe', `--user-data-dir=${folder}`];
  const child = spawn(CHROMIUM, flags, { env: { PATH: process.env.PATH, HOME: folder }, stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  defer(t, () => {
    child.kill('SIGKILL');
    return ended;
  });
  const waiting = new Map();
  let buffer = '';
  child.stdio[4].setEncoding('utf8').on('data', (chunk) => {
    const messages = (buffer + chunk).split('\0');
    buffer = messages.pop();
    for (const { id, result, error } of messages.map((text) => JSON.parse(text))) {
      const call = waiting.get(id);
      waiting.delete(id);
      if (error) call?.reject(new Error(error.message));
      else call?.resolve(result);
    }
  });
  child.stdio[3].on('error', () => {});  // Written to while it is killed.
  let id = 0;
  return {
    send: (method, params, sessionId) => new Promise((resolve, reject) => {
      waiting.set(++id, { resolve, reject });
      child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    }),
  };
}
