// The official TypeScript SDK hears of changes through the gateway: by subscriptions/listen, on a GET stream, and over HTTP+SSE.
import assert from 'node:assert/strict';
import test from 'node:test';
import * as v2 from '@modelcontextprotocol/client';
import * as v1 from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  LoggingMessageNotificationSchema, ResourceUpdatedNotificationSchema, ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { exposedUri, names } from '../blackbox/support/expect.mjs';
import { startGateway } from '../blackbox/support/gateway.mjs';
import { startHttpUpstream } from '../blackbox/support/http-upstream.mjs';
import { eventually } from '../blackbox/support/wait.mjs';

const IDENTITY = { name: 'sdk-test', version: '1.0.0' };
const NOTE = 'file:///a b?.txt';
const EXPOSED = exposedUri('up', NOTE);

// Name → connects and gives { client, updated: URIs, changed: number of list changes }.
const CLIENTS = {
  'SDK 1, streamable HTTP': (gateway) => connectV1(new StreamableHTTPClientTransport(new URL(gateway.mcp()))),
  'SDK 1, HTTP+SSE': (gateway) => connectV1(new SSEClientTransport(new URL(`${gateway.url}/sse`))),
  'SDK 2, subscriptions/listen': async (gateway) => {
    const client = new v2.Client(IDENTITY, { capabilities: {}, versionNegotiation: { mode: { pin: '2026-07-28' } } });
    const heard = { client, updated: [], changed: 0 };
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => heard.updated.push(params.uri));
    client.setNotificationHandler('notifications/tools/list_changed', () => heard.changed++);
    await client.connect(new v2.StreamableHTTPClientTransport(new URL(gateway.mcp())));
    heard.subscription = await client.listen({ toolsListChanged: true, resourceSubscriptions: [EXPOSED] });
    return heard;
  },
};

async function connectV1(transport) {
  const client = new v1.Client(IDENTITY, { capabilities: {} });
  const heard = { client, updated: [], changed: 0, logged: [] };
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => heard.updated.push(params.uri));
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => heard.changed++);
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => heard.logged.push(params.level));
  await client.connect(transport);
  await client.subscribeResource({ uri: EXPOSED });
  return heard;
}

for (const [name, connect] of Object.entries(CLIENTS)) {
  for (const options of [{ era: 'legacy', sessions: true }, { era: 'modern' }]) {
    test(`${name}, ${options.era} server`, async (t) => {
      const upstream = await startHttpUpstream(t, { tellsNews: true, ...options });
      const gateway = await startGateway(t);
      await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
      const heard = await connect(gateway);
      assert.ok(names((await heard.client.listTools()).tools).includes('up__echo'));
      // The SDK opens its GET stream when it likes: what is told before that, nobody hears.
      await eventually('an update', () => {
        upstream.tell('notifications/resources/updated', { uri: NOTE });
        return heard.updated.length > 0;
      });
      assert.equal(heard.updated[0], EXPOSED);
      await gateway.rest('POST', '/tools/disable?entity=up__echo');
      await eventually('a change of the tools', () => heard.changed > 0);
      assert.ok(!names((await heard.client.listTools()).tools).includes('up__echo'));
      if (heard.logged) {
        await heard.client.setLoggingLevel('critical');
        await heard.client.callTool({ name: 'up__log', arguments: {} });
        await eventually('what was logged', () => heard.logged.join() === 'critical,alert,emergency');
      }
      await heard.subscription?.close();
      await heard.client.close();
    });
  }
}
