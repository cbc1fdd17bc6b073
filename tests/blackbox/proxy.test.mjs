// HTTPS_PROXY, HTTP_PROXY and NO_PROXY: on the way to upstream servers and to their authorization servers. The servers have names that
// only the proxy can find, so whatever arrives came through it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startAuthorizationServer } from './support/authorization-server.mjs';
import { makeCertificate } from './support/certificate.mjs';
import { freePort, spawnGateway, startGateway, temporaryFolder } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { modern } from './support/mcp.mjs';
import { startProtectedUpstream } from './support/protected-upstream.mjs';
import { startProxy } from './support/proxy.mjs';

const CREDENTIAL = 'jungle:hunter2-of-the-proxy';

async function works(gateway, server = 'up') {
  const { message } = await modern(gateway.mcp(), 'tools/call', { name: `${server}__echo`, arguments: { message: 'x' } });
  assert.equal(message.result?.content?.[0]?.text, 'echo: x', JSON.stringify(message));
}

const spec = (upstream, extra = {}) => ({ name: 'up', transport: 'streamable_http', url: upstream.url(), ...extra });

async function refusal(gateway, upstream, extra) {
  const answer = await gateway.rest('POST', '/servers', spec(upstream, extra));
  assert.ok(answer.status >= 400, answer.text);
  return answer.json.error;
}

async function secureUpstream(t, folder) {
  const tls = makeCertificate(folder, ['mcp.test']);
  return { upstream: await startHttpUpstream(t, { tls, origin: 'https://mcp.test' }), tls };
}

test('an https server is reached through a tunnel of HTTPS_PROXY, and proves itself to the gateway', async (t) => {
  const folder = temporaryFolder(t);
  const { upstream, tls } = await secureUpstream(t, folder);
  const proxy = await startProxy(t, { hosts: { 'mcp.test:443': upstream.port } });
  const gateway = await startGateway(t, { folder, env: { HTTPS_PROXY: `http://${proxy.authority}`, SSL_CERT_FILE: tls.file } });
  await gateway.register(spec(upstream, { bearer_token: 'for-the-server' }));
  await works(gateway);
  assert.deepEqual(new Set(proxy.requests.map(({ method, target }) => `${method} ${target}`)), new Set(['CONNECT mcp.test:443']));
  assert.doesNotMatch(JSON.stringify(proxy.requests), /for-the-server/);
  assert.equal(upstream.seen('tools/call')[0].headers.host, 'mcp.test');
  assert.match(gateway.stderr, new RegExp(`https servers are reached through the proxy ${proxy.authority} \\(HTTPS_PROXY\\)`));
});

test('a certificate that nobody trusts is refused through a proxy, too', async (t) => {
  const folder = temporaryFolder(t);
  const { upstream } = await secureUpstream(t, folder);
  const proxy = await startProxy(t, { hosts: { 'mcp.test:443': upstream.port } });
  const gateway = await startGateway(t, { folder, env: { https_proxy: proxy.authority } });
  const error = await refusal(gateway, upstream);
  assert.match(error, /no TLS connection to mcp\.test through the proxy 127\.0\.0\.1:\d+ \(https_proxy\): its certificate is self-signed/);
  assert.deepEqual(upstream.requests, []);
});

test('an http server is asked through HTTP_PROXY in absolute form, with the proxy\'s credential', async (t) => {
  const upstream = await startHttpUpstream(t, { origin: 'http://mcp.test' });
  const proxy = await startProxy(t, { hosts: { 'mcp.test:80': upstream.port }, credential: CREDENTIAL });
  const gateway = await startGateway(t, { env: { HTTP_PROXY: `http://${CREDENTIAL}@${proxy.authority}/` } });
  await gateway.register(spec(upstream));
  await works(gateway);
  assert.deepEqual([...new Set(proxy.targets('POST'))], ['http://mcp.test/mcp']);
  assert.equal(upstream.seen('tools/call')[0].headers.host, 'mcp.test');
  assert.equal(upstream.seen('tools/call')[0].headers['proxy-authorization'], undefined);
  assert.doesNotMatch(gateway.stdout + gateway.stderr, /hunter2/);
});

for (const scheme of ['https', 'http']) {
  const variable = `${scheme.toUpperCase()}_PROXY`;
  const start = async (t, options, env) => {
    const folder = temporaryFolder(t);
    const tls = scheme === 'https' ? makeCertificate(folder, ['mcp.test']) : undefined;
    const upstream = await startHttpUpstream(t, { tls, origin: `${scheme}://mcp.test` });
    const target = `mcp.test:${scheme === 'https' ? 443 : 80}`;
    const proxy = await startProxy(t, { hosts: { [target]: upstream.port }, ...options });
    const gateway = await startGateway(t, { folder, env: { [variable]: env(proxy.authority), ...(tls && { SSL_CERT_FILE: tls.file }) } });
    return { gateway, upstream, proxy, target };
  };

  test(`${variable}: a proxy that wants other credentials is named, its password is not`, async (t) => {
    const { gateway, upstream, proxy } = await start(t, { credential: CREDENTIAL }, (authority) => `http://jungle:hunter2-wrong@${authority}`);
    const error = await refusal(gateway, upstream);
    assert.ok(error.includes(`the proxy ${proxy.authority} (${variable}) does not accept the credentials of ${variable} (HTTP 407)`), error);
    assert.doesNotMatch(error + gateway.stdout + gateway.stderr, /hunter2/);
    assert.deepEqual(upstream.requests, []);
  });

  test(`${variable}: a proxy that wants credentials where there are none says where to put them`, async (t) => {
    const { gateway, upstream, proxy } = await start(t, { credential: CREDENTIAL }, (authority) => authority);
    const error = await refusal(gateway, upstream);
    assert.ok(error.includes(`the proxy ${proxy.authority} (${variable}) wants credentials (HTTP 407): put them into ${variable}`), error);
  });

  test(`${variable}: a proxy that is down is named`, async (t) => {
    const port = await freePort();
    const { gateway, upstream } = await start(t, {}, () => `http://127.0.0.1:${port}`);
    const error = await refusal(gateway, upstream);
    assert.ok(error.includes(`cannot connect to the proxy 127.0.0.1:${port} (${variable})`), error);
  });

  test(`${variable}: what NO_PROXY names, and loopback, is reached without it`, async (t) => {
    const { gateway, upstream, proxy } = await start(t, {}, (authority) => authority);
    await gateway.stop();
    const direct = await startGateway(t, { env: { [variable]: proxy.authority, NO_PROXY: 'other.test, test' } });
    assert.match(await refusal(direct, upstream), /no such host: 'mcp\.test'/);
    const near = await startHttpUpstream(t);
    await direct.register(spec(near, { name: 'near' }));
    await works(direct, 'near');
    assert.deepEqual(proxy.requests, []);
  });
}

test('a proxy that refuses the tunnel is quoted with its status', async (t) => {
  const folder = temporaryFolder(t);
  const { upstream, tls } = await secureUpstream(t, folder);
  const proxy = await startProxy(t, { connectStatus: 403 });
  const gateway = await startGateway(t, { folder, env: { HTTPS_PROXY: proxy.authority, SSL_CERT_FILE: tls.file } });
  const error = await refusal(gateway, upstream);
  assert.ok(error.includes(`the proxy ${proxy.authority} (HTTPS_PROXY) did not connect to mcp.test:443: it answered HTTP 403`), error);
});

test('authorization servers are asked through the proxy, too', async (t) => {
  const folder = temporaryFolder(t);
  const tls = makeCertificate(folder, ['mcp.test', 'as.test']);
  const as = await startAuthorizationServer(t, { tokenAuth: 'client_secret_basic' }, { tls, origin: 'https://as.test' });
  const { client_id, client_secret } = as.addClient({ id: 'gateway', secret: 'secret-of-the-gateway' });
  const upstream = await startProtectedUpstream(t, as, {}, { tls, origin: 'https://mcp.test' });
  const proxy = await startProxy(t, { hosts: { 'mcp.test:443': upstream.port, 'as.test:443': as.port } });
  const gateway = await startGateway(t, { folder, env: { HTTPS_PROXY: proxy.authority, SSL_CERT_FILE: tls.file } });
  await gateway.register(spec(upstream, { oauth_grant: 'client_credentials', oauth_client_id: client_id, oauth_client_secret: client_secret }));
  await works(gateway);
  assert.deepEqual(new Set(proxy.targets('CONNECT')), new Set(['mcp.test:443', 'as.test:443']));
  assert.ok(as.seen('token').length > 0);
});

test('the rules of where a URL may lead hold behind a proxy', async (t) => {
  const proxy = await startProxy(t);
  const gateway = await startGateway(t, { env: { HTTPS_PROXY: proxy.authority, HTTP_PROXY: proxy.authority } });
  for (const url of ['http://169.254.169.254/mcp', 'https://metadata.google.internal/mcp', 'http://[fe80::1]/mcp']) {
    assert.match(await refusal(gateway, { url: () => url }), /must not be fetched/, url);
  }
  assert.deepEqual(proxy.requests, []);
});

test('a proxy of another kind is refused at the start, without its password', async (t) => {
  const gateway = await spawnGateway(t, { env: { HTTPS_PROXY: `socks5://${CREDENTIAL}@127.0.0.1:1` } });
  const { code, stdout, stderr } = await gateway.ended;
  assert.notEqual(code, 0);
  assert.match(stderr, /invalid value for HTTPS_PROXY: only proxies that are reached by http:\/\/ are supported/);
  assert.doesNotMatch(stdout + stderr, /hunter2/);
});
