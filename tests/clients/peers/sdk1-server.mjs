// A server on the official SDK of the first major line: node sdk1-server.mjs stdio | http | sse. Over HTTP it prints {"port": N}.
import { InMemoryTaskMessageQueue, InMemoryTaskStore } from '@modelcontextprotocol/sdk/experimental/tasks/stores/in-memory.js';
import { completable } from '@modelcontextprotocol/sdk/server/completable.js';
import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import {
  CreateMessageResultSchema, ElicitResultSchema, ListResourcesRequestSchema, SubscribeRequestSchema, UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { listen, sessionsOf, streamsOf } from './http-sessions.mjs';
import { addTool, ASKED, CAPABILITIES, offer, text } from './offer.mjs';

const SCHEMAS = {
  'resources/list': ListResourcesRequestSchema, 'resources/subscribe': SubscribeRequestSchema, 'resources/unsubscribe': UnsubscribeRequestSchema,
};
const taskStore = new InMemoryTaskStore();
const added = [];
const live = new Map();  // Servers of sessions that are open → the URIs that the session is subscribed to.

const server = {
  cancelled: 0,
  add(name) {
    added.push(name);
    for (const mcp of live.keys()) addTool(mcp, name);
  },
  updated(uri) {
    for (const [mcp, uris] of live) {
      if (uris.has(uri)) mcp.server.sendResourceUpdated({ uri });
    }
  },
};

const said = (tool, answer) => text(ASKED[tool].says(answer));
const onTheStreamOfTheCall = (tool, schema) => async (_, extra) => {
  const { method, params } = ASKED[tool];
  return said(tool, await extra.sendRequest({ method, params }, schema));
};

const SDK = {
  ResourceTemplate, completable,
  callOf: (extra) => ({
    server, signal: extra.signal, progressToken: extra._meta?.progressToken,
    notify: (method, params) => extra.sendNotification({ method, params }),
    // sendLoggingMessage() says it on the stream of the session, which may come after the answer of the call.
    log: (level, data) => extra.sendNotification({ method: 'notifications/message', params: { level, data } }),
  }),
  // The convenient ways, elicitInput() and listRoots(), ask on the stream of the session.
  asking: {
    ask_model: onTheStreamOfTheCall('ask_model', CreateMessageResultSchema),
    ask_person: async (_, extra, mcp) => said('ask_person', await mcp.server.elicitInput(ASKED.ask_person.params)),
    ask_url: onTheStreamOfTheCall('ask_url', ElicitResultSchema),
    ask_folders: async (_, extra, mcp) => said('ask_folders', await mcp.server.listRoots()),
  },
  on: (mcp, method, handler) => mcp.server.setRequestHandler(SCHEMAS[method], ({ params }) => handler(params)),
};

function makeServer() {
  const capabilities = { ...CAPABILITIES, tasks: { requests: { tools: { call: {} } } } };
  const mcp = new McpServer({ name: 'sdk1', version: '1.0.0' }, { capabilities, taskStore, taskMessageQueue: new InMemoryTaskMessageQueue() });
  offer(mcp, SDK, added);
  mcp.experimental.tasks.registerToolTask('ponder', { description: 'Runs as a task only', inputSchema: { about: z.string() } }, {
    async createTask({ about }, { taskStore: store, taskRequestedTtl }) {
      const task = await store.createTask({ ttl: taskRequestedTtl });
      setImmediate(() => store.storeTaskResult(task.taskId, 'completed', text(`pondered ${about}`)));
      return { task };
    },
    getTask: (_, { taskId, taskStore: store }) => store.getTask(taskId),
    getTaskResult: (_, { taskId, taskStore: store }) => store.getTaskResult(taskId),
  });
  const uris = new Set();
  SDK.on(mcp, 'resources/subscribe', ({ uri }) => (uris.add(uri), {}));
  SDK.on(mcp, 'resources/unsubscribe', ({ uri }) => (uris.delete(uri), {}));
  live.set(mcp, uris);
  mcp.server.onclose = () => live.delete(mcp);
  return mcp;
}

if (process.argv[2] === 'stdio') await makeServer().connect(new StdioServerTransport());
else listen(process.argv[2] === 'sse' ? streamsOf(SSEServerTransport, makeServer) : sessionsOf(StreamableHTTPServerTransport, makeServer));
