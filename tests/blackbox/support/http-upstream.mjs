// A scripted MCP server over HTTP on a free port of loopback. It records every request, and misbehaves on demand:
//   /mcp                 a good server
//   /silent /html /not_json /cut /huge_line /twice /other_id     the same fault at the first message already
//   /status/503          that status, always
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { defer } from './cleanup.mjs';
import { Fault, HUGE_BYTES, RpcError, ScriptedServer } from './scripted.mjs';

// era: both | legacy | modern. answers: json | sse. sessions: whether initialize gives a session id. intercept(req, res, message) sees
// every request first and returns whether it has answered it; observe('in' or 'out', message) sees what comes and goes. tls: { key, cert } of
// a server that speaks https. origin: under which it is known, if that is a name that only a proxy can find: 'https://mcp.test'.
// port: a certain one instead of a free one.
export async function startHttpUpstream(t, { answers = 'json', sessions = false, intercept, observe, tls, origin, port = 0, ...script } = {}) {
  const upstream = new HttpUpstream(new ScriptedServer(script), answers, sessions, intercept, { observe, tls, origin });
  await upstream.listen(port);
  defer(t, () => upstream.close());
  return upstream;
}

class HttpUpstream {
  requests = [];  // { method, path, headers, message }
  sessions = new Set();
  listeners = new Set();  // The streams of those who listen outside of calls: { res, session, tag, uris }.
  #cancelled = new Map();  // Request id → what to do when it is cancelled.
  #asked = new Map();      // Id of a request of ours → what to do with the answer.

  constructor(script, answers, hasSessions, intercept = () => false, { observe = () => {}, tls, origin } = {}) {
    Object.assign(this, { script, answers, hasSessions, intercept, observe, knownOrigin: origin, scheme: tls ? 'https' : 'http' });
    const serve = (req, res) => this.#serve(req, res);
    this.server = tls ? https.createServer(tls, serve) : http.createServer(serve);
    this.server.keepAliveTimeout = 60_000;
    script.tell = (method, params) => this.tell(method, params);
  }

  listen(port) {
    return new Promise((resolve) => this.server.listen(port, '127.0.0.1', resolve));
  }

  close() {
    this.script.releaseAll();
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  url(path = 'mcp') {
    return `${this.knownOrigin ?? `${this.scheme}://127.0.0.1:${this.port}`}/${path}`;
  }

  get port() {
    return this.server.address().port;
  }

  // The requests for one MCP method.
  seen(method) {
    return this.requests.filter(({ message }) => message?.method === method);
  }

  // Forgets every session, as a restarted server does.
  forgetSessions() {
    this.sessions.clear();
  }

  // Those of `listeners` that stay: the stream that is open while the gateway lists goes with its session.
  get watchers() {
    const listings = new Set(this.seen('tools/list').map(({ headers }) => headers['mcp-session-id']));
    return [...this.listeners].filter(({ session }) => session === undefined || !listings.has(session));
  }

  // Says something to all who listen. A modern one hears it under the id of its subscription.
  tell(method, params = {}) {
    for (const { res, tag, uris, taskIds } of this.listeners) {
      if (method === 'notifications/tasks' && !taskIds?.includes(params.taskId)) continue;
      if (uris && method === 'notifications/resources/updated' && !uris.includes(params.uri)) continue;
      const _meta = tag === undefined ? {} : { _meta: { 'io.modelcontextprotocol/subscriptionId': tag } };
      res.write(`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', method, params: { ..._meta, ...params } })}\n\n`);
    }
  }

  // Cuts every such stream.
  cutListeners() {
    for (const { res } of this.listeners) res.destroy();
  }

  #listen(res, listener = {}) {
    const entry = { res, ...listener };
    this.listeners.add(entry);
    res.on('close', () => this.listeners.delete(entry));
    res.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
  }

  // MCP 2026-07-28 "Subscriptions".
  #subscribe(res, { id, params: { notifications } }) {
    this.#listen(res, { tag: id, uris: notifications.resourceSubscriptions ?? [], taskIds: notifications.taskIds ?? [] });
    const params = { _meta: { 'io.modelcontextprotocol/subscriptionId': id }, notifications };
    res.write(`data: ${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params })}\n\n`);
  }

  async #serve(req, res) {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const message = parsedOr(body, undefined);
    this.requests.push({ method: req.method, path: req.url, headers: req.headers, message, body });
    if (message !== undefined) this.observe('in', message);
    if (this.intercept(req, res, message)) return undefined;
    const path = new URL(req.url, 'http://x').pathname.slice(1);
    if (body !== '' && message === undefined) {
      return json(res, 400, { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'Parse error' } });
    }
    const status = /^status\/(\d+)$/.exec(path);
    if (status) return res.writeHead(Number(status[1]), { 'Content-Type': 'text/plain' }).end('no');
    if (path !== 'mcp') return misbehave(res, message, path);
    if (req.method === 'DELETE') return this.#delete(req, res);
    if (req.method === 'GET') {
      if (!this.script.tellsNews) return res.writeHead(405, { Allow: 'POST' }).end();
      const session = req.headers['mcp-session-id'];
      return this.sessions.has(session) ? this.#listen(res, { session }) : res.writeHead(404).end();
    }
    return this.#post(req, res, message, body);
  }

  #delete(req, res) {
    const known = this.sessions.delete(req.headers['mcp-session-id']);
    res.writeHead(known ? 200 : 404).end();
  }

  async #post(req, res, message, body) {
    const isModern = message.params?._meta?.['io.modelcontextprotocol/protocolVersion'] !== undefined;
    const refused = isModern ? this.#modernRefusal(req, message) : this.#sessionRefusal(req, message);
    if (refused) return json(res, refused.status, { jsonrpc: '2.0', id: message.id ?? null, error: refused.error });
    if (message.id === undefined || message.method === undefined) {
      this.#asked.get(message.id)?.(message);
      if (message.method === 'notifications/cancelled') this.#cancelled.get(message.params.requestId)?.();
      return res.writeHead(202).end();
    }
    if (isModern && this.script.tellsNews && message.method === 'subscriptions/listen') return this.#subscribe(res, message);
    const headers = {};
    if (message.method === 'initialize' && this.hasSessions) {
      const id = randomUUID();
      this.sessions.add(id);
      headers['Mcp-Session-Id'] = id;
    }
    await this.#answer(req, res, message, body, headers, isModern);
  }

  #sessionRefusal(req, message) {
    if (this.script.era === 'modern') return undefined;  // The script says what is missing.
    if (!this.hasSessions || message.method === 'initialize') return undefined;
    const id = req.headers['mcp-session-id'];
    if (id === undefined) return { status: 400, error: { code: -32000, message: 'Bad Request: Mcp-Session-Id header is required' } };
    if (!this.sessions.has(id)) return { status: 404, error: { code: -32001, message: 'Session not found' } };
    return undefined;
  }

  // MCP 2026-07-28 "Server Validation": headers repeat the body.
  #modernRefusal(req, message) {
    if (this.script.era === 'legacy') return { status: 400, error: { code: -32000, message: 'Bad Request: Server not initialized' } };
    const wanted = { 'mcp-protocol-version': message.params._meta['io.modelcontextprotocol/protocolVersion'] };
    if (message.id !== undefined) wanted['mcp-method'] = message.method;
    if (['tools/call', 'prompts/get'].includes(message.method)) wanted['mcp-name'] = message.params.name;
    if (message.method === 'resources/read') wanted['mcp-name'] = message.params.uri;
    if (message.method?.startsWith('tasks/')) wanted['mcp-name'] = message.params.taskId;
    for (const [name, value] of Object.entries(wanted)) {
      if (decoded(req.headers[name]) !== value) {
        return { status: 400, error: { code: -32020, message: `${name} is '${req.headers[name]}', the body says '${value}'` } };
      }
    }
    return undefined;
  }

  // MCP 2026-07-28 "Error Codes": a request without metadata, and some errors, have a status of their own.
  #status(isModern, { error }) {
    if (!error) return 200;
    if (!isModern) return this.script.era === 'modern' ? 400 : 200;
    if (error.code === -32601) return 404;
    return [-32020, -32021, -32022].includes(error.code) ? 400 : 200;
  }

  async #answer(req, res, message, body, headers, isModern) {
    let isStream = this.answers === 'sse';
    const open = () => res.headersSent || res.writeHead(200, { 'Content-Type': 'text/event-stream', ...headers });
    const event = (value) => {
      isStream = true;
      open();
      this.observe('out', value);
      const isTaken = res.write(`event: message\ndata: ${JSON.stringify(value)}\n\n`);
      return isTaken || res.destroyed ? undefined : Promise.race([closed, new Promise((resolve) => res.once('drain', resolve))]);
    };
    const closed = new Promise((resolve) => res.once('close', resolve));
    const hooks = [];
    this.#cancelled.set(message.id, () => hooks.forEach((hook) => hook()));
    res.on('close', () => isModern && !res.writableFinished && hooks.forEach((hook) => hook()));
    const wire = {
      headers: req.headers,
      rawArguments: /"arguments":(\{.*?\})[,}]/s.exec(body)?.[1],
      onCancelled: (hook) => hooks.push(hook),
      notify: (method, params) => event({ jsonrpc: '2.0', method, params }),
      ask: (method, params) => {
        const id = `question-${this.#asked.size + 1}`;
        event({ jsonrpc: '2.0', id, method, params });
        return new Promise((resolve, reject) => {
          this.#asked.set(id, ({ result, error }) => (error ? reject(new RpcError(error.code, error.message)) : resolve(result)));
        });
      },
    };
    try {
      const response = await this.script.handle(message, wire);
      if (isStream) {
        event(response);
        return res.end();
      }
      this.observe('out', response);
      json(res, this.#status(isModern, response), response, headers);
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      misbehave(res, message, fault.kind);
    } finally {
      this.#cancelled.delete(message.id);
    }
  }
}

function parsedOr(text, otherwise) {
  try {
    return JSON.parse(text);
  } catch {
    return otherwise;
  }
}

function decoded(header) {
  const encoded = /^=\?base64\?(.*)\?=$/.exec(header ?? '');
  return encoded ? Buffer.from(encoded[1], 'base64').toString() : header;
}

function json(res, status, value, headers = {}) {
  const body = JSON.stringify(value);
  res.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), ...headers }).end(body);
}

function misbehave(res, message, kind) {
  const id = message?.id ?? null;
  const good = (text, ofId = id) => ({ jsonrpc: '2.0', id: ofId, result: { content: [{ type: 'text', text }] } });
  switch (kind) {
    case 'silent': return;  // The connection stays open until a side gives up.
    case 'html': return res.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Sign in</title><p>Please sign in.');
    case 'not_json': return res.writeHead(200, { 'Content-Type': 'application/json' }).end('{"jsonrpc":"2.0","id":');
    case 'other_id': return json(res, 200, good('not yours', 987654321));
    case 'twice':
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
      res.write(`data: ${JSON.stringify(good('first'))}\n\n`);
      return res.end(`data: ${JSON.stringify(good('second'))}\n\n`);
    case 'cut':
      res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 1000 });
      res.write('{"jsonrpc":"2.0",');
      return setImmediate(() => res.destroy());
    case 'huge_line': return json(res, 200, good('x'.repeat(HUGE_BYTES)));
    case 'exit': return res.destroy();
    default: return res.writeHead(404).end();
  }
}
