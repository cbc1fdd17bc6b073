// The MCP Inspector's command-line mode against every endpoint, in each era that it speaks.
import assert from 'node:assert/strict';
import test from 'node:test';
import { names } from '../blackbox/support/expect.mjs';
import { startGateway } from '../blackbox/support/gateway.mjs';
import { runProgram } from './programs.mjs';
import { PEER_SERVERS } from './servers.mjs';

const INSPECTOR = '@modelcontextprotocol/inspector/clients/launcher/build/index.js';

// Endpoint → [what the names of server-everything begin with there, flags].
const ENDPOINTS = {
  '/mcp': ['everything__', ['--transport', 'http']],
  '/mcp/everything': ['', ['--transport', 'http']],
  '/mcp, 2026-07-28': ['everything__', ['--transport', 'http', '--protocol-era', 'modern']],
  '/mcp/everything, whatever it finds': ['', ['--transport', 'http', '--protocol-era', 'auto']],
  '/sse': ['everything__', ['--transport', 'sse']],
};

async function listEverythingElse(inspect, prefix) {
  const { resources } = await inspect('resources/list');
  const { contents } = await inspect('resources/read', '--uri', resources[0].uri);
  assert.ok(contents[0].text.length > 0);
  assert.ok((await inspect('resources/templates/list')).resourceTemplates.length > 0);
  assert.ok(names((await inspect('prompts/list')).prompts).includes(`${prefix}simple-prompt`));
  const { messages } = await inspect('prompts/get', '--prompt-name', `${prefix}args-prompt`, '--prompt-args', 'city=Riga');
  assert.match(messages[0].content.text, /Riga/);
}

test('the Inspector', async (t) => {
  const gateway = await startGateway(t);
  await gateway.register({ name: 'everything', ...(await PEER_SERVERS.everything_stdio(t, gateway.mark)) });
  for (const [endpoint, [prefix, flags]] of Object.entries(ENDPOINTS)) {
    await t.test(endpoint, async (t) => {
      const [path, era] = endpoint.split(',');
      const inspect = async (method, ...more) => {
        const args = ['--cli', gateway.url + path, ...flags, '--format', 'json', '--method', method, ...more];
        const { code, stdout, stderr } = await runProgram(t, INSPECTOR, args);
        assert.equal(code, 0, `${method}: ${stderr}`);
        return JSON.parse(stdout).result;
      };
      // --strict fails for a tool whose schema some client would not take.
      assert.ok(names((await inspect('tools/list', '--strict')).tools).includes(`${prefix}echo`));
      const { content } = await inspect('tools/call', '--tool-name', `${prefix}get-sum`, '--tool-args-json', '{"a":2,"b":3}');
      assert.match(content[0].text, /is 5/);
      if (!era && path !== '/sse') await listEverythingElse(inspect, prefix);
    });
  }
});
