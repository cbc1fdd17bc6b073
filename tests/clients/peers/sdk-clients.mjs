// The official SDK's clients of both major lines, as matrix.test.mjs uses them.
import * as v2 from '@modelcontextprotocol/client';
import * as v1 from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CreateMessageRequestSchema, ElicitRequestSchema, ListRootsRequestSchema, LoggingMessageNotificationSchema, ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { ASKED } from './offer.mjs';

const IDENTITY = { name: 'matrix', version: '1.0.0' };
const CAPABILITIES = { sampling: {}, roots: {}, elicitation: { form: {}, url: {} } };
const SCHEMAS = {
  'sampling/createMessage': CreateMessageRequestSchema, 'elicitation/create': ElicitRequestSchema, 'roots/list': ListRootsRequestSchema,
  'notifications/message': LoggingMessageNotificationSchema, 'notifications/resources/updated': ResourceUpdatedNotificationSchema,
  'notifications/tools/list_changed': ToolListChangedNotificationSchema,
};
const LOG_LEVEL = 'io.modelcontextprotocol/logLevel';

// A connected client: `client` is the SDK's, whose methods are alike in both lines for what is not here. `heard` is what came outside of
// answers, and `asked` what servers asked.
class Peer {
  heard = { logged: [], updated: [], changed: 0 };
  asked = [];

  constructor(client, isModern, on) {
    Object.assign(this, { client, isModern });
    const answer = (tool, params) => {
      this.asked.push({ tool, params });
      return ASKED[tool].answer;
    };
    on.request('sampling/createMessage', ({ params }) => answer('ask_model', params));
    on.request('roots/list', ({ params }) => answer('ask_folders', params));
    on.request('elicitation/create', ({ params }) => answer(params.mode === 'url' ? 'ask_url' : 'ask_person', params));
    on.notification('notifications/message', ({ params }) => this.heard.logged.push(params.level));
    on.notification('notifications/resources/updated', ({ params }) => this.heard.updated.push(params.uri));
    on.notification('notifications/tools/list_changed', () => this.heard.changed++);
  }

  // Options: onprogress, signal; `_meta` of the request.
  call(name, args = {}, { _meta, ...options } = {}) {
    const params = { name, arguments: args, ...(_meta && { _meta }) };
    return this.client instanceof v1.Client ? this.client.callTool(params, undefined, options) : this.client.callTool(params, options);
  }

  // What a call logs from `level` up.
  async callLogged(name, level, args) {
    this.heard.logged = [];
    if (this.isModern) return this.call(name, args, { _meta: { [LOG_LEVEL]: level } });
    await this.client.setLoggingLevel(level);
    return this.call(name, args);
  }

  // Hears of `uri`, and of tools, from now on.
  async hear(uri) {
    if (this.isModern) this.subscription = await this.client.listen({ toolsListChanged: true, resourceSubscriptions: [uri] });
    else await this.client.subscribeResource({ uri });
  }

  async close() {
    await this.subscription?.close();
    await this.client.close();
  }
}

async function connectV1(transport) {
  const client = new v1.Client(IDENTITY, { capabilities: CAPABILITIES });
  const peer = new Peer(client, false, {
    request: (method, handler) => client.setRequestHandler(SCHEMAS[method], handler),
    notification: (method, handler) => client.setNotificationHandler(SCHEMAS[method], handler),
  });
  await client.connect(transport);
  return peer;
}

async function connectV2(url, mode, isModern) {
  const client = new v2.Client(IDENTITY, { capabilities: CAPABILITIES, versionNegotiation: { mode } });
  const peer = new Peer(client, isModern, {
    request: (method, handler) => client.setRequestHandler(method, handler),
    notification: (method, handler) => client.setNotificationHandler(method, handler),
  });
  await client.connect(new v2.StreamableHTTPClientTransport(new URL(url)));
  return peer;
}

// Name → connects to a gateway's endpoint of all servers.
export const CLIENTS = {
  'SDK 1, streamable HTTP': (gateway) => connectV1(new StreamableHTTPClientTransport(new URL(gateway.mcp()))),
  'SDK 1, HTTP+SSE': (gateway) => connectV1(new SSEClientTransport(new URL(`${gateway.url}/sse`))),
  'SDK 2, legacy': (gateway) => connectV2(gateway.mcp(), 'legacy', false),
  'SDK 2, 2026-07-28': (gateway) => connectV2(gateway.mcp(), { pin: '2026-07-28' }, true),
  'SDK 2, whatever it finds': (gateway) => connectV2(gateway.mcp(), 'auto', true),
};
