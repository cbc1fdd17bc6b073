// Upstream OAuth with an authorization server that we did not write, and the person at the URL that the command prints.
import assert from 'node:assert/strict';
import test from 'node:test';
import { environment, startCommand, startGateway, temporaryFolder } from '../blackbox/support/gateway.mjs';
import { startScriptedGateway } from '../blackbox/support/scripted-gateway.mjs';
import { eventually, within } from '../blackbox/support/wait.mjs';
import { startProtectedServer } from './authorization-server.mjs';
import { CHROMIUM, approveWithChromium, approveWithForms } from './person.mjs';

const DONE = 'Authorization successful';
const COMMAND_MS = 90_000;

const BROWSERS = {
  'forms posted by hand': { approve: (_, url) => approveWithForms(url, DONE) },
  'headless Chromium': { approve: (t, url) => approveWithChromium(t, url, DONE), skip: !CHROMIUM && 'Chromium is not installed' },
};

const whoami = (gateway) => gateway.rest('POST', '/tools/invoke', { name: 'real__whoami', message: 'hello' });

async function approvedCommand(t, gateway, args, approve) {
  const env = environment(gateway.folder, { BROWSER: '/bin/true' });
  const program = startCommand(t, [...args, '--registry', gateway.url], { cwd: gateway.folder, env });
  const [, url] = await program.printed(/^(http:\/\/\S+\/auth\?\S+)$/m);
  const page = await approve(t, url);
  const { code, stdout, stderr } = await within(COMMAND_MS, args.join(' '), program.ended);
  assert.equal(code, 0, stderr);
  return { page, stdout };
}

for (const [what, { approve, skip = false }] of Object.entries(BROWSERS)) {
  test(`oidc-provider, with ${what}: register, call, refresh, authorize again, revoke`, { skip }, async (t) => {
    let seconds = 3600;
    const real = await startProtectedServer(t, { lifetime: () => seconds });
    const gateway = await startGateway(t);
    seconds = 2;
    const { stdout } = await approvedCommand(t, gateway, ['register', '--name', 'real', '--url', real.url], approve);
    assert.match(stdout, /^Server real registered successfully!$/m);
    assert.match(stdout, /real__whoami/);
    assert.match((await whoami(gateway)).text, /hello from alice/);
    await eventually('a rotated refresh token is used', async () => {
      assert.match((await whoami(gateway)).text, /hello from alice/);
      return real.seen.token >= 4;
    }, 60_000);
    assert.equal(real.seen.registration, 1);
    const again = await approvedCommand(t, gateway, ['authorize', 'real'], approve);
    assert.match(again.stdout, /^Server real authorized successfully!$/m);
    assert.match((await whoami(gateway)).text, /hello from alice/);
    assert.equal((await gateway.rest('DELETE', '/servers/real')).status, 204);
    await eventually('the revocation', () => real.seen.revocation >= 1);
  });

  test(`the command line and oidc-provider, with ${what}; the gateway is a stand-in`, { skip }, async (t) => {
    const real = await startProtectedServer(t);
    const endpoints = { register: `${real.issuer}/reg`, authorize: `${real.issuer}/auth` };
    const gateway = await startScriptedGateway(t, real, { endpoints, query: { scope: 'mcp.read', resource: real.url } });
    gateway.folder = temporaryFolder(t);
    const { page, stdout } = await approvedCommand(t, gateway, ['register', '--name', 'up', '--url', real.url], approve);
    assert.match(page, /MCPJungle may now use/);
    assert.match(stdout, /^Server up registered successfully!$/m);
    assert.deepEqual(gateway.completed.map(({ iss }) => iss), [real.issuer]);
    assert.equal(real.seen.token, 1, 'the code was good');
  });
}
