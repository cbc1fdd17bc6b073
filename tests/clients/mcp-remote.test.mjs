// mcp-remote, which lets clients that know only stdio use a gateway: an SDK client, mcp-remote, the gateway, a server.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { names } from '../blackbox/support/expect.mjs';
import { environment, startGateway, temporaryFolder } from '../blackbox/support/gateway.mjs';
import { within } from '../blackbox/support/wait.mjs';
import { ASKED } from './peers/offer.mjs';
import { packaged } from './programs.mjs';
import { PEER_SERVERS } from './servers.mjs';

const LIMIT_MS = 30_000;

// [path, flags]: where it connects to, and how.
const WAYS = [
  ['mcp', []],
  ['mcp', ['--transport', 'http-only']],
  ['mcp', ['--transport', 'sse-first']],
  ['mcp', ['--protocol', 'auto']],
  ['mcp/sdk1', ['--transport', 'http-first']],
  ['mcp/sdk1', ['--transport', 'sse-first']],
  ['mcp/sdk1', ['--protocol', 'auto']],
  ['sse', []],
  ['sse', ['--transport', 'sse-only']],
];

test('mcp-remote', async (t) => {
  const gateway = await startGateway(t);
  await gateway.register({ name: 'sdk1', ...(await PEER_SERVERS.sdk1_http(t, gateway.mark)) });
  for (const [path, flags] of WAYS) {
    await t.test(`/${path} ${flags.join(' ')}`, async (t) => {
      const home = temporaryFolder(t);
      const client = new Client({ name: 'stdio-client', version: '1.0.0' }, { capabilities: { elicitation: {} } });
      client.setRequestHandler(ElicitRequestSchema, () => ASKED.ask_person.answer);
      t.after(() => client.close());
      const args = [packaged('mcp-remote/dist/proxy.js'), `${gateway.url}/${path}`, ...flags];
      const transport = new StdioClientTransport({ command: process.execPath, args, env: environment(home), stderr: 'ignore' });
      await within(LIMIT_MS, 'the connection', client.connect(transport));
      const prefix = path.includes('/') ? '' : 'sdk1__';
      assert.ok(names((await client.listTools()).tools).includes(`${prefix}echo`));
      const call = async (name, args = {}) => (await client.callTool({ name: prefix + name, arguments: args })).content[0].text;
      assert.equal(await call('echo', { message: 'größe' }), 'echo: größe');
      assert.equal(await call('ask_person'), ASKED.ask_person.expected, 'what a server asks arrives, and so does the answer');
      const { messages } = await client.getPrompt({ name: `${prefix}greet`, arguments: { name: 'Bo' } });
      assert.equal(messages[0].content.text, 'Hello, Bo!');
      await assert.rejects(call('no_such_tool'), /no_such_tool/);
    });
  }
});
