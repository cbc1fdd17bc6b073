// The key that seals the secrets in the database: where it comes from, what happens without it, and how it is replaced.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { BINARY, environment, run, spawnGateway, startGateway, temporaryFolder } from './support/gateway.mjs';
import { startProtectedUpstream } from './support/protected-upstream.mjs';

const TOKEN = 'canary-token-4711';
const newKey = () => randomBytes(32).toString('base64');

// The bytes of the database and what SQLite keeps beside it.
function databaseBytes(folder) {
  const files = fs.readdirSync(folder).filter((name) => /^mcpjungle\.db(-|$)/.test(name));
  return Buffer.concat(files.map((name) => fs.readFileSync(path.join(folder, name))));
}

const keyFile = (folder) => path.join(folder, 'mcpjungle.db.key');

// A gateway with one server that wants TOKEN; the gateway is stopped again. → { folder, upstream }
async function sealedDatabase(t, env = {}) {
  const folder = temporaryFolder(t);
  const upstream = await startProtectedUpstream(t, undefined, { token: TOKEN });
  const gateway = await startGateway(t, { folder, env });
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url(), bearer_token: TOKEN });
  assert.equal((await gateway.stop()).code, 0);
  assert.ok(!databaseBytes(folder).includes(TOKEN));
  return { folder, upstream };
}

async function calls(gateway) {
  const answer = await gateway.rest('POST', '/tools/invoke', { name: 'up__echo', message: 'hi' });
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.text, /echo: hi/);
}

async function opens(t, folder, env = {}) {
  const gateway = await startGateway(t, { folder, env });
  await calls(gateway);
  assert.equal((await gateway.stop()).code, 0);
}

async function refusesToStart(t, folder, env, message) {
  const before = databaseBytes(folder);
  const gateway = await spawnGateway(t, { folder, env });
  const { code, stderr } = await gateway.ended;
  assert.equal(code, 1, stderr);
  assert.match(stderr, message);
  assert.ok(before.equals(databaseBytes(folder)), 'nothing was changed');
}

test('a key file is made beside the database, and opens it again', async (t) => {
  const { folder } = await sealedDatabase(t);
  assert.equal(fs.statSync(keyFile(folder)).mode & 0o777, 0o600);
  await opens(t, folder);
});

test('without its key file the gateway does not start, and says what to do', async (t) => {
  const { folder } = await sealedDatabase(t);
  fs.renameSync(keyFile(folder), path.join(folder, 'elsewhere'));
  await refusesToStart(t, folder, {}, /put its key file back as mcpjungle\.db\.key, or give the key in MCPJUNGLE_ENCRYPTION_KEY.*Nothing was changed\./);
  assert.ok(!fs.existsSync(keyFile(folder)), 'no new key takes its place');
  await refusesToStart(t, folder, { MCPJUNGLE_ENCRYPTION_KEY: newKey() }, /the given key is another one/);
  await opens(t, folder, { MCPJUNGLE_ENCRYPTION_KEY_FILE: 'elsewhere' });
});

test('a key that is given seals, and no file is made', async (t) => {
  const key = newKey();
  const { folder } = await sealedDatabase(t, { MCPJUNGLE_ENCRYPTION_KEY: key });
  assert.ok(!fs.existsSync(keyFile(folder)));
  await refusesToStart(t, folder, {}, /need a key that is not here/);
  await opens(t, folder, { MCPJUNGLE_ENCRYPTION_KEY: Buffer.from(key, 'base64').toString('hex') });
});

for (const [what, key, message] of [
  ['a password', 'correct-horse-battery', /it is neither Base64 nor hexadecimal|bytes instead of 32/],
  ['a short key', randomBytes(16).toString('base64'), /it has 16 bytes instead of 32/],
  ['a key of zeros', '0'.repeat(64), /it is a weak key/],
]) {
  test(`${what} is refused with how to make a key`, async (t) => {
    const gateway = await spawnGateway(t, { env: { MCPJUNGLE_ENCRYPTION_KEY: key } });
    const { code, stderr } = await gateway.ended;
    assert.equal(code, 1);
    assert.match(stderr, message);
    assert.match(stderr, /openssl rand -base64 32/);
    assert.ok(!stderr.includes(key), 'it is not repeated');
  });
}

test('the key can be replaced while the gateway runs', async (t) => {
  const { folder, upstream } = await sealedDatabase(t);
  const gateway = await startGateway(t, { folder });
  const before = fs.readFileSync(keyFile(folder), 'utf8');
  const rotated = await gateway.command(['rotate-key']);
  assert.equal(rotated.code, 0, rotated.all);
  assert.match(rotated.stdout, /^Secrets sealed under a new key: 1\nThe key is in mcpjungle\.db\.key/);
  assert.notEqual(fs.readFileSync(keyFile(folder), 'utf8'), before);
  await calls(gateway);
  await gateway.register({ name: 'later', transport: 'streamable_http', url: upstream.url(), bearer_token: TOKEN });
  assert.equal((await gateway.stop()).code, 0);
  assert.ok(!databaseBytes(folder).includes(TOKEN));
  await opens(t, folder);
});

test('a given key is replaced by giving both', async (t) => {
  const [oldKey, key] = [newKey(), newKey()];
  const { folder } = await sealedDatabase(t, { MCPJUNGLE_ENCRYPTION_KEY: oldKey });
  const rotate = (keys) => run(['rotate-key'], { cwd: folder, env: environment(folder, { MCPJUNGLE_ENCRYPTION_KEY: keys }) });
  const same = await rotate(oldKey);
  assert.equal(same.code, 1);
  assert.match(same.stderr, /give the new key and the old one/);
  const rotated = await rotate(`${key},${oldKey}`);
  assert.equal(rotated.code, 0, rotated.all);
  await refusesToStart(t, folder, { MCPJUNGLE_ENCRYPTION_KEY: oldKey }, /the given key is another one/);
  await opens(t, folder, { MCPJUNGLE_ENCRYPTION_KEY: key });
});

test('a rotation that is killed leaves a database that opens', async (t) => {
  const { folder } = await sealedDatabase(t);
  for (let delay = 0; delay < 60; delay += 4) {
    const child = spawn(BINARY, ['rotate-key'], { cwd: folder, env: environment(folder), stdio: 'ignore' });
    const timer = setTimeout(() => child.kill('SIGKILL'), delay);
    await new Promise((resolve) => child.on('close', resolve));
    clearTimeout(timer);
    const { code, all } = await run(['rotate-key'], { cwd: folder, env: environment(folder) });
    assert.equal(code, 0, all);
  }
  await opens(t, folder);
});

test('there is a way back to clear text', async (t) => {
  const { folder } = await sealedDatabase(t);
  const { code, stdout, all } = await run(['unseal'], { cwd: folder, env: environment(folder) });
  assert.equal(code, 0, all);
  assert.equal(stdout, 'Secrets in clear text now: 1\n');
  assert.ok(databaseBytes(folder).includes(`"bearer_token":"${TOKEN}"`));
  await opens(t, folder);
  assert.ok(!databaseBytes(folder).includes(TOKEN), 'and forth');
});

test('commands that change keys make no database', async (t) => {
  const folder = temporaryFolder(t);
  for (const name of ['rotate-key', 'unseal']) {
    const { code, stderr } = await run([name], { cwd: folder, env: environment(folder) });
    assert.equal(code, 1);
    assert.match(stderr, /there is no database file mcpjungle\.db/);
  }
  assert.deepEqual(fs.readdirSync(folder), []);
});
