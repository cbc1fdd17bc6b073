// The REST side of a gateway as far as upstream OAuth goes, for tests of the command line alone: it is the OAuth client of an
// authorization-server.mjs. Its registrations want a redirect URI first, then a person.
//
//   const gateway = await startScriptedGateway(t, as);
//   gateway.completed    // The authorization responses that came back: { code, state, iss }
import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import { defer } from './cleanup.mjs';
import { request } from './http.mjs';

const SERVER = { name: 'up', transport: 'streamable_http', enabled: true, description: '', url: 'http://u/mcp', command: '', args: null, env: null, session_mode: 'stateless' };

// `as` needs an `issuer`; `habits.endpoints` has the URLs of its endpoints that are not called register, authorize or token, and
// `habits.query` further parameters of the authorization request. `habits.authorizationUrl(url)` may change the URL that the person is sent to. `habits.refuseCompletion`: the error text of a completion.
export async function startScriptedGateway(t, as, habits = {}) {
  const gateway = new ScriptedGateway(as, habits);
  await new Promise((resolve) => gateway.server.listen(0, '127.0.0.1', resolve));
  defer(t, () => {
    gateway.server.closeAllConnections();
    return new Promise((resolve) => gateway.server.close(resolve));
  });
  return gateway;
}

class ScriptedGateway {
  requests = [];  // { method, path, body }
  completed = [];
  #sessions = new Map();

  constructor(as, habits) {
    Object.assign(this, { as, habits });
    this.server = http.createServer((req, res) => this.#serve(req, res));
  }

  get url() {
    return `http://127.0.0.1:${this.server.address().port}`;
  }

  async #serve(req, res) {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const body = text ? JSON.parse(text) : undefined;
    this.requests.push({ method: req.method, path: req.url, body });
    const [status, answer] = await this.#answer(req.method, req.url, body);
    res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
  }

  #answer(method, path, body) {
    const complete = /^\/api\/v0\/upstream_oauth\/sessions\/(\w+)\/complete$/.exec(path);
    if (method === 'POST' && complete) return this.#complete(complete[1], body);
    if (method === 'POST' && (/^\/api\/v0\/servers(\?force=true)?$/.test(path) || path === '/api/v0/servers/up/authorize')) return this.#begin(body);
    if (method === 'GET' && path.startsWith('/api/v0/')) return [200, []];
    return [404, { error: 'not found' }];
  }

  #endpoint(name) {
    return this.habits.endpoints?.[name] ?? `${this.as.issuer}/${name}`;
  }

  async #begin({ oauth_redirect_uri: redirect }) {
    if (!redirect) return [400, { error: 'upstream server requires OAuth authorization', code: 'upstream_oauth_required' }];
    const registration = { redirect_uris: [redirect], grant_types: ['authorization_code', 'refresh_token'], application_type: 'native', token_endpoint_auth_method: 'none' };
    const { client_id } = (await request(this.#endpoint('register'), { method: 'POST', body: registration })).json;
    const session = { client_id, redirect, verifier: randomBytes(32).toString('hex'), state: randomBytes(16).toString('hex') };
    const id = randomBytes(32).toString('hex');
    this.#sessions.set(id, session);
    const query = new URLSearchParams({
      response_type: 'code', client_id, redirect_uri: redirect, state: session.state, code_challenge_method: 'S256',
      code_challenge: createHash('sha256').update(session.verifier).digest('base64url'), ...this.habits.query,
    });
    const url = `${this.#endpoint('authorize')}?${query}`;
    const expires_at = new Date(Date.now() + 600_000).toISOString();
    return [202, { authorization_required: { session_id: id, authorization_url: this.habits.authorizationUrl?.(url) ?? url, expires_at } }];
  }

  async #complete(id, response) {
    const session = this.#sessions.get(id);
    this.completed.push(response);
    if (this.habits.refuseCompletion) return [502, { error: this.habits.refuseCompletion }];
    if (session?.state !== response.state) return [400, { error: 'upstream OAuth session state mismatch' }];
    const form = { grant_type: 'authorization_code', code: response.code, redirect_uri: session.redirect, client_id: session.client_id, code_verifier: session.verifier };
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const token = await request(this.#endpoint('token'), { method: 'POST', headers, body: new URLSearchParams(form).toString() });
    return token.status === 200 ? [201, { server: SERVER }] : [500, { error: `token request failed: ${token.json.error}` }];
  }
}
