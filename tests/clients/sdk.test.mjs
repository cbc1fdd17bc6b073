// The official TypeScript SDK, both major lines and both eras, uses real servers through the gateway.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import * as v2 from '@modelcontextprotocol/client';
import * as v1 from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { names } from '../blackbox/support/expect.mjs';
import { startGateway } from '../blackbox/support/gateway.mjs';
import { within } from '../blackbox/support/wait.mjs';
import { NOTE, registerRealServers } from './servers.mjs';

const IDENTITY = { name: 'sdk-test', version: '1.0.0' };

// Name → a function that connects and gives a client; all of them have the same methods for what is used here.
const CLIENTS = {
  'SDK 1, 2025-11-25': async (url) => {
    const client = new v1.Client(IDENTITY, { capabilities: {} });
    await client.connect(new V1Transport(new URL(url)));
    return client;
  },
  'SDK 2, legacy': (url) => connectV2(url, 'legacy'),
  'SDK 2, 2026-07-28': (url) => connectV2(url, { pin: '2026-07-28' }),
  'SDK 2, whatever it finds': (url) => connectV2(url, 'auto'),
};

async function connectV2(url, mode) {
  const client = new v2.Client(IDENTITY, { capabilities: {}, versionNegotiation: { mode } });
  await client.connect(new v2.StreamableHTTPClientTransport(new URL(url)));
  return client;
}

const textOf = (result) => {
  assert.ok(!result.isError, JSON.stringify(result.content));
  return result.content[0].text;
};

test('clients', async (t) => {
  const gateway = await startGateway(t);
  const { folder } = await registerRealServers(t, gateway);
  const call = (client, name, args = {}) => within(60_000, name, client.callTool({ name, arguments: args }));

  for (const [name, connect] of Object.entries(CLIENTS)) {
    await t.test(`${name}, on /mcp`, async () => {
      const client = await connect(gateway.mcp());
      const tools = names((await client.listTools()).tools);
      for (const wanted of ['everything__echo', 'everything_http__get-sum', 'filesystem__read_text_file', 'memory__create_entities']) {
        assert.ok(tools.includes(wanted), `${wanted} in ${tools.join(' ')}`);
      }
      for (const server of ['everything', 'everything_http']) {
        assert.match(textOf(await call(client, `${server}__echo`, { message: 'grüße' })), /grüße/);
        assert.match(textOf(await call(client, `${server}__get-sum`, { a: 2, b: 3 })), /5/);
        const structured = await call(client, `${server}__get-structured-content`, { location: 'New York' });
        assert.ok(structured.structuredContent, JSON.stringify(structured));
        const image = await call(client, `${server}__get-tiny-image`);
        assert.ok(image.content.some(({ type }) => type === 'image'));
      }
      const asTask = await call(client, 'everything__simulate-research-query', { topic: 'tea' });
      assert.match(textOf(asTask), /tea/i, 'a tool that runs as a task only');
      assert.ok(textOf(await call(client, 'filesystem__read_text_file', { path: path.join(folder, 'note.txt') })).includes(NOTE.trim()));
      const outside = await call(client, 'filesystem__read_text_file', { path: '/etc/hostname' });
      assert.equal(outside.isError, true, 'the error of the tool is a result');
      await call(client, 'memory__create_entities', { entities: [{ name: `of ${name}`, entityType: 'client', observations: ['was here'] }] });
      assert.ok(textOf(await call(client, 'memory__read_graph')).includes(`of ${name}`), 'a stateful server remembers');

      const prompts = names((await client.listPrompts()).prompts);
      assert.ok(prompts.includes('everything__simple-prompt') && prompts.includes('everything_http__args-prompt'), prompts.join(' '));
      const prompt = await client.getPrompt({ name: 'everything__args-prompt', arguments: { city: 'Riga' } });
      assert.match(JSON.stringify(prompt.messages), /Riga/);
      const { resources } = await client.listResources();
      const documents = resources.filter(({ name: exposed }) => exposed.startsWith('everything_http__'));
      assert.ok(documents.length > 0, names(resources).join(' '));
      const [content] = (await client.readResource({ uri: documents[0].uri })).contents;
      assert.equal(content.uri, documents[0].uri);
      assert.ok((content.text ?? content.blob).length > 0);
      await assert.rejects(call(client, 'everything__no-such-tool'), /no-such-tool/);
      await client.close();
    });

    await t.test(`${name}, on the endpoint of one server`, async () => {
      for (const server of ['everything', 'everything_http']) {
        const client = await connect(gateway.mcp(server));
        const tools = names((await client.listTools()).tools);
        assert.ok(tools.includes('echo') && !tools.some((tool) => tool.includes('__')), tools.join(' '));
        assert.match(textOf(await call(client, 'echo', { message: name })), new RegExp(name.replace(/[.]/g, '\\.')));
        const { resources } = await client.listResources();
        assert.ok(resources.length > 0 && resources.every(({ uri }) => !uri.startsWith('mcpj:')));
        await client.readResource({ uri: resources[0].uri });
        const { resourceTemplates } = await client.listResourceTemplates();
        assert.ok(resourceTemplates.length > 0);
        await client.readResource({ uri: resourceTemplates[0].uriTemplate.replace(/\{[^}]+\}/, '1') });
        await client.close();
      }
    });

    await t.test(`${name}: progress and a time limit`, async () => {
      const client = await connect(gateway.mcp());
      const seen = [];
      const params = { name: 'everything__trigger-long-running-operation', arguments: { duration: 1, steps: 4 } };
      const options = { onprogress: ({ progress }) => seen.push(progress) };
      const result = await (client instanceof v1.Client ? client.callTool(params, undefined, options) : client.callTool(params, options));
      assert.match(textOf(result), /completed/i);
      assert.deepEqual(seen, [1, 2, 3, 4]);
      await client.close();
    });
  }

  await t.test('a list that changes is told to a legacy client', async () => {
    const client = await CLIENTS['SDK 1, 2025-11-25'](gateway.mcp());
    const { ToolListChangedNotificationSchema } = await import('@modelcontextprotocol/sdk/types.js');
    const changed = new Promise((resolve) => client.setNotificationHandler(ToolListChangedNotificationSchema, resolve));
    await gateway.rest('POST', '/tools/disable?entity=everything__echo');
    await within(10_000, 'list_changed', changed);
    assert.ok(!names((await client.listTools()).tools).includes('everything__echo'));
    await gateway.rest('POST', '/tools/enable?entity=everything__echo');
    await client.close();
  });

  await t.test('a completion of a prompt argument', async () => {
    const client = await CLIENTS['SDK 2, 2026-07-28'](gateway.mcp());
    const { completion } = await client.complete({
      ref: { type: 'ref/prompt', name: 'everything__completable-prompt' }, argument: { name: 'department', value: 'E' },
    });
    assert.ok(completion.values.includes('Engineering'), JSON.stringify(completion));
    await client.close();
  });
});
