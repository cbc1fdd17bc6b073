// ca_file: authorities that one server and its authorization servers may be signed by, and no other.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { startAuthorizationServer } from './support/authorization-server.mjs';
import { makeCertificate } from './support/certificate.mjs';
import { startGateway, temporaryFolder } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { modern } from './support/mcp.mjs';
import { startProtectedUpstream } from './support/protected-upstream.mjs';

async function call(gateway, server = 'up') {
  const { message } = await modern(gateway.mcp(), 'tools/call', { name: `${server}__echo`, arguments: { message: 'x' } });
  return message.result?.content?.[0]?.text ?? message.error.message;
}

const spec = (upstream, extra = {}) => ({ name: 'up', transport: 'streamable_http', url: upstream.url(), ...extra });

async function secureServers(t, script = {}) {
  const folder = temporaryFolder(t);
  const tls = makeCertificate(folder);
  return { folder, tls, upstream: await startHttpUpstream(t, { tls, ...script }) };
}

test('a server with a private authority is trusted with its ca_file, and not without', async (t) => {
  const { folder, tls, upstream } = await secureServers(t);
  const gateway = await startGateway(t, { folder });
  const refused = await gateway.rest('POST', '/servers', spec(upstream));
  assert.match(refused.json.error, /no TLS connection to 127\.0\.0\.1:\d+: its certificate is self-signed/);
  assert.deepEqual(upstream.requests, []);
  const shown = await gateway.register(spec(upstream, { ca_file: tls.file }));
  assert.equal(shown.ca_file, tls.file);
  assert.equal(await call(gateway), 'echo: x');
  const other = await gateway.rest('POST', '/servers', spec(upstream, { name: 'other' }));
  assert.match(other.json.error, /its certificate is self-signed/, 'the connections of the first one are not for others');
});

test('a ca_file survives a restart, is shown, and a new one counts at once', async (t) => {
  const { folder, tls, upstream } = await secureServers(t, { sessions: true, era: 'legacy' });
  const file = path.join(folder, 'authorities.pem');
  fs.copyFileSync(tls.file, file);
  const first = await startGateway(t, { folder });
  await first.register(spec(upstream, { ca_file: file }));
  await first.stop();
  fs.rmSync(file);
  const gateway = await startGateway(t, { folder });
  assert.match((await gateway.command(['list', 'servers'])).stdout, new RegExp(`^Certificate authorities: ${file}$`, 'm'));
  assert.equal((await gateway.rest('GET', '/server_configs')).json[0].ca_file, file);
  assert.ok((await call(gateway)).includes(`ca_file '${file}': cannot be read: No such file or directory`));
  makeCertificate(folder, ['elsewhere'], path.join(folder, 'wrong.pem'));
  fs.copyFileSync(path.join(folder, 'wrong.pem'), file);
  assert.match(await call(gateway), /its certificate is self-signed/);
  fs.copyFileSync(tls.file, file);
  assert.equal(await call(gateway), 'echo: x');
});

test('the authorization server of a server with a ca_file is trusted by it, from discovery to revocation', async (t) => {
  const folder = temporaryFolder(t);
  const tls = makeCertificate(folder);
  const as = await startAuthorizationServer(t, { tokenAuth: 'client_secret_basic' }, { tls });
  const { client_id, client_secret } = as.addClient({ id: 'gateway', secret: 'secret-of-the-gateway' });
  const upstream = await startProtectedUpstream(t, as, {}, { tls });
  const first = await startGateway(t, { folder });
  const oauth = { oauth_grant: 'client_credentials', oauth_client_id: client_id, oauth_client_secret: client_secret };
  await first.register(spec(upstream, { ...oauth, ca_file: tls.file }));
  assert.equal(await call(first), 'echo: x');
  await first.stop();
  const gateway = await startGateway(t, { folder });
  as.expireAccessTokens();
  assert.equal(await call(gateway), 'echo: x', 'the token is renewed there after a restart');
  assert.equal(as.seen('token').length, 2);
});

for (const [what, make, why] of [
  ['that is not there', () => '/nowhere/ca.pem', /invalid ca_file '\/nowhere\/ca\.pem': cannot be read: No such file or directory/],
  ['that is no certificate', (folder) => {
    fs.writeFileSync(path.join(folder, 'secret.txt'), 'hunter2-in-a-file');
    return path.join(folder, 'secret.txt');
  }, /invalid ca_file '.*secret\.txt': it holds no certificates \(PEM\)/],
  ['that is a device', () => '/dev/zero', /invalid ca_file '\/dev\/zero': it is no file/],
  ['of a relative path', () => 'ca.pem', /invalid ca_file: it must be the absolute path of a file/],
]) {
  test(`a ca_file ${what} is refused at registration, naming the field`, async (t) => {
    const { folder, upstream } = await secureServers(t);
    const gateway = await startGateway(t, { folder });
    const answer = await gateway.rest('POST', '/servers', spec(upstream, { ca_file: make(folder) }));
    assert.equal(answer.status, 400, answer.text);
    assert.match(answer.json.error, why);
    assert.doesNotMatch(answer.text + gateway.stderr + gateway.stdout, /hunter2/);
    assert.deepEqual(upstream.requests, []);
  });
}
