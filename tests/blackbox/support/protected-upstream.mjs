// An MCP server that wants a bearer token: http-upstream.mjs behind the check of an OAuth protected resource (RFC 9728), or behind a
// plain 401. `upstream.requests` has every request, those for metadata and those that were refused too.
import { startHttpUpstream } from './http-upstream.mjs';
import { misbehave } from './http-faults.mjs';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';
const DOORS = ['/mcp', '/sse', '/message'];

const HABITS = {
  challenge: 'full',              // 'bare': `WWW-Authenticate: Bearer` alone. 'none': no such header (a plain bearer server).
  metadata: 'linked',             // Only at the URL of the challenge. 'path', 'root': at that well-known place. 'none': nowhere.
  metadataUrl: undefined,         // What the challenge says instead: 'http://169.254.169.254/latest/meta-data'.
  resource: undefined,            // The `resource` of the metadata, where it is not the truth.
  authorizationServers: undefined, // Where it is not the one given: ['https://…'], [].
  scope: undefined,               // The challenge's scope; a token without it is refused with 403.
  scopesSupported: undefined,
  toolScopes: {},                 // Tool → scope: 403 insufficient_scope for a token without it.
  openMethods: [],                // Methods that need no token: ['initialize'].
  token: undefined,               // A static token that is accepted, instead of those of an authorization server.
  headers: {},                    // Headers with which a request is accepted, whatever its Authorization: { Authorization: 'token x' }.
  fault: undefined,               // A kind of http-faults.mjs for the metadata.
};

// `as` may be undefined: then `token` or `headers` is what opens the door. `script` goes to the scripted server, which `start` puts on a wire.
export async function startProtectedUpstream(t, as, habits = {}, script = {}, start = startHttpUpstream) {
  const unknown = Object.keys(habits).filter((name) => !(name in HABITS));
  if (unknown.length) throw new Error(`no such habit: ${unknown}`);
  const guard = new Guard(as, { ...HABITS, ...habits });
  const upstream = await start(t, { ...script, intercept: (req, res, message) => guard.intercept(req, res, message) });
  guard.upstream = upstream;
  return Object.assign(upstream, { habits: guard.habits, guard });
}

class Guard {
  constructor(as, habits) {
    Object.assign(this, { as, habits });
  }

  get origin() {
    return new URL(this.upstream.url()).origin;
  }

  get #metadataPath() {
    return { linked: '/metadata', path: `${WELL_KNOWN}/mcp`, root: WELL_KNOWN }[this.habits.metadata];
  }

  get #metadata() {
    const { habits } = this;
    return {
      resource: habits.resource ?? this.upstream.url(),
      authorization_servers: habits.authorizationServers ?? (this.as && [this.as.issuer]),
      scopes_supported: habits.scopesSupported,
      bearer_methods_supported: ['header'],
    };
  }

  // Whether the request was answered here.
  intercept(req, res, message) {
    const { pathname } = new URL(req.url, this.origin);
    if (pathname === this.#metadataPath) {
      if (this.habits.fault) misbehave(req, res, this.habits.fault);
      else res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(this.#metadata));
      return true;
    }
    if (!DOORS.includes(pathname) || this.habits.openMethods.includes(message?.method)) return false;
    const refusal = this.#refusal(req, message);
    if (!refusal) return false;
    res.writeHead(refusal.status, { 'Content-Type': 'text/plain', ...refusal.headers }).end(refusal.text);
    return true;
  }

  #refusal(req, message) {
    const { habits } = this;
    const wanted = Object.entries(habits.headers);
    if (wanted.length && wanted.every(([name, value]) => req.headers[name.toLowerCase()] === value)) return undefined;
    const token = /^Bearer (.+)$/.exec(req.headers.authorization ?? '')?.[1];
    if (habits.token !== undefined && token === habits.token) return undefined;
    const good = token === undefined ? undefined : this.as?.accepted(token, habits.resource ?? this.upstream.url());
    if (!good) return this.#unauthorized(token);
    const scopes = (good.scope ?? '').split(' ');
    const needed = [habits.scope, message?.method === 'tools/call' && habits.toolScopes[message.params?.name]].filter(Boolean);
    const missing = needed.join(' ').split(' ').filter((scope) => scope && !scopes.includes(scope));
    return missing.length ? this.#forbidden(missing.join(' ')) : undefined;
  }

  #challenge(parameters) {
    const { challenge, metadata, metadataUrl } = this.habits;
    if (challenge === 'none') return {};
    const all = challenge === 'bare' ? {} : { ...parameters };
    if (challenge === 'full' && (metadata === 'linked' || metadataUrl)) all.resource_metadata = metadataUrl ?? `${this.origin}/metadata`;
    const text = Object.entries(all).map(([name, value]) => ` ${name}="${value}"`).join(',');
    return { 'WWW-Authenticate': `Bearer${text}` };
  }

  #unauthorized(token) {
    const { scope } = this.habits;
    const error = token === undefined ? {} : { error: 'invalid_token', error_description: 'The token is unknown or has expired' };
    return { status: 401, headers: this.#challenge({ ...error, ...(scope && { scope }) }), text: 'Unauthorized: bring a token' };
  }

  #forbidden(scope) {
    return { status: 403, headers: this.#challenge({ error: 'insufficient_scope', scope }), text: `Forbidden: ${scope} is needed` };
  }
}
