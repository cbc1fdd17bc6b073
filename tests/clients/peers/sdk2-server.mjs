// A server on the official SDK of the second major line: node sdk2-server.mjs stdio | http, both | legacy. `both` eras on one address,
// or legacy ones alone. Over HTTP it prints {"port": N}.
import { NodeStreamableHTTPServerTransport, toNodeHandler, toWebRequest } from '@modelcontextprotocol/node';
import {
  completable, createMcpHandler, inputRequired, isLegacyRequest, McpServer, ResourceTemplate,
} from '@modelcontextprotocol/server';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { listen, sessionsOf } from './http-sessions.mjs';
import { addTool, ASKED, CAPABILITIES, offer, text } from './offer.mjs';

const [transportName, eras] = process.argv.slice(2);
const added = [];
const live = new Set();  // Servers of sessions and processes.
let modern;              // Serves modern clients over HTTP, with a server for each request.

const server = {
  cancelled: 0,
  add(name) {
    added.push(name);
    for (const mcp of live) addTool(mcp, name);
    modern?.notify.toolsChanged();
  },
  // Modern clients hear of what they subscribed to, for which the SDK cares; legacy ones here hear of everything.
  updated(uri) {
    for (const mcp of live) mcp.server.sendResourceUpdated({ uri });
    modern?.notify.resourceUpdated(uri);
  },
};

// One way for both eras: in the legacy one the SDK sends the request and calls the tool again with the answer.
const asking = (tool) => (_, { mcpReq }) => {
  const { method, params, says } = ASKED[tool];
  const answer = mcpReq.inputResponses?.answer;
  return answer ? text(says(answer)) : inputRequired({ inputRequests: { answer: { method, params: params ?? {} } } });
};

const SDK = {
  ResourceTemplate, completable,
  callOf: ({ mcpReq }) => ({
    server, signal: mcpReq.signal, progressToken: mcpReq._meta?.progressToken,
    notify: (method, params) => mcpReq.notify({ method, params }),
    // In the legacy era log() says it on the stream of the session, which may come after the answer of the call.
    log: (level, data) => {
      if (mcpReq.envelope) return mcpReq.log(level, data);
      return mcpReq.notify({ method: 'notifications/message', params: { level, data } });
    },
  }),
  asking: Object.fromEntries(Object.keys(ASKED).map((tool) => [tool, asking(tool)])),
  on: (mcp, method, handler) => mcp.server.setRequestHandler(method, ({ params }) => handler(params)),
};

function makeServer() {
  const mcp = new McpServer({ name: 'sdk2', version: '1.0.0' }, { capabilities: CAPABILITIES });
  offer(mcp, SDK, added);
  SDK.on(mcp, 'resources/subscribe', () => ({}));
  SDK.on(mcp, 'resources/unsubscribe', () => ({}));
  return mcp;
}

function makeLasting() {
  const mcp = makeServer();
  live.add(mcp);
  mcp.server.onclose = () => live.delete(mcp);
  return mcp;
}

async function readBody(req) {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  return chunks.length ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
}

function serveHttp() {
  const serveLegacy = sessionsOf(NodeStreamableHTTPServerTransport, makeLasting);
  if (eras === 'both') modern = createMcpHandler(makeServer, { legacy: 'reject' });
  const serveModern = modern && toNodeHandler(modern);
  listen(async (req, res) => {
    const body = await readBody(req);
    const isLegacy = !modern || (await isLegacyRequest(await toWebRequest(req, body), body));
    await (isLegacy ? serveLegacy(req, res, body) : serveModern(req, res, body));
  });
}

if (transportName === 'http') serveHttp();
else if (eras === 'both') serveStdio(makeLasting);
else await makeLasting().connect(new StdioServerTransport());
