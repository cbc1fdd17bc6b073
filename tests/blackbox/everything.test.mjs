// What MCPJungle's own end-to-end tests ask of a gateway in development mode, with the real server-everything over stdio.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { exposedUri, names, refused } from './support/expect.mjs';
import { startGateway } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { ACCEPT, LegacySession } from './support/mcp.mjs';

export const EVERYTHING = path.resolve(import.meta.dirname, '../node_modules/@modelcontextprotocol/server-everything/dist/index.js');

test('server-everything through the REST API', async (t) => {
  const gateway = await startGateway(t);
  await gateway.register({ name: 'everything', transport: 'stdio', command: process.execPath, args: [EVERYTHING, 'stdio'], description: 'real' });

  await t.test('tools', async () => {
    const { status, json } = await gateway.rest('GET', '/tools');
    assert.equal(status, 200);
    for (const name of ['everything__echo', 'everything__get-sum', 'everything__get-env']) assert.ok(names(json).includes(name), name);
    assert.equal((await gateway.rest('GET', '/tool?name=everything__echo')).json.name, 'everything__echo');
  });
  await t.test('invoke', async () => {
    const { status, json, text } = await gateway.rest('POST', '/tools/invoke', { name: 'everything__echo', message: 'hello from e2e test' });
    assert.equal(status, 200, text);
    assert.equal(json.content[0].type, 'text');
    assert.match(json.content[0].text, /hello from e2e test/);
  });
  await t.test('a tool that the server has only for clients that can be asked', async () => {
    assert.ok(names((await gateway.rest('GET', '/tools')).json).includes('everything__trigger-sampling-request'));
    const { text } = await gateway.rest('POST', '/tools/invoke', { name: 'everything__trigger-sampling-request', prompt: 'x' });
    assert.match(text, /Tool trigger-sampling-request not found/, 'who cannot be asked gets the words of the server');
  });
  await t.test('prompts', async () => {
    const { json } = await gateway.rest('GET', '/prompts');
    for (const name of ['everything__simple-prompt', 'everything__args-prompt']) assert.ok(names(json).includes(name), name);
    assert.equal((await gateway.rest('GET', '/prompt?name=everything__simple-prompt')).json.name, 'everything__simple-prompt');
    const rendered = await gateway.rest('POST', '/prompts/render', { name: 'everything__simple-prompt', arguments: {} });
    assert.equal(rendered.status, 200, rendered.text);
    assert.deepEqual(rendered.json.messages[0], { role: 'user', content: { type: 'text', text: 'This is a simple prompt without arguments.' } });
  });
  await t.test('deregistering what nobody registered', async () => {
    refused(await gateway.rest('DELETE', '/servers/nonexistent-server'), 404, /not found/);
  });
});

test('no header of the client reaches an upstream', async (t) => {
  const upstream = await startHttpUpstream(t);
  const gateway = await startGateway(t);
  await gateway.register({ name: 'header-proxy', transport: 'streamable_http', url: upstream.url() });
  const headers = { Authorization: 'Bearer client', 'X-Test-Forward': 'leak', Accept: ACCEPT };
  const session = await LegacySession.open(gateway.mcp(), { headers });
  const ask = async (method, params) => (await session.post({ jsonrpc: '2.0', id: 1, method, params }, headers)).json;
  assert.ok((await ask('tools/call', { name: 'header-proxy__echo', arguments: { message: 'x' } })).result);
  assert.ok((await ask('prompts/get', { name: 'header-proxy__plain' })).result);
  assert.ok((await ask('resources/read', { uri: exposedUri('header-proxy', 'file:///a b?.txt') })).result);
  for (const { headers: seen, path: at } of upstream.requests) {
    assert.equal(seen.authorization, undefined, at);
    assert.equal(seen['x-test-forward'], undefined, at);
  }
});
