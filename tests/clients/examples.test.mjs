// The example programs that the official SDK ships, clients and servers, through the gateway. The clients call tools by the names that
// the example server gives them, so most of them belong to the endpoint of that server. Not here: those that only know one fixed address
// (ssePollingClient), those that show the authorization of clients, and simpleTaskInteractiveClient, which wants to see tasks.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { startGateway } from '../blackbox/support/gateway.mjs';
import { packaged, runProgram, startProgram } from './programs.mjs';
import { startExampleOverHttp } from './servers.mjs';

const EXAMPLES = '@modelcontextprotocol/sdk/dist/esm/examples';

async function gatewayWithExample(t) {
  const gateway = await startGateway(t);
  const url = await startExampleOverHttp(t, gateway.mark, `${EXAMPLES}/server/simpleStreamableHttp.js`);
  await gateway.register({ name: 'example', transport: 'streamable_http', url });
  return gateway;
}

const count = (text, pattern) => text.match(new RegExp(pattern, 'g'))?.length ?? 0;

// Each of these waits for some seconds by itself, so they do it at the same time.
test('clients that run by themselves', async (t) => {
  const gateway = await gatewayWithExample(t);
  const run = async (name, url) => {
    const { code, stdout, stderr } = await runProgram(t, `${EXAMPLES}/client/${name}.js`, [url]);
    assert.equal(code, 0, `${name}: ${stdout}\n${stderr}`);
    return stdout;
  };
  const [fallback, overSse, several, parallel] = await Promise.all([
    run('streamableHttpWithSseFallbackClient', gateway.mcp('example')), run('streamableHttpWithSseFallbackClient', `${gateway.url}/sse`),
    run('multipleClientsParallel', gateway.mcp('example')), run('parallelToolCallsClient', gateway.mcp('example')),
  ]);

  await t.test('streamableHttpWithSseFallbackClient', () => {
    assert.match(fallback, /connected using modern Streamable HTTP/);
    assert.match(fallback, /- greet: A simple greeting tool/);
    assert.match(fallback, /Started sending periodic notifications every 1000ms/);
    assert.equal(count(fallback, 'Notification: info - Periodic notification #'), 5, fallback);
  });
  await t.test('the same, at the old address', () => {
    assert.match(overSse, /connected using deprecated HTTP\+SSE/);
    assert.match(overSse, /- example__greet: A simple greeting tool/);
  });
  await t.test('multipleClientsParallel', () => {
    assert.match(several, /All clients completed successfully/);
    assert.equal(count(several, 'Started sending periodic notifications'), 3, several);
  });
  await t.test('parallelToolCallsClient', () => {
    for (const caller of ['fast-notifier', 'slow-notifier', 'burst-notifier']) assert.match(parallel, new RegExp(`Tool result for ${caller}`));
    assert.equal(count(parallel, 'Started sending periodic notifications'), 3, parallel);
  });
});

// [what is typed, what is printed then], for the endpoint of the server.
const CONVERSATION = [
  ['list-tools', /id: collect-user-info/],
  ['greet Bo', /Hello, Bo!/],
  ['call-tool list-files {"includeDescriptions":true}', /URI: file:[/]{3}example[/]file1[.]txt/],
  ['list-prompts', /id: greeting-template/],
  ['get-prompt greeting-template {"name":"Bo"}', /Please greet Bo in a friendly manner/],
  ['list-resources', /id: example-file-2/],
  ['read-resource file:///example/file1.txt', /This is the content of file 1/],
  // Its own validator refuses the other two forms of the example server.
  ['collect-info feedback', /Rating/],
  ['5', /Comments/],
  ['fine', /recommend/],
  ['yes', /Submit this information\?/],
  ['yes', /Thank you! Collected feedback information[\s\S]*"rating": 5/],
  ['terminate-session', /Session terminated successfully/],
];

test('simpleStreamableHttp, with a person', async (t) => {
  const gateway = await gatewayWithExample(t);
  const program = startProgram(t, `${EXAMPLES}/client/simpleStreamableHttp.js`, [], { wantsTerminal: true });
  // Its default address answers nobody, or somebody else.
  await program.printed(/Available commands[\s\S]*> $/);
  const say = async (line, expected) => {
    program.stdout = '';
    program.type(line);
    assert.ok(await program.printed(expected), `${line}: ${program.stdout}\n${program.stderr}`);
  };
  await say('disconnect', /> $/);
  await say(`connect ${gateway.mcp('example')}`, /Connected to MCP server[\s\S]*> $/);
  for (const [line, expected] of CONVERSATION) await say(line, expected);
});

// Name → [arguments, what the tool says]. They are servers on stdio.
const SERVERS = {
  mcpServerOutputSchema: ['get_weather', { city: 'Riga', country: 'LV' }, ({ structuredContent }) => assert.ok(structuredContent.temperature)],
  progressExample: ['count', { n: 2 }, (result) => assert.match(result.content[0].text, /2/)],
  toolWithSampleServer: ['summarize', { text: 'a long story' }, (result) => assert.equal(result.content[0].text, 'short')],
};

test('servers on stdio', async (t) => {
  const gateway = await startGateway(t);
  const client = new Client({ name: 'examples', version: '1.0.0' }, { capabilities: { sampling: {} } });
  client.setRequestHandler(CreateMessageRequestSchema, () => ({ role: 'assistant', model: 'none', content: { type: 'text', text: 'short' } }));
  t.after(() => client.close());
  for (const name of Object.keys(SERVERS)) {
    await gateway.register({ name, transport: 'stdio', command: process.execPath, args: [packaged(`${EXAMPLES}/server/${name}.js`)] });
  }
  await client.connect(new StreamableHTTPClientTransport(new URL(gateway.mcp())));
  for (const [name, [tool, args, check]] of Object.entries(SERVERS)) {
    await t.test(name, async () => {
      const result = await client.callTool({ name: `${name}__${tool}`, arguments: args });
      assert.ok(!result.isError, JSON.stringify(result));
      check(result);
    });
  }
});
