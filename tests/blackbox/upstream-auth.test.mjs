// Upstream authentication as its documentation has it: each command and config file, word for word but for the address of the server.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { startAuthorizationServer } from './support/authorization-server.mjs';
import { BROWSER, browse, visits } from './support/browser.mjs';
import { OPEN, environment, freePort, startCommand, startGateway } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { MARK } from './support/processes.mjs';
import { startProtectedUpstream } from './support/protected-upstream.mjs';
import { stdioSpec } from './support/stdio-spec.mjs';
import { eventually } from './support/wait.mjs';


const echo = (gateway, server) => gateway.rest('POST', '/tools/invoke', { name: `${server}__echo`, message: 'x' });

async function works(gateway, server) {
  const called = await echo(gateway, server);
  assert.equal(called.status, 200, called.text);
  assert.match(called.text, /echo: x/);
}

function config(gateway, name, content) {
  const file = path.join(gateway.folder, name);
  fs.writeFileSync(file, JSON.stringify(content));
  return file;
}

const authorizations = (upstream) => new Set(upstream.requests.map(({ headers }) => headers.authorization));

test('a bearer token by flag goes along on every request', async (t) => {
  const upstream = await startProtectedUpstream(t, undefined, { token: 'hf_1', challenge: 'none' }, { sessions: true, era: 'legacy' });
  const gateway = await startGateway(t);
  const { code, all } = await gateway.command([
    'register', '--name', 'huggingface', '--description', 'HuggingFace MCP Server', '--url', upstream.url(), '--bearer-token', 'hf_1',
  ]);
  assert.equal(code, 0, all);
  await works(gateway, 'huggingface');
  await gateway.command(['deregister', 'huggingface']);
  await eventually('the session is closed', () => upstream.requests.some(({ method }) => method === 'DELETE'));
  assert.deepEqual([...authorizations(upstream)], ['Bearer hf_1'], 'initialize, notifications and DELETE included');
  assert.ok(!all.includes('hf_1'), 'the token is not printed');
});

test('a bearer token in a config file', async (t) => {
  const upstream = await startProtectedUpstream(t, undefined, { token: 'hf_2', challenge: 'none' });
  const gateway = await startGateway(t);
  const file = config(gateway, 'huggingface.json', {
    name: 'huggingface', transport: 'streamable_http', url: upstream.url(), description: 'HuggingFace MCP Server', bearer_token: 'hf_2',
  });
  const { code, all } = await gateway.command(['register', '-c', file]);
  assert.equal(code, 0, all);
  await works(gateway, 'huggingface');
  assert.deepEqual([...authorizations(upstream)], ['Bearer hf_2']);
});

for (const name of ['Authorization', 'authorization', 'AUTHORIZATION']) {
  test(`custom headers, with ${name} and a bearer token both set: the header wins`, async (t) => {
    const upstream = await startProtectedUpstream(t, undefined, { headers: { Authorization: 'token sg', 'Custom-Header': 'custom-value' }, challenge: 'none' });
    const gateway = await startGateway(t);
    const file = config(gateway, 'sourcegraph.json', {
      name: 'sourcegraph', transport: 'streamable_http', url: upstream.url(), bearer_token: 'not-this-one',
      headers: { [name]: 'token sg', 'Custom-Header': 'custom-value' },
    });
    const { code, all } = await gateway.command(['register', '-c', file]);
    assert.equal(code, 0, all);
    await works(gateway, 'sourcegraph');
    assert.deepEqual([...authorizations(upstream)], ['token sg']);
    assert.ok(upstream.requests.every(({ headers }) => headers['custom-header'] === 'custom-value'));
  });
}

test('placeholders in URL, token and header are expanded by the command', async (t) => {
  const upstream = await startHttpUpstream(t);
  const gateway = await startGateway(t);
  const file = config(gateway, 'affine.json', {
    name: 'affine-main', transport: 'streamable_http', url: upstream.url('mcp?workspace=${AFFINE_WORKSPACE_ID}'),
    bearer_token: '${AFFINE_API_TOKEN}', headers: { 'X-Workspace': '${AFFINE_WORKSPACE_ID}', 'X-Literal': '$${HOME}' },
  });
  const env = { AFFINE_WORKSPACE_ID: 'w-1', AFFINE_API_TOKEN: 't-1' };
  const missing = await gateway.command(['register', '-c', file], { env: { AFFINE_API_TOKEN: 't-1' } });
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /environment variable AFFINE_WORKSPACE_ID is not set \(at url\) in .*affine\.json/);
  assert.deepEqual(upstream.requests, [], 'nothing is sent');
  const { code, all } = await gateway.command(['register', '-c', file], { env });
  assert.equal(code, 0, all);
  for (const { path: at, headers } of upstream.requests) {
    assert.equal(at, '/mcp?workspace=w-1');
    assert.equal(headers.authorization, 'Bearer t-1');
    assert.equal(headers['x-workspace'], 'w-1');
    assert.equal(headers['x-literal'], '${HOME}');
  }
});

test('a stdio server reads its credential from its environment', async (t) => {
  const gateway = await startGateway(t);
  const seen = path.join(gateway.folder, 'environment');
  const { command, args } = stdioSpec('x');
  const wrapped = ['-c', `env >>"${seen}"; exec "$0" "$@"`, command, ...args];
  const file = config(gateway, 'my-stdio-server.json', {
    name: 'my-stdio-server', transport: 'stdio', command: '/bin/sh', args: wrapped, env: { API_TOKEN: '${API_TOKEN}', [MARK]: gateway.mark },
  });
  const { code, all } = await gateway.command(['register', '-c', file], { env: { API_TOKEN: 'st-1' } });
  assert.equal(code, 0, all);
  await works(gateway, 'my-stdio-server');
  assert.match(fs.readFileSync(seen, 'utf8'), /^API_TOKEN=st-1$/m);
});

for (const [what, token] of [['a wrong token', 'wrong'], ['no token', undefined]]) {
  test(`a server behind a plain 401 refuses ${what}: no OAuth, zero requests to /register`, async (t) => {
    const upstream = await startProtectedUpstream(t, undefined, { token: 'right', challenge: 'none' });
    const gateway = await startGateway(t);
    const flags = token ? ['--bearer-token', token] : [];
    const { code, all } = await gateway.command(['register', '--name', 'plain', '--url', upstream.url(), ...flags]);
    assert.equal(code, 1, all);
    assert.match(all, /^failed to register server: /m);
    assert.deepEqual(upstream.requests.filter(({ path: at }) => /register|authorize|token/.test(at)), []);
    assert.ok(!all.includes('wrong'), 'the token is not printed');
  });
}

test('a server that refuses a static credential is quoted', async (t) => {
  const as = await startAuthorizationServer(t);
  const upstream = await startProtectedUpstream(t, as);
  const gateway = await startGateway(t);
  const { code, all } = await gateway.command(['register', '--name', 'plain', '--url', upstream.url(), '--bearer-token', 'wrong']);
  assert.equal(code, 1);
  assert.match(all, /refused the credential/);
  assert.match(all, /Unauthorized: bring a token|The token is unknown or has expired/);
  assert.deepEqual(as.requests, [], 'no OAuth although the server advertises it');
});

test('interactive OAuth by the command line, with a browser', async (t) => {
  const as = await startAuthorizationServer(t);
  const upstream = await startProtectedUpstream(t, as);
  const gateway = await startGateway(t);
  const log = path.join(gateway.folder, 'visits');
  const env = { BROWSER, BROWSER_LOG: log };
  const { code, all } = await gateway.command(['register', '--name', 'todoist', '--url', upstream.url()], { env });
  assert.equal(code, 0, all);
  assert.match(all, /^Server todoist registered successfully!$/m);
  assert.match(all, /todoist__echo/);
  assert.match((await eventually('the browser is done', () => visits(log)[0])).text, /Authorization successful/);
  await works(gateway, 'todoist');
  assert.equal(as.authorizations, 1);

  as.revokeGrants();
  assert.notEqual((await echo(gateway, 'todoist')).status, 200);
  assert.match((await gateway.command(['list', 'servers'])).stdout, /mcpjungle authorize todoist/);
  const again = await gateway.command(['authorize', 'todoist'], { env });
  assert.equal(again.code, 0, again.all);
  await works(gateway, 'todoist');
  assert.doesNotMatch((await gateway.command(['list', 'servers'])).stdout, /authorize/);
});

test('interactive OAuth without a browser: the answer is pasted', async (t) => {
  const as = await startAuthorizationServer(t);
  const upstream = await startProtectedUpstream(t, as);
  const gateway = await startGateway(t);
  const args = ['register', '--name', 'todoist', '--url', upstream.url(), '--no-browser', '--registry', gateway.url];
  const program = startCommand(t, args, { cwd: gateway.folder, env: environment(gateway.folder), input: OPEN });
  const [, url] = await program.printed(/^(http.*\/authorize\?\S+)$/m);
  const redirect = new URL(url).searchParams.get('redirect_uri');
  program.child.stdin.end(`${(await browse(url, { stop: (next) => next.startsWith(redirect) })).url}\n`);
  const { code, stdout, stderr } = await program.ended;
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Server todoist registered successfully!$/m);
  await works(gateway, 'todoist');
});

test('OAuth fields in a config file', async (t) => {
  const as = await startAuthorizationServer(t, { registration: 'absent', tokenAuth: 'client_secret_basic' });
  const upstream = await startProtectedUpstream(t, as);
  const gateway = await startGateway(t);
  const redirect = `http://127.0.0.1:${await freePort()}/oauth/callback`;
  as.addClient({ id: 'pre-registered', secret: 'pre-secret', redirect_uris: [redirect] });
  const file = config(gateway, 'todoist.json', {
    name: 'todoist', transport: 'streamable_http', url: upstream.url(), oauth_redirect_uri: redirect,
    oauth_client_id: 'pre-registered', oauth_client_secret: 'pre-secret', oauth_scopes: ['mcp.read'],
  });
  const log = path.join(gateway.folder, 'visits');
  const { code, all } = await gateway.command(['register', '-c', file], { env: { BROWSER, BROWSER_LOG: log } });
  assert.equal(code, 0, all);
  await works(gateway, 'todoist');
  const [{ query }] = as.seen('authorize');
  assert.deepEqual([query.client_id, query.redirect_uri, query.scope, query.code_challenge_method], ['pre-registered', redirect, 'mcp.read', 'S256']);
  assert.equal(query.resource, upstream.url());
  assert.equal(as.seen('register').length, 0);
});
