// A canary in every place where a secret can be given; then every command and route, with servers that work, fail, and repeat what they
// were sent. No canary may come out again: not in output, answers, logs, or the bytes of the database.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { environment, freePort, run, startGateway, temporaryFolder } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { LegacySession, modern } from './support/mcp.mjs';
import { stdioSpec } from './support/stdio-spec.mjs';

const RUN = randomBytes(4).toString('hex');
const PLACES = [
  'bearer-flag', 'bearer-file', 'header', 'authorization', 'variable', 'client-secret', 'private-key', 'url-query', 'placeholder', 'userinfo', 'dying',
  'forwarded', 'proxy',
];
const canary = Object.fromEntries(PLACES.map((place) => [place, `canary-${place}-${RUN}`]));
const KEY = randomBytes(32).toString('base64');

const SECRETS = [...Object.values(canary), KEY, Buffer.from(KEY, 'base64').toString('hex')];

function leaksIn(text) {
  return SECRETS.filter((secret) => text.includes(secret));
}

function assertClean(what, text) {
  const leaks = leaksIn(text);
  const around = leaks.map((leak) => text.slice(Math.max(0, text.indexOf(leak) - 200), text.indexOf(leak) + 100).replace(/[^\n -~]+/g, '·'));
  assert.deepEqual(leaks, [], `${what}: …${around.join('…\n…')}…`);
}

// The files of the database as one text of bytes.
function databaseText(folder) {
  const names = fs.readdirSync(folder).filter((name) => /^mcpjungle\.db(-|$)/.test(name));
  assert.ok(names.includes('mcpjungle.db'));
  return names.map((name) => fs.readFileSync(path.join(folder, name), 'latin1')).join('\n');
}

// How a server repeats what it was sent: in a refusal, a page, an error of JSON-RPC, broken JSON, a broken event.
const ECHOES = {
  unauthorized: (res, echo) => res.writeHead(401, { 'Content-Type': 'text/plain' }).end(`bad credential: ${echo}`),
  forbidden: (res, echo) => res.writeHead(403, { 'Content-Type': 'application/json' }).end(JSON.stringify({ error: echo })),
  fault: (res, echo) => res.writeHead(500, { 'Content-Type': 'text/plain', 'X-Echo': echo }).end(echo),
  page: (res, echo) => res.writeHead(200, { 'Content-Type': 'text/html' }).end(`<p>${echo}</p>`),
  not_json: (res, echo) => res.writeHead(200, { 'Content-Type': 'application/json' }).end(`{"x":"${echo}`),
  no_answer: (res, echo) => res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ got: echo })),
  broken_event: (res, echo) => res.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(`data: {"x":${echo}\n\n`),
  rpc_error: (res, echo, id) => res.writeHead(200, { 'Content-Type': 'application/json' })
    .end(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32000, message: `refused: ${echo}`, data: { echo } } })),
  long: (res, echo) => res.writeHead(500, { 'Content-Type': 'text/plain' }).end(`${'.'.repeat(170)}${echo}`),
};

// An upstream whose `habit` can be switched to one of ECHOES; undefined: it works.
async function startEchoingUpstream(t) {
  const upstream = await startHttpUpstream(t, {
    intercept: (req, res, message) => {
      const answer = ECHOES[upstream.habit];
      if (!answer) return false;
      const credentials = ['authorization', 'x-key'].map((name) => req.headers[name]).filter(Boolean);
      answer(res, `${credentials.join(' ')} ${req.url}`, message?.id ?? null);
      return true;
    },
  });
  return upstream;
}

class Canaries {
  constructor(t, gateway, upstream) {
    Object.assign(this, { t, gateway, upstream });
  }

  file(name, value) {
    const file = path.join(this.gateway.folder, name);
    fs.writeFileSync(file, JSON.stringify(value));
    return file;
  }

  // Runs a command and looks at all that it says.
  async command(args, { input, env = {}, code } = {}) {
    const ended = await this.gateway.command(args, { input, env });
    assertClean(`mcpjungle ${args.join(' ')}`, ended.all);
    if (code !== undefined) assert.equal(ended.code, code, `${args.join(' ')}: ${ended.all}`);
    return ended;
  }

  async rest(method, route, body) {
    const answer = await this.gateway.rest(method, route, body);
    assertClean(`${method} ${route}`, answer.text + JSON.stringify(answer.headers));
    return answer;
  }

  httpSpec(name, extra = {}) {
    return {
      name, transport: 'streamable_http', url: `${this.upstream.url()}?api_key=${canary['url-query']}&mode=all`,
      headers: { 'X-Key': canary.header, Authorization: `Token ${canary.authorization}` },
      oauth_client_id: 'client', oauth_client_secret: canary['client-secret'], oauth_client_private_key: canary['private-key'], ...extra,
    };
  }

  mark(extra) {
    return { JUNGLE_TEST_MARK: this.gateway.mark, ...extra };
  }

  // Everything is registered, and the server got it.
  async plant() {
    await this.command(['register', '--name', 'flag', '--url', this.upstream.url(), '--bearer-token', canary['bearer-flag']], { code: 0 });
    const file = this.file('file.json', { name: 'file', transport: 'streamable_http', url: `${this.upstream.url()}?k=\${FROM_ENV}`, bearer_token: canary['bearer-file'] });
    await this.command(['register', '-c', file], { env: { FROM_ENV: canary.placeholder }, code: 0 });
    await this.command(['register', '-c', this.file('headers.json', this.httpSpec('headers'))], { code: 0 });
    const forwarding = { name: 'forwarding', transport: 'streamable_http', url: this.upstream.url(), forward_headers: { 'X-Token': 'X-Key' } };
    await this.command(['register', '-c', this.file('forwarding.json', forwarding)], { code: 0 });
    assert.ok((await this.forwarded()).message.result);
    const { command, args } = stdioSpec('local');
    const local = {
      name: 'local', transport: 'stdio', command: 'sh', args: ['-c', 'echo "starting with $TOKEN" >&2; exec "$0" "$@"', command, ...args],
      env: this.mark({ TOKEN: canary.variable }),
    };
    await this.command(['register', '-c', this.file('local.json', local)], { code: 0 });
    const seen = JSON.stringify(this.upstream.requests.map(({ headers, path: url }) => [headers, url]));
    for (const place of ['bearer-flag', 'bearer-file', 'header', 'authorization', 'url-query', 'placeholder', 'forwarded']) {
      assert.ok(seen.includes(canary[place]), `the server got the canary of ${place}`);
    }
  }

  // A call of a client that sends a credential of its own.
  forwarded() {
    const params = { name: 'forwarding__echo', arguments: { message: 'hi' } };
    return modern(this.gateway.mcp(), 'tools/call', params, { headers: { 'X-Token': canary.forwarded } });
  }

  // They can be read back by who asks for them; that shows that they are there to be found.
  async readBack() {
    const configs = (await this.gateway.rest('GET', '/server_configs?include_secrets=true')).text;
    for (const place of ['bearer-flag', 'bearer-file', 'header', 'authorization', 'variable', 'client-secret', 'private-key', 'url-query', 'placeholder']) {
      assert.ok(configs.includes(canary[place]), `${place} is read back`);
    }
    const shown = await this.gateway.command(['list', 'servers', '--show-secrets']);
    for (const place of ['variable', 'url-query']) assert.ok(shown.stdout.includes(canary[place]), `${place} is shown`);
  }

  async driveCommands() {
    const commands = [
      [], ['--help'], ['version'], ['version', '-o', 'json'], ['completion', 'bash'],
      ['list', 'servers'], ['list', 'servers', '-o', 'json'], ['list', 'tools', '-o', 'json'], ['list', 'prompts', '-o', 'json'], ['list', 'resources', '-o', 'json'],
      ['list', 'tools', '--server', 'headers'], ['usage', 'headers__echo'], ['usage', 'headers__nope'],
      ['invoke', 'headers__echo', '--input', '{"message":"hi"}'], ['invoke', 'local__echo', '--input', '{"message":"hi"}'],
      ['invoke', 'flag__rpc_error'], ['invoke', 'nope__nope'],
      ['get', 'prompt', 'file__greet', '--arg', 'name=x'], ['get', 'resource', 'mcpj://res/file/YmxvYjovL3g'], ['get', 'resource', 'nope'],
      ['disable', 'tool', 'flag__echo'], ['enable', 'tool', 'flag__echo'], ['disable', 'server', 'file'], ['enable', 'server', 'file'],
      ['disable', 'prompt', 'flag__greet'], ['enable', 'prompt', 'flag__greet'], ['enable', 'server', 'nope'],
      ['deregister', 'nope'], ['start', '--nope'],
    ];
    for (const args of commands) await this.command(args);
    // And every command there is, whatever it is about; but for those that serve, or write secrets on purpose.
    const { stdout } = await this.command(['--help']);
    const names = [...stdout.matchAll(/^ {2}([a-z][a-z-]+) {2,}/gm)].map(([, name]) => name);
    assert.ok(names.includes('register') && names.includes('rotate-key'), stdout);
    for (const name of names.filter((each) => !['start', 'unseal', 'deregister', 'rotate-key'].includes(each))) {
      await this.command([name], { input: '' });
      await this.command([name, 'nope'], { input: '' });
    }
    // The gateway that answers is none: nobody is there, or it repeats the token of the command line.
    const port = await freePort();
    await this.command(['list', 'servers', '--registry', `http://127.0.0.1:${port}`], { code: 1 });
  }

  async driveRoutes() {
    const spec = this.httpSpec('headers');
    const routes = [
      ['GET', '/servers'], ['GET', '/servers?include_secrets=false'], ['GET', '/server_configs'], ['GET', '/server_configs?include_secrets=maybe'],
      ['GET', '/tools'], ['GET', '/tool?name=headers__echo'], ['GET', '/tool?name=nope'], ['GET', '/prompts'], ['GET', '/prompt?name=file__greet'], ['GET', '/resources'],
      ['POST', '/tools/invoke', { name: 'headers__echo', message: 'hi' }], ['POST', '/tools/invoke', { name: 'nope' }], ['POST', '/tools/invoke', '{'],
      ['POST', '/prompts/render', { name: 'file__greet', arguments: { name: 'x' } }], ['POST', '/resources/get', { uri: 'nope' }], ['POST', '/resources/read', { uri: 'nope' }],
      ['POST', '/tools/disable?entity=headers'], ['POST', '/tools/enable?entity=headers'], ['POST', '/prompts/disable?entity=headers'], ['POST', '/prompts/enable?entity=headers'],
      ['POST', '/servers/headers/disable'], ['POST', '/servers/headers/enable'], ['POST', '/servers/nope/enable'], ['DELETE', '/servers/nope'],
      ['GET', '/clients'], ['POST', '/clients', spec], ['GET', '/users'], ['GET', '/users/whoami'], ['POST', '/upstream_oauth/sessions/nope/complete', { code: 'x', state: 'y' }],
      ['POST', '/servers', spec], ['POST', '/servers?force=maybe', spec],
    ];
    for (const [method, route, body] of routes) await this.rest(method, route, body);
  }

  // Registrations that are refused, each with secrets in them.
  async driveRefusals() {
    const bad = [
      { name: 'x__x' }, { transport: 'ws' }, { session_mode: 'weird' }, { url: `ftp://x/?k=${canary['url-query']}` },
      { url: `http://user:${canary.userinfo}@127.0.0.1/mcp` }, { url: `user:${canary.userinfo}@127.0.0.1` },
      { headers: { Host: canary.header } }, { headers: { 'X-Key': `${canary.header}\n` } }, { headers: [canary.header] }, { headers: { A: 5, B: canary.header } },
      { bearer_token: [canary['bearer-file']] }, { bearer_token: `${canary['bearer-file']}\u0001` }, { bearer_token: canary['bearer-file'].repeat(1000) },
      { oauth_client_secret: `${canary['client-secret']}\n` }, { oauth_scopes: canary['client-secret'] },
      { transport: 'stdio', command: '/nonexistent/command', env: { TOKEN: canary.variable } }, { transport: 'stdio', command: 'true', env: { '=': canary.variable } },
      { transport: 'sse' },
    ];
    for (const change of bad) {
      const spec = this.httpSpec('refused', change);
      const answer = await this.rest('POST', '/servers', spec);
      assert.ok(answer.status >= 400, `${JSON.stringify(change)}: ${answer.status} ${answer.text}`);
      await this.command(['register', '-c', this.file('refused.json', spec)], { code: 1 });
    }
    const whole = JSON.stringify(this.httpSpec('cut'));
    for (const text of [whole.slice(0, -1), whole.slice(0, whole.indexOf(canary.header) + 20), `name: x\nbearer_token: [${canary['bearer-file']}`]) {
      await this.rest('POST', '/servers', text);
      const file = path.join(this.gateway.folder, 'broken.json');
      fs.writeFileSync(file, text);
      await this.command(['register', '-c', file], { code: 1 });
    }
    const unresolved = this.file('unresolved.json', this.httpSpec('x', { description: '${NOT_THERE}' }));
    await this.command(['register', '-c', unresolved], { code: 1 });
  }

  // Servers that fail, and say with what.
  async driveFailures() {
    const session = await LegacySession.open(this.gateway.mcp());
    for (const habit of Object.keys(ECHOES)) {
      this.upstream.habit = habit;
      for (const name of ['flag', 'file', 'headers']) {
        const answer = await this.rest('POST', '/tools/invoke', { name: `${name}__echo`, message: 'hi' });
        assert.ok(answer.status >= 400, `${habit}: ${answer.status} ${answer.text}`);
        await this.command(['invoke', `${name}__echo`, '--input', '{"message":"hi"}'], { code: 1 });
        const params = { name: `${name}__echo`, arguments: { message: 'hi' } };
        const answers = [await modern(this.gateway.mcp(), 'tools/call', params), await session.call('tools/call', params)];
        for (const { message } of answers) {
          assert.ok(message.error, JSON.stringify(message));
          assertClean(`tools/call with ${habit}`, JSON.stringify(answers));
        }
      }
      const forwarded = await this.forwarded();
      assert.ok(forwarded.message.error, JSON.stringify(forwarded.message));
      assertClean(`a forwarded header with ${habit}`, JSON.stringify(forwarded));
      await this.rest('POST', '/servers', this.httpSpec('again'));
      await this.rest('POST', '/servers?force=true', this.httpSpec('headers'));
      const bearer = ['--url', this.upstream.url(), '--bearer-token', canary['bearer-flag']];
      await this.command(['register', '--name', 'again', ...bearer], { input: '' });
    }
    this.upstream.habit = undefined;
    const nobody = `http://127.0.0.1:${await freePort()}/mcp?api_key=${canary['url-query']}`;
    await this.rest('POST', '/servers', this.httpSpec('unreachable', { url: nobody }));
    for (const scheme of ['http', 'https']) {  // Through a proxy that is down.
      const answer = await this.rest('POST', '/servers', this.httpSpec('proxied', { url: `${scheme}://mcp.invalid/mcp` }));
      assert.match(answer.text, new RegExp(`the proxy 127\\.0\\.0\\.1:\\d+ \\(${scheme.toUpperCase()}_PROXY\\)`));
    }
    await this.rest('POST', '/servers', this.httpSpec('unknown', { url: `http://nowhere.invalid/mcp?api_key=${canary['url-query']}` }));
    for (const script of ['env >&2; exit 3', 'env; exit 3', 'echo "{$TOKEN" ; exit 3', 'printf "%s" "$TOKEN" >&2; exit 3', 'echo "{\\"jsonrpc\\":\\"2.0\\",\\"id\\":\\"$TOKEN\\"}"; cat']) {
      const dying = { name: 'dying', transport: 'stdio', command: 'sh', args: ['-c', script], env: this.mark({ TOKEN: canary.dying }), init_timeout_sec: 3 };
      const answer = await this.rest('POST', '/servers', dying);
      assert.ok(answer.status >= 400, answer.text);
    }
  }
}

for (const format of ['text', 'json']) {
  test(`no secret comes out again (log format ${format})`, async (t) => {
    const upstream = await startEchoingUpstream(t);
    const proxy = `http://user:${canary.proxy}@127.0.0.1:${await freePort()}`;
    const env = {
      MCPJUNGLE_ENCRYPTION_KEY: KEY, LOG_LEVEL: 'trace', LOG_FORMAT: format,
      HTTP_PROXY: proxy, HTTPS_PROXY: proxy, NO_PROXY: 'nowhere.invalid',
    };
    const gateway = await startGateway(t, { env });
    const canaries = new Canaries(t, gateway, upstream);
    const step = (name, drive) => t.test(name, async () => {
      await drive();
      assertClean(`the log after: ${name}`, gateway.stdout + gateway.stderr);
      assertClean(`the database after: ${name}`, databaseText(gateway.folder));
    });
    await step('planting', () => canaries.plant());
    await step('reading back', () => canaries.readBack());
    await step('every route', () => canaries.driveRoutes());
    await step('every command', () => canaries.driveCommands());
    await step('refused registrations', () => canaries.driveRefusals());
    await step('servers that repeat what they were sent', () => canaries.driveFailures());
    await step('a restart, a rotation and a removal', async () => {
      assert.equal((await gateway.stop()).code, 0);
      assert.match(gateway.stdout + gateway.stderr, /starting with \*{8,}/, 'what a process prints of its secrets is hidden, not dropped');
      assertClean('the database after the gateway stopped', databaseText(gateway.folder));
      const keys = `${randomBytes(32).toString('base64')},${KEY}`;
      const rotated = await run(['rotate-key'], { cwd: gateway.folder, env: environment(gateway.folder, { MCPJUNGLE_ENCRYPTION_KEY: keys }) });
      assert.equal(rotated.code, 0, rotated.all);
      assertClean('rotate-key', rotated.all);
      const again = await startGateway(t, { folder: gateway.folder, env: { ...env, MCPJUNGLE_ENCRYPTION_KEY: keys } });
      for (const name of ['flag', 'file', 'headers', 'forwarding', 'local']) assert.equal((await again.rest('DELETE', `/servers/${name}`)).status, 204);
      assert.equal((await again.stop()).code, 0);
      assertClean('the second log', again.stdout + again.stderr);
      assertClean('the database at last', databaseText(gateway.folder));
    });
  });
}

test('a gateway that does not start keeps its key to itself', async (t) => {
  const folder = temporaryFolder(t);
  for (const key of [KEY.slice(0, -4), `${KEY},${KEY.slice(1)}`, `x${KEY}`]) {
    const ended = await run(['start', '--port', '0'], { cwd: folder, env: environment(folder, { MCPJUNGLE_ENCRYPTION_KEY: key, LOG_LEVEL: 'trace' }) });
    assert.equal(ended.code, 1, ended.all);
    assert.ok(!ended.all.includes(key) && !ended.all.includes(KEY.slice(1, 20)), ended.all);
  }
});
