// A scripted MCP server of HTTP+SSE, the transport of 2024-11-05, on a free port of loopback. Its event stream is at /sse; messages are
// posted to /message?session=…, and answered on the stream. Every path and method of a request is recorded.
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { defer } from './cleanup.mjs';
import { Fault, HUGE_BYTES, RpcError, ScriptedServer } from './scripted.mjs';

// intercept(req, res, message) sees every request first and returns whether it has answered it. endpoint(session): what the first event says;
// undefined: that never comes. port: a certain one instead of a free one. All else makes the ScriptedServer.
export async function startSseUpstream(t, { intercept, endpoint, port = 0, ...script } = {}) {
  const upstream = new SseUpstream(new ScriptedServer({ era: 'legacy', ...script }), intercept, endpoint);
  await upstream.listen(port);
  defer(t, () => upstream.close());
  return upstream;
}

class SseUpstream {
  requests = [];           // { method, path, headers, message }
  sessions = new Map();    // Id → the open stream.
  #cancelled = new Map();  // Request of a session → what to do when it is cancelled.
  #asked = new Map();      // Id of a request of ours → what to do with the answer.

  constructor(script, intercept = () => false, endpoint = (session) => `/message?session=${session}`) {
    Object.assign(this, { script, intercept, endpoint });
    this.server = http.createServer((req, res) => this.#serve(req, res));
    script.tell = (method, params = {}) => {
      for (const id of this.sessions.keys()) this.#say(id, { jsonrpc: '2.0', method, params });
    };
  }

  listen(port) {
    return new Promise((resolve) => this.server.listen(port, '127.0.0.1', resolve));
  }

  close() {
    this.script.releaseAll();
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  get port() {
    return this.server.address().port;
  }

  url(path = 'sse') {
    return `http://127.0.0.1:${this.port}/${path}`;
  }

  seen(method) {
    return this.requests.filter(({ message }) => message?.method === method);
  }

  // Ends every stream.
  cut() {
    for (const stream of this.sessions.values()) stream.destroy();
  }

  async #serve(req, res) {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const message = body === '' ? undefined : JSON.parse(body);
    this.requests.push({ method: req.method, path: req.url, headers: req.headers, message });
    if (this.intercept(req, res, message)) return undefined;
    const url = new URL(req.url, 'http://x');
    if (req.method === 'GET' && url.pathname === '/sse') return this.#open(res);
    if (req.method !== 'POST' || url.pathname !== '/message') return res.writeHead(404).end();
    const session = url.searchParams.get('session');
    if (!this.sessions.has(session)) return res.writeHead(404, { 'Content-Type': 'text/plain' }).end('Could not find session');
    res.writeHead(202).end('Accepted');
    return this.#take(session, message, body, req.headers);
  }

  #open(res) {
    const session = randomUUID();
    this.sessions.set(session, res);
    res.on('close', () => this.sessions.delete(session));
    res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' }).flushHeaders();
    const endpoint = this.endpoint(session);
    if (endpoint !== undefined) res.write(`event: endpoint\ndata: ${endpoint}\n\n`);
  }

  #say(session, value) {
    this.sessions.get(session)?.write(`event: message\ndata: ${JSON.stringify(value)}\n\n`);
  }

  async #take(session, message, body, headers) {
    if (message.id === undefined || message.method === undefined) {
      this.#asked.get(message.id)?.(message);
      if (message.method === 'notifications/cancelled') this.#cancelled.get(`${session} ${message.params.requestId}`)?.();
      return;
    }
    const hooks = [];
    const key = `${session} ${message.id}`;
    this.#cancelled.set(key, () => hooks.forEach((hook) => hook()));
    const wire = {
      headers,
      rawArguments: /"arguments":(\{.*?\})[,}]/s.exec(body)?.[1],
      onCancelled: (hook) => hooks.push(hook),
      notify: (method, params) => this.#say(session, { jsonrpc: '2.0', method, params }),
      ask: (method, params) => {
        const id = `question-${this.#asked.size + 1}`;
        this.#say(session, { jsonrpc: '2.0', id, method, params });
        return new Promise((resolve, reject) => {
          this.#asked.set(id, ({ result, error }) => (error ? reject(new RpcError(error.code, error.message)) : resolve(result)));
        });
      },
    };
    try {
      this.#say(session, await this.script.handle(message, wire));
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault;
      this.#misbehave(session, message.id, fault.kind);
    } finally {
      this.#cancelled.delete(key);
    }
  }

  #misbehave(session, id, kind) {
    const stream = this.sessions.get(session);
    const good = (text, ofId = id) => ({ jsonrpc: '2.0', id: ofId, result: { content: [{ type: 'text', text }] } });
    switch (kind) {
      case 'twice':
        this.#say(session, good('first'));
        return this.#say(session, good('second'));
      case 'other_id': return this.#say(session, good('not yours', 987654321));
      case 'html': return stream.write('data: <!doctype html><title>Sign in</title>\n\n');
      case 'not_json': return stream.write('data: {"jsonrpc":"2.0","id":\n\n');
      case 'huge_line': return this.#say(session, good('x'.repeat(HUGE_BYTES)));
      case 'cut': return stream.write('data: {"jsonrpc":"2.0",', () => stream.destroy());
      case 'exit': return stream.destroy();
      default: return undefined;  // silent
    }
  }
}
