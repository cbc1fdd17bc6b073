// A fake OAuth authorization server on a free port of loopback, with a switch for each habit and each attack that clients meet. It
// records every request. The person approves at once (or refuses: `person`), so following redirects from the authorization URL is all
// that a browser has to do.
//
//   const as = await startAuthorizationServer(t, { issuerPath: '/tenant1', rotates: true });
//   const upstream = await startProtectedUpstream(t, as);        // protected-upstream.mjs
//   as.fail('token', 500, 1);                                    // the next token request only
//   as.seen('register').length                                   // requests per endpoint
import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { defer } from './cleanup.mjs';
import { OAuthError, authenticated } from './client-authentication.mjs';
import { misbehave } from './http-faults.mjs';
import { request } from './http.mjs';

// What can be switched; every member may be changed while the server runs.
const HABITS = {
  // Discovery
  issuerPath: '',              // '/tenant1': several issuers share one host.
  metadata: 'rfc8414',         // 'oidc' (path inserted), 'oidc_appended' (path first), 'none': 404 everywhere.
  claimedIssuer: undefined,    // The `issuer` of the document, where it is not the truth.
  endpoints: {},               // Members of the document to replace: { authorization_endpoint: 'javascript:alert(1)' }; undefined drops.
  hiddenPrefix: '',            // '/v1': where the endpoints really live, while the document omits it (Atlassian).
  pkceMethods: ['S256'],       // undefined: not advertised. ['plain']: a downgrade.
  scopesSupported: undefined,

  // Client identity
  registration: 'open',        // 'absent': no endpoint. 'forbidden': 403 to all (Figma, to names it does not know). 'unauthorized': 401.
  knownNames: undefined,       // The only values of client_name that may register (Figma).
  tokenAuth: 'none',           // The token endpoint's method: client_secret_basic, client_secret_post, private_key_jwt.
  registersAs: undefined,      // The client id that registration hands out: another server's, in a mix-up.
  clientIdMetadata: undefined, // Client ID Metadata Documents: 'fetched' or, for a URL that leads nowhere, 'unchecked'.
  fixesScope: false,           // A client gets no scope that its registration did not name (PostHog).

  // Authorization
  person: 'approves',          // or the OAuth error code that her refusal yields: 'access_denied'.
  iss: 'right',                // 'absent', or what stands there instead (mix-up).
  advertisesIss: true,
  state: 'right',              // or what stands there instead; undefined drops it.
  wantsScope: false,           // An authorization request without scope is refused (Slack).
  unknownClient: 'page',       // How /authorize meets a forgotten client: a page with 400, or 'bare_500' (Atlassian).
  looseRedirects: false,       // Any redirect URI is fine; normally it has to be one of the registered, character by character.
  wantsResource: false,        // Both requests have to carry RFC 8707's `resource`.

  // Tokens
  expiresIn: 3600,             // Seconds; undefined: the answer has no expires_in.
  skew: 0,                     // Tokens die this many seconds before the answer said: the clocks differ.
  refreshes: true,             // Whether refresh tokens are given; then only to clients whose registration names that grant.
  rotates: false,              // Each refresh yields a new refresh token; a second use of an old one revokes the family (Notion).
  wantsClientIdOnRefresh: true, // In the body, from public clients (Linear).
  tokenType: 'Bearer',
  errorsAs200: false,          // Errors of the token endpoint come with status 200.
  revocation: true,            // RFC 7009, advertised and served.
};

const ENDPOINTS = { register: 'registration_endpoint', authorize: 'authorization_endpoint', token: 'token_endpoint', revoke: 'revocation_endpoint' };

// tls: { key, cert } of a server that speaks https. origin: under which it is known, if that is a name that only a proxy can find.
export async function startAuthorizationServer(t, habits = {}, { tls, origin } = {}) {
  const unknown = Object.keys(habits).filter((name) => !(name in HABITS));
  if (unknown.length) throw new Error(`no such habit: ${unknown}`);
  const as = new AuthorizationServer({ ...HABITS, ...habits }, tls, origin);
  await as.listen();
  defer(t, () => as.close());
  return as;
}

class AuthorizationServer {
  requests = [];           // { endpoint, method, path, query, headers, form, json, status }: once it is answered
  clients = new Map();     // Client id → { redirect_uris, grant_types, scope, token_endpoint_auth_method, client_secret, … }
  grants = [];             // { client, scope, resource, refreshToken, spent, isRevoked }
  reused = 0;              // How many times an old refresh token came back.
  authorizations = 0;      // How many times a person was asked.
  onTokens = () => {};     // Called with a token request whose tokens exist, before they are sent.
  #codes = new Map();
  #tokens = new Map();     // Access token → { grant, expiresAt }
  #faults = new Map();     // Endpoint → { kind, times }

  constructor(habits, tls, origin) {
    Object.assign(this, { habits, knownOrigin: origin, scheme: tls ? 'https' : 'http' });
    const serve = (req, res) => this.#serve(req, res);
    this.server = tls ? https.createServer(tls, serve) : http.createServer(serve);
  }

  listen() {
    return new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  get origin() {
    return this.knownOrigin ?? `${this.scheme}://127.0.0.1:${this.port}`;
  }

  get port() {
    return this.server.address().port;
  }

  get issuer() {
    return this.origin + this.habits.issuerPath;
  }

  // The requests of one endpoint: metadata, register, authorize, token, revoke, or 'unknown'.
  seen(endpoint) {
    return this.requests.filter((one) => one.endpoint === endpoint);
  }

  // Makes an endpoint misbehave, for ever or so many `times`: a status, or a kind of http-faults.mjs.
  fail(endpoint, kind, times = Infinity) {
    this.#faults.set(endpoint, { kind, times });
  }

  heal(endpoint) {
    this.#faults.delete(endpoint);
  }

  // A client that an administrator registered by hand → { client_id, client_secret? }.
  addClient({ id = `client-${this.clients.size + 1}`, secret, method = secret ? 'client_secret_basic' : 'none', ...rest } = {}) {
    const client = {
      client_id: id, client_secret: secret, token_endpoint_auth_method: method,
      redirect_uris: [], grant_types: ['authorization_code', 'refresh_token', 'client_credentials'], ...rest,
    };
    this.clients.set(id, client);
    return client;
  }

  // What happens between two calls of a gateway.
  expireAccessTokens() {
    for (const token of this.#tokens.values()) token.expiresAt = 0;
  }

  forgetClients() {
    this.clients.clear();
    this.revokeGrants();
  }

  revokeGrants() {
    for (const grant of this.grants) grant.isRevoked = true;
  }

  // What the protected server makes of a bearer token: { scope } of a good one, or undefined.
  accepted(token, resource) {
    const found = this.#tokens.get(token);
    if (!found || found.grant.isRevoked || Date.now() >= found.expiresAt) return undefined;
    if (resource !== undefined && found.grant.resource !== undefined && found.grant.resource !== resource) return undefined;
    return { scope: found.scope };
  }

  get #document() {
    const { habits, issuer, origin } = this;
    const { issuerPath } = habits;
    const document = {
      issuer: habits.claimedIssuer ?? issuer,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      code_challenge_methods_supported: habits.pkceMethods,
      token_endpoint_auth_methods_supported: [habits.tokenAuth],
      scopes_supported: habits.scopesSupported,
      authorization_response_iss_parameter_supported: habits.advertisesIss || undefined,
      client_id_metadata_document_supported: habits.clientIdMetadata ? true : undefined,
    };
    for (const [endpoint, member] of Object.entries(ENDPOINTS)) document[member] = `${origin}${issuerPath}/${endpoint}`;
    if (habits.registration === 'absent') delete document.registration_endpoint;
    if (!habits.revocation) delete document.revocation_endpoint;
    return { ...document, ...habits.endpoints };
  }

  get #metadataPath() {
    const { issuerPath, metadata } = this.habits;
    return {
      rfc8414: `/.well-known/oauth-authorization-server${issuerPath}`,
      oidc: `/.well-known/openid-configuration${issuerPath}`,
      oidc_appended: `${issuerPath}/.well-known/openid-configuration`,
    }[metadata];
  }

  #endpointOf(path) {
    const { habits } = this;
    if (path === this.#metadataPath) return 'metadata';
    const base = `${habits.issuerPath}${habits.hiddenPrefix}/`;
    const name = path.startsWith(base) ? path.slice(base.length) : '';
    if (!(name in ENDPOINTS)) return 'unknown';
    if (name === 'register' && habits.registration === 'absent') return 'unknown';
    return name === 'revoke' && !habits.revocation ? 'unknown' : name;
  }

  async #serve(req, res) {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const url = new URL(req.url, this.origin);
    const seen = parsed(req, url, Buffer.concat(chunks).toString());
    seen.endpoint = this.#endpointOf(url.pathname);
    this.requests.push(seen);
    res.on('close', () => (seen.status = res.statusCode));
    const fault = this.#faults.get(seen.endpoint);
    if (fault && fault.times-- > 0) return misbehave(req, res, fault.kind);
    try {
      await this[`_${seen.endpoint}`](seen, res);
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      const status = seen.endpoint === 'token' && this.habits.errorsAs200 ? 200 : error.status;
      json(res, status, { error: error.code, error_description: error.message });
    }
    return undefined;
  }

  _unknown(seen, res) {
    res.writeHead(404, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Not found</title>');
  }

  _metadata(seen, res) {
    json(res, 200, this.#document);
  }

  // RFC 7591
  _register(seen, res) {
    const { habits } = this;
    const wanted = seen.json ?? {};
    if (habits.registration === 'forbidden') return json(res, 403, { error: 'access_denied', error_description: 'Registration is closed' });
    if (habits.registration === 'unauthorized') return res.writeHead(401, { 'Content-Type': 'text/plain' }).end('unauthorized');
    if (habits.knownNames && !habits.knownNames.includes(wanted.client_name)) return res.writeHead(403).end('Forbidden');
    if (!wanted.redirect_uris?.length) throw new OAuthError('invalid_redirect_uri', 'redirect_uris is required');
    const client = { ...wanted, client_id: habits.registersAs ?? `registered-${randomBytes(8).toString('hex')}`, token_endpoint_auth_method: habits.tokenAuth };
    if (habits.tokenAuth.startsWith('client_secret')) client.client_secret = randomBytes(24).toString('base64url');
    this.clients.set(client.client_id, client);
    return json(res, 201, client);
  }

  // The client of a request to /authorize; undefined if the server does not know it.
  async #clientOf(id) {
    const known = this.clients.get(id);
    if (known || !this.habits.clientIdMetadata || !id?.startsWith('http')) return known;
    if (this.habits.clientIdMetadata === 'unchecked') return { client_id: id, grant_types: ['authorization_code', 'refresh_token'], token_endpoint_auth_method: 'none' };
    const { json: document } = await request(id, { headers: { Accept: 'application/json' } });
    return document?.client_id === id ? { token_endpoint_auth_method: 'none', ...document } : undefined;
  }

  // RFC 6749 4.1.1: what is wrong with client or redirect URI is told to the person, everything else to the client.
  async _authorize({ query }, res) {
    const { habits } = this;
    const client = await this.#clientOf(query.client_id);
    if (!client && habits.unknownClient === 'bare_500') return res.writeHead(500).end();
    if (!client) return page(res, 400, 'Unknown client');
    const isKnown = habits.looseRedirects || !client.redirect_uris || client.redirect_uris.includes(query.redirect_uri);
    if (!isKnown) return page(res, 400, 'The redirect URI is not registered');
    this.clients.set(client.client_id, client);
    const answer = new URL(query.redirect_uri);
    const state = habits.state === 'right' ? query.state : habits.state;
    if (state !== undefined) answer.searchParams.set('state', state);
    if (habits.iss !== 'absent') answer.searchParams.set('iss', habits.iss === 'right' ? this.issuer : habits.iss);
    for (const [name, value] of Object.entries(this.#decision(query, client))) answer.searchParams.set(name, value);
    return res.writeHead(302, { Location: answer.href }).end();
  }

  #decision(query, client) {
    const { habits } = this;
    const refused = (error, error_description) => ({ error, error_description });
    if (query.response_type !== 'code') return refused('unsupported_response_type', 'only code');
    if (!query.code_challenge || query.code_challenge_method !== 'S256') return refused('invalid_request', 'PKCE with S256 is required');
    if (habits.wantsScope && !query.scope) return refused('invalid_scope', 'a scope is required');
    if (habits.wantsResource && !query.resource) return refused('invalid_target', 'resource is required');
    const ceiling = client.scope?.split(' ') ?? [];
    if (habits.fixesScope && query.scope?.split(' ').some((one) => !ceiling.includes(one))) return refused('invalid_scope', 'beyond the registered scope');
    this.authorizations++;
    if (habits.person !== 'approves') return refused(habits.person, 'The person said no');
    const code = randomBytes(16).toString('hex');
    this.#codes.set(code, { client: client.client_id, challenge: query.code_challenge, redirect: query.redirect_uri, scope: query.scope, resource: query.resource });
    return { code };
  }

  _token(seen, res) {
    const client = authenticated(seen, this);
    const grantTypes = {
      authorization_code: () => this.#redeem(seen.form, client),
      refresh_token: () => this.#refresh(seen.form, client),
      client_credentials: () => this.#issue(this.#grant(client, seen.form), seen.form.scope),
    };
    const work = grantTypes[seen.form.grant_type];
    if (!work) throw new OAuthError('unsupported_grant_type', `no grant type ${seen.form.grant_type}`);
    const tokens = work();
    this.onTokens(seen);
    json(res, 200, tokens);
  }

  #redeem(form, client) {
    const code = this.#codes.get(form.code);
    this.#codes.delete(form.code);
    if (code?.client !== client.client_id) throw new OAuthError('invalid_grant', 'unknown or used code');
    if (code.redirect !== form.redirect_uri) throw new OAuthError('invalid_grant', 'redirect_uri is not the one of the authorization request');
    const challenge = createHash('sha256').update(form.code_verifier ?? '').digest('base64url');
    if (challenge !== code.challenge) throw new OAuthError('invalid_grant', 'code_verifier does not fit');
    if (this.habits.wantsResource && form.resource !== code.resource) throw new OAuthError('invalid_target', 'resource is not the one of the authorization request');
    return this.#issue(this.#grant(client, code), code.scope);
  }

  #refresh(form, client) {
    const grant = this.grants.find(({ refreshToken, spent }) => refreshToken === form.refresh_token || spent.has(form.refresh_token));
    if (!grant || grant.client !== client.client_id) throw new OAuthError('invalid_grant', 'unknown refresh token');
    if (grant.spent.has(form.refresh_token)) {
      this.reused++;
      grant.isRevoked = true;
    }
    if (grant.isRevoked) throw new OAuthError('invalid_grant', 'the grant was revoked');
    if (this.habits.wantsResource && form.resource !== grant.resource) throw new OAuthError('invalid_target', 'resource is not the one of the grant');
    return this.#issue(grant, form.scope ?? grant.scope);
  }

  #grant(client, { scope, resource }) {
    const grant = { client: client.client_id, scope, resource, refreshToken: undefined, spent: new Set(), isRevoked: false };
    this.grants.push(grant);
    return grant;
  }

  #issue(grant, scope) {
    const { habits } = this;
    const access_token = `at-${randomBytes(16).toString('hex')}`;
    this.#tokens.set(access_token, { grant, scope, expiresAt: Date.now() + ((habits.expiresIn ?? 3600) - habits.skew) * 1000 });
    const answer = { access_token, token_type: habits.tokenType, expires_in: habits.expiresIn, scope };
    const mayRefresh = habits.refreshes && this.clients.get(grant.client)?.grant_types?.includes('refresh_token');
    if (mayRefresh && (grant.refreshToken === undefined || habits.rotates)) {
      if (grant.refreshToken !== undefined) grant.spent.add(grant.refreshToken);
      grant.refreshToken = answer.refresh_token = `rt-${randomBytes(16).toString('hex')}`;
    }
    return answer;
  }

  // RFC 7009
  _revoke(seen, res) {
    authenticated(seen, this);
    for (const grant of this.grants) {
      if (grant.refreshToken === seen.form.token || this.#tokens.get(seen.form.token)?.grant === grant) grant.isRevoked = true;
    }
    res.writeHead(200).end();
  }
}

function parsed(req, url, body) {
  const type = req.headers['content-type'] ?? '';
  const seen = { method: req.method, path: url.pathname, query: Object.fromEntries(url.searchParams), headers: req.headers, form: {}, json: undefined };
  if (type.startsWith('application/x-www-form-urlencoded')) seen.form = Object.fromEntries(new URLSearchParams(body));
  try {
    if (type.startsWith('application/json')) seen.json = JSON.parse(body);
  } catch {
    // Not JSON: the handler answers that something is missing.
  }
  return seen;
}

function json(res, status, value) {
  res.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }).end(JSON.stringify(value));
}

function page(res, status, text) {
  res.writeHead(status, { 'Content-Type': 'text/html' }).end(`<!doctype html><title>${text}</title><p>${text}.`);
}
