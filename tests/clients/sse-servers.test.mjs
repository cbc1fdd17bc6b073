// Real servers of HTTP+SSE behind the gateway: server-everything, and one of the official SDK's SSEServerTransport that asks its client.
import assert from 'node:assert/strict';
import http from 'node:http';
import test from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { ElicitRequestSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { defer } from '../blackbox/support/cleanup.mjs';
import { names } from '../blackbox/support/expect.mjs';
import { startGateway } from '../blackbox/support/gateway.mjs';
import { eventually } from '../blackbox/support/wait.mjs';
import { startEverythingOverSse } from './servers.mjs';

const ELICITED = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };

// A server of SDK 1; `grow` gives it one tool more.
async function startSdkServer(t) {
  const transports = new Map();
  const servers = new Set();
  const extra = [];
  const addExtra = (server, name) => server.registerTool(name, {}, () => ({ content: [{ type: 'text', text: name }] }));
  const open = async (res) => {
    const transport = new SSEServerTransport('/message', res);
    const server = new McpServer({ name: 'sdk-sse', version: '1' });
    server.registerTool('ask', {}, async () => {
      const answer = await server.server.elicitInput({ message: 'Who?', requestedSchema: ELICITED });
      return { content: [{ type: 'text', text: `${answer.action} ${answer.content?.name}` }] };
    });
    for (const name of extra) addExtra(server, name);
    transports.set(transport.sessionId, transport);
    servers.add(server);
    res.on('close', () => {
      transports.delete(transport.sessionId);
      servers.delete(server);
    });
    await server.connect(transport);
  };
  const listener = http.createServer((req, res) => {
    const url = new URL(req.url, 'http://x');
    if (req.method === 'GET') return open(res);
    const transport = transports.get(url.searchParams.get('sessionId'));
    return transport ? transport.handlePostMessage(req, res) : res.writeHead(404).end();
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  defer(t, () => {
    listener.closeAllConnections();
    return new Promise((resolve) => listener.close(resolve));
  });
  const grow = (name) => {
    extra.push(name);
    for (const server of servers) addExtra(server, name);
  };
  return { url: `http://127.0.0.1:${listener.address().port}/sse`, transports, grow };
}

async function connect(t, transport, capabilities = {}) {
  const client = new Client({ name: 'sdk-test', version: '1.0.0' }, { capabilities });
  await client.connect(transport);
  defer(t, () => client.close());
  return client;
}

const textOf = (result) => {
  assert.ok(!result.isError, JSON.stringify(result.content));
  return result.content[0].text;
};

for (const session_mode of ['stateless', 'stateful']) {
  test(`server-everything over HTTP+SSE, ${session_mode}, for clients of both transports`, async (t) => {
    const gateway = await startGateway(t);
    await gateway.register({ name: 'every', transport: 'sse', url: await startEverythingOverSse(t, gateway.mark), session_mode });
    const roads = { '/mcp': new StreamableHTTPClientTransport(new URL(gateway.mcp())), '/sse': new SSEClientTransport(new URL(`${gateway.url}/sse`)) };
    for (const [road, transport] of Object.entries(roads)) {
      await t.test(road, async (t) => {
        const client = await connect(t, transport);
        assert.ok(names((await client.listTools()).tools).includes('every__echo'));
        const call = (tool, args = {}, options = undefined) => client.callTool({ name: `every__${tool}`, arguments: args }, undefined, options);
        assert.match(textOf(await call('echo', { message: 'grüße' })), /grüße/);
        const sums = await Promise.all(Array.from({ length: 20 }, (_, n) => call('get-sum', { a: n, b: 1 })));
        sums.forEach((sum, n) => assert.match(textOf(sum), new RegExp(`\\b${n + 1}\\b`)));
        const seen = [];
        const onprogress = ({ progress }) => seen.push(progress);
        assert.match(textOf(await call('trigger-long-running-operation', { duration: 1, steps: 4 }, { onprogress })), /completed/i);
        assert.deepEqual(seen.slice(0, 3), [1, 2, 3]);  // The SDK drops progress that comes in one piece with the answer.
        const { resources } = await client.listResources();
        const [content] = (await client.readResource({ uri: resources[0].uri })).contents;
        assert.equal(content.uri, resources[0].uri);
        const { messages } = await client.getPrompt({ name: 'every__args-prompt', arguments: { city: 'Riga' } });
        assert.match(JSON.stringify(messages), /Riga/);
      });
    }
  });
}

test('a server of the SDK asks its client, and tells of its tools', async (t) => {
  const server = await startSdkServer(t);
  const gateway = await startGateway(t);
  await gateway.register({ name: 'sdk', transport: 'sse', url: server.url });
  const client = await connect(t, new StreamableHTTPClientTransport(new URL(gateway.mcp())), { elicitation: {} });
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { name: 'Bo' } }));
  assert.equal(textOf(await client.callTool({ name: 'sdk__ask', arguments: {} })), 'accept Bo');
  const changed = new Promise((resolve) => client.setNotificationHandler(ToolListChangedNotificationSchema, resolve));
  server.grow('more');
  await changed;
  assert.equal(textOf(await client.callTool({ name: 'sdk__more', arguments: {} })), 'more');
  assert.equal((await gateway.rest('DELETE', '/servers/sdk')).status, 204);
  await eventually('no session is left', () => server.transports.size === 0);
});
