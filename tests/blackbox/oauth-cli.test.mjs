// The person's side of upstream OAuth: what `register` and `authorize` print, open, hear and leave behind. The gateway is a stand-in.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';
import { startAuthorizationServer } from './support/authorization-server.mjs';
import { BROWSER, browse, visits } from './support/browser.mjs';
import { OPEN, environment, freePort, run, startCommand, temporaryFolder } from './support/gateway.mjs';
import { request } from './support/http.mjs';
import { MARK, marked } from './support/processes.mjs';
import { startScriptedGateway } from './support/scripted-gateway.mjs';
import { eventually, within } from './support/wait.mjs';

const REGISTER = ['register', '--name', 'up', '--url', 'http://u/mcp'];
const PASTE_MS = 20_000;

// A gateway whose server wants OAuth, and a folder with a browser for the commands that talk to it.
async function scene(t, habits = {}, gatewayHabits = {}) {
  const as = await startAuthorizationServer(t, habits);
  const gateway = await startScriptedGateway(t, as, gatewayHabits);
  const folder = temporaryFolder(t);
  const log = path.join(folder, 'visits');
  const mark = `oauth-cli-${process.pid}-${folder}`;
  const env = environment(folder, { BROWSER, BROWSER_LOG: log, [MARK]: mark });
  fs.writeFileSync(path.join(folder, '.mcpjungle.conf'), `registry_url: ${gateway.url}\n`);
  return {
    as, gateway, folder, env, mark,
    // The first `count` visits of browsers, once they are over; 0: none so far.
    visited: (count = 1) => eventually(`${count} visits`, () => visits(log).length >= count && visits(log)),
    command: (args, options) => run(args, { cwd: folder, env, ...options }),
    start: (args, options) => startCommand(t, args, { cwd: folder, env, ...options }),
  };
}

const shownUrl = async (program) => (await program.printed(/^(http.*\/authorize\?\S+)$/m))[1];
// Follows the way of the browser until it would come back to us.
const answerOf = async (url) => {
  const redirect = new URL(url).searchParams.get('redirect_uri');
  return (await browse(url, { stop: (next) => next.startsWith(redirect) })).url;
};

function canConnect(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

test('register opens the browser, completes, and tells the browser', async (t) => {
  const { as, gateway, command, visited } = await scene(t);
  const { code, stdout, stderr } = await command(REGISTER);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^OAuth authorization required\. Opening browser for upstream server approval\.$/m);
  assert.match(stdout, /^Open this URL in your browser to continue OAuth authorization:\nhttp:\/\/\S+\/authorize\?\S+\nServer up registered successfully!$/m);
  const [visit, ...more] = await visited();
  assert.deepEqual(more, []);
  assert.equal(visit.args.length, 1, 'the URL is the only argument');
  assert.ok(stdout.includes(visit.args[0]), 'what is opened is what is printed');
  assert.equal(visit.status, 200);
  assert.match(visit.text, /Authorization successful/);
  const redirect = new URL(visit.args[0]).searchParams.get('redirect_uri');
  assert.match(redirect, /^http:\/\/127\.0\.0\.1:\d+\/oauth\/callback$/);
  const bodies = gateway.requests.filter(({ path: at }) => at === '/api/v0/servers').map(({ body }) => body);
  assert.deepEqual(bodies.map((body) => body.oauth_redirect_uri), [undefined, redirect]);
  assert.equal(gateway.completed.length, 1);
  assert.equal(gateway.completed[0].iss, as.issuer, 'iss is passed on');
  assert.equal(await canConnect(new URL(redirect).port), false, 'the callback server ended with the command');
});

test('authorize does the same for a registered server', async (t) => {
  const { gateway, command, visited } = await scene(t);
  const { code, stdout, stderr } = await command(['authorize', 'up']);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Server up authorized successfully!$/m);
  assert.equal((await visited())[0].status, 200);
  assert.deepEqual(gateway.requests.map(({ path: at }) => at.replace(/[0-9a-f]{64}/, 'ID')), [
    '/api/v0/servers/up/authorize', '/api/v0/servers/up/authorize', '/api/v0/upstream_oauth/sessions/ID/complete',
  ]);
});

for (const [what, pasted] of [
  ['the whole callback URL', (url) => `${url}\n`],
  ['its query, in quotes and without a line end', (url) => `'${new URL(url).search}'`],
  ['the code alone', (url) => `${new URL(url).searchParams.get('code')}\n`],
  ['the callback URL, after two mistakes', (url) => `hello world\n${url.replace(/state=[^&]+/, 'state=other')}\n${url}\n`],
]) {
  test(`--no-browser takes over a pipe: ${what}`, async (t) => {
    const { gateway, start, visited } = await scene(t);
    const program = start([...REGISTER, '--no-browser'], { input: OPEN });
    program.child.stdin.end(pasted(await answerOf(await shownUrl(program))));
    const { code, stdout, stderr } = await within(PASTE_MS, 'the registration', program.ended);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Server up registered successfully!$/m);
    assert.equal(gateway.completed.length, 1);
    assert.deepEqual(await visited(0), [], 'no browser was started');
  });
}

test('--no-browser hears a browser on this machine too, and ends with its input', async (t) => {
  const { start } = await scene(t);
  const open = start([...REGISTER, '--no-browser'], { input: OPEN });
  const page = await browse(await shownUrl(open));
  assert.match(page.text, /Authorization successful/);
  assert.equal((await within(PASTE_MS, 'the registration', open.ended)).code, 0);
  const closed = start([...REGISTER, '--no-browser'], { input: '' });
  const { code, stderr } = await within(PASTE_MS, 'the end', closed.ended);
  assert.equal(code, 1);
  assert.match(stderr, /standard input ended before an answer was pasted/);
});

test('a refusal, a failing completion and a late person are told apart', async (t) => {
  const denied = await scene(t, { person: 'access_denied' });
  const refusal = await denied.command(REGISTER);
  assert.equal(refusal.code, 1);
  assert.match(refusal.stderr, /^upstream OAuth authorization failed: access_denied: The person said no$/m);
  assert.match((await denied.visited())[0].text, /Authorization denied.*access_denied/s);
  assert.equal(denied.gateway.completed.length, 0);

  const broken = await scene(t, {}, { refuseCompletion: 'the token endpoint <b>is</b> down' });
  const failure = await broken.command(REGISTER);
  assert.equal(failure.code, 1);
  assert.match(failure.stderr, /^failed to complete upstream OAuth registration: the token endpoint <b>is<\/b> down$/m);
  const [page] = await broken.visited();
  assert.match(page.text, /Authorization failed.*&lt;b&gt;is&lt;\/b&gt; down/s);
  assert.equal(page.status, 400);

  const late = await scene(t);
  const timeout = await late.command([...REGISTER, '--oauth-timeout', '1'], { env: { ...late.env, BROWSER: '/bin/true' } });
  assert.equal(timeout.code, 1);
  assert.match(timeout.stderr, /^failed waiting for OAuth callback: context deadline exceeded: no answer came within 1 s/m);
});

test('strangers at the callback change nothing', async (t) => {
  const { start, env } = await scene(t);
  const program = start(REGISTER, { env: { ...env, BROWSER: '/bin/true' } });
  const url = new URL(await shownUrl(program));
  const redirect = url.searchParams.get('redirect_uri');
  const state = url.searchParams.get('state');
  const ask = async (query, options) => (await request(`${redirect}${query}`, options)).status;
  assert.equal(await ask('?code=evil&state=guess'), 400);
  assert.equal(await ask(`?code=evil&state=${state}`, { headers: { Host: 'rebound.example' } }), 403);
  assert.equal(await ask(`?code=evil&state=${state}`, { method: 'POST', body: '' }), 405);
  assert.equal(await ask(`/more?code=evil&state=${state}`), 404);
  assert.equal(await ask(`?code=${'x'.repeat(20_000)}&state=${state}`), 400);
  assert.match((await browse(url.href)).text, /Authorization successful/);
  assert.equal((await program.ended).code, 0);
});

test('an answer with another state is not an answer', async (t) => {
  for (const state of ['forged', undefined]) {
    const { start, visited, gateway } = await scene(t, { state });
    const program = start(REGISTER);
    assert.equal((await visited())[0].status, 400);
    assert.equal(program.child.exitCode, null, 'it goes on waiting');
    assert.equal(gateway.completed.length, 0);
  }
});

test('Ctrl-C leaves no port, no process and no registration', async (t) => {
  const { start, gateway, env, mark } = await scene(t);
  const program = start(REGISTER, { env: { ...env, BROWSER: '/bin/true' } });
  const port = new URL(new URL(await shownUrl(program)).searchParams.get('redirect_uri')).port;
  assert.equal(await canConnect(port), true);
  program.child.kill('SIGINT');
  const { code, signal } = await within(PASTE_MS, 'the end after Ctrl-C', program.ended);
  assert.ok(signal === 'SIGINT' || code === 130, `${code} ${signal}`);
  assert.equal(await canConnect(port), false);
  await eventually('no process is left', () => marked(mark).length === 0);
  assert.equal(gateway.completed.length, 0);
});

test('a redirect URI of the config file: the port that it names, or whoever listens elsewhere', async (t) => {
  const { command, folder, gateway, visited } = await scene(t);
  const port = await freePort();
  const conf = (redirect) => {
    const file = path.join(folder, 'todoist.json');
    fs.writeFileSync(file, JSON.stringify({ name: 'up', transport: 'streamable_http', url: 'http://u/mcp', oauth_redirect_uri: redirect }));
    return ['register', '-c', file];
  };
  const fixed = `http://127.0.0.1:${port}/oauth/callback`;
  const registered = await command(conf(fixed));
  assert.equal(registered.code, 0, registered.stderr);
  assert.ok((await visited())[0].url.startsWith(fixed));

  const elsewhere = await command(conf('https://gw.example/oauth/callback'));
  assert.equal(elsewhere.code, 1);
  assert.match(elsewhere.stderr, /^upstream OAuth authorization required\. Open this URL to continue: http:\S+$/m);
  assert.equal((await visited()).length, 1);

  const holder = net.createServer().listen(port, '127.0.0.1');
  t.after(() => holder.close());
  const taken = await command(conf(fixed));
  assert.equal(taken.code, 1);
  assert.match(taken.stderr, /^failed to start local OAuth callback server: /m);
  assert.equal(gateway.completed.length, 1);
});

test('no program is started for what is no web page', async (t) => {
  for (const hostile of ['javascript:alert(1)', 'file:///etc/passwd', '--help', 'https://as.example/ --x', 'https://user:pw@as.example/?state=s']) {
    const { command, visited } = await scene(t, {}, { authorizationUrl: () => hostile });
    const { code, stderr } = await command(REGISTER);
    assert.equal(code, 1, hostile);
    assert.match(stderr, /^the gateway's authorization URL /m);
    assert.deepEqual(await visited(0), []);
  }
});

test('a URL full of shell characters reaches the browser as one word', async (t) => {
  const { command, folder, visited } = await scene(t, {}, { authorizationUrl: (url) => `${url}&x=$(touch$IFS'pwned');--help=%20a` });
  const { code, stdout, stderr } = await command(REGISTER);
  assert.equal(code, 0, stderr);
  const [{ args }] = await visited();
  assert.equal(args.length, 1);
  assert.ok(args[0].endsWith(`&x=$(touch$IFS'pwned');--help=%20a`) && stdout.includes(args[0]), args[0]);
  assert.equal(fs.existsSync(path.join(folder, 'pwned')), false);
});

test('--dry-run shows what would be sent, masked, and sends nothing', async (t) => {
  const { command, folder, gateway, env } = await scene(t);
  const file = path.join(folder, 'affine.json');
  fs.writeFileSync(file, JSON.stringify({
    name: 'affine-main', transport: 'streamable_http', url: 'https://app.affine.pro/api/workspaces/${AFFINE_WORKSPACE_ID}/mcp',
    bearer_token: '${AFFINE_API_TOKEN}', headers: { 'X-Workspace': '${AFFINE_WORKSPACE_ID}' }, oauth_client_secret: '$${literal}',
  }));
  const { code, stdout, all } = await command(['register', '-c', file, '--dry-run'], { env: { ...env, AFFINE_API_TOKEN: 's3cret', AFFINE_WORKSPACE_ID: 'w1' } });
  assert.equal(code, 0, all);
  assert.deepEqual(JSON.parse(stdout), {
    name: 'affine-main', transport: 'streamable_http', description: '', url: 'https://app.affine.pro/api/workspaces/w1/mcp',
    bearer_token: '********', headers: { 'X-Workspace': '********' }, session_mode: 'stateless', oauth_client_secret: '********',
  });
  assert.ok(!all.includes('s3cret'));
  const missing = await command(['register', '-c', file], { env: { ...env, AFFINE_API_TOKEN: 's3cret' } });
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /^failed to resolve config file environment variables: environment variable AFFINE_WORKSPACE_ID is not set \(at url\) in .*affine\.json$/m);
  assert.deepEqual(gateway.requests, []);
});
