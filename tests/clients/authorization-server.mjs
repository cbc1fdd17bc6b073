// An authorization server that we did not write, `oidc-provider`, in front of an MCP server of the official SDK that takes its tokens.
import http from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import Provider from 'oidc-provider';
import { z } from 'zod';
import { defer } from '../blackbox/support/cleanup.mjs';

const SCOPE = 'mcp.read';
const WELL_KNOWN = '/.well-known/oauth-protected-resource/mcp';

function listen(t, server) {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`));
    defer(t, () => {
      server.closeAllConnections();
      return new Promise((closed) => server.close(closed));
    });
  });
}

// → { issuer, url, provider, seen }: `seen` counts the endpoints' answers, like { registration: 1, token: 2, revocation: 1 }.
// `lifetime()` says for how many seconds the next access token lives.
export async function startProtectedServer(t, { lifetime = () => 3600 } = {}) {
  const seen = {};
  const issuerServer = http.createServer();
  const issuer = await listen(t, issuerServer);
  const provider = new Provider(issuer, {
    scopes: ['openid', 'offline_access', SCOPE],
    cookies: { keys: ['a key of the tests'] },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
    clientBasedCORS: () => false,
    features: {
      registration: { enabled: true },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => ({ scope: SCOPE, audience: resource, accessTokenTTL: lifetime(), accessTokenFormat: 'opaque' }),
      },
    },
  });
  provider.use(async (ctx, next) => {
    await next();
    const route = ctx.oidc?.route;
    if (route && ctx.status < 400) seen[route] = (seen[route] ?? 0) + 1;
  });
  issuerServer.on('request', provider.callback());

  let url;
  const resource = http.createServer((req, res) => serve(req, res, { url, issuer, provider }));
  url = `${await listen(t, resource)}/mcp`;
  return { issuer, url, provider, seen };
}

async function serve(req, res, { url, issuer, provider }) {
  if (req.url === WELL_KNOWN) {
    const metadata = { resource: url, authorization_servers: [issuer], scopes_supported: [SCOPE], bearer_methods_supported: ['header'] };
    return res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(metadata));
  }
  const bearer = /^Bearer (.+)$/.exec(req.headers.authorization ?? '')?.[1];
  const token = bearer && (await provider.AccessToken.find(bearer));
  if (token?.aud !== url) {
    const challenge = `Bearer resource_metadata="${new URL(WELL_KNOWN, url)}", scope="${SCOPE}"`;
    return res.writeHead(401, { 'WWW-Authenticate': challenge }).end();
  }
  const server = new McpServer({ name: 'protected', version: '1' });
  server.registerTool('whoami', { description: 'Who approved', inputSchema: { message: z.string() } }, ({ message }) => ({
    content: [{ type: 'text', text: `${message} from ${token.accountId}` }],
  }));
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  res.on('close', () => server.close());
  await server.connect(transport);
  return transport.handleRequest(req, res);
}
