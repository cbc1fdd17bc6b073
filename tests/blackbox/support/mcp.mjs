// MCP clients of both eras as raw HTTP: nothing is hidden, so a test can send what no SDK would send.
import assert from 'node:assert/strict';
import { openStream, request } from './http.mjs';

export const MODERN = '2026-07-28';
export const LEGACY = ['2025-11-25', '2025-06-18', '2025-03-26'];
export const ACCEPT = 'application/json, text/event-stream';

const META = 'io.modelcontextprotocol/';

// The per-request `_meta` of a modern client.
export function modernMeta(extra = {}) {
  return {
    [`${META}protocolVersion`]: MODERN,
    [`${META}clientCapabilities`]: {},
    [`${META}clientInfo`]: { name: 'blackbox', version: '1' },
    ...extra,
  };
}

// That of one that takes tasks.
export const TAKES_TASKS = { [`${META}clientCapabilities`]: { extensions: { [`${META}tasks`]: {} } } };

// The headers that a modern request has to carry for this body.
export function modernHeaders(message) {
  const headers = { Accept: ACCEPT, 'MCP-Protocol-Version': MODERN, 'Mcp-Method': message.method };
  const name = message.method.startsWith('tasks/')
    ? 'taskId' : { 'tools/call': 'name', 'prompts/get': 'name', 'resources/read': 'uri' }[message.method];
  if (name) headers['Mcp-Name'] = message.params?.[name];
  return headers;
}

let nextId = 1;

export function modernMessage(method, params = {}, meta = {}) {
  return { jsonrpc: '2.0', id: nextId++, method, params: { ...params, _meta: modernMeta(meta) } };
}

// One modern exchange → { status, headers, message, notifications }. `message` is the response, streamed or not.
export async function modern(url, method, params, { meta, headers = {} } = {}) {
  const message = modernMessage(method, params, meta);
  const stream = await openStream(url, { method: 'POST', headers: { ...modernHeaders(message), ...headers }, body: message });
  return collect(stream, message.id);
}

async function collect(stream, id) {
  const messages = await stream.rest();
  const response = messages.find((message) => message.id === id && !message.method);
  return {
    status: stream.status,
    headers: stream.headers,
    message: response ?? messages.at(-1),
    notifications: messages.filter((message) => message.method),
  };
}

// A legacy session: opened by `LegacySession.open`, ended by `close`.
export class LegacySession {
  #next = 1;

  constructor(url, id, initialized, version) {
    this.url = url;
    this.id = id;
    this.initialized = initialized;
    this.version = version;
  }

  static async open(url, { version = LEGACY[0], capabilities = {}, headers = {} } = {}) {
    const body = {
      jsonrpc: '2.0', id: 0, method: 'initialize',
      params: { protocolVersion: version, capabilities, clientInfo: { name: 'blackbox', version: '1' } },
    };
    const answer = await request(url, { method: 'POST', headers: { Accept: ACCEPT, ...headers }, body });
    assert.equal(answer.status, 200, `initialize: ${answer.text}`);
    const id = answer.headers['mcp-session-id'];
    assert.match(id ?? '', /^[\x21-\x7e]+$/, 'a session id of visible ASCII');
    const session = new LegacySession(url, id, answer.json.result, answer.json.result.protocolVersion);
    const started = await session.post({ jsonrpc: '2.0', method: 'notifications/initialized' });
    assert.equal(started.status, 202, `notifications/initialized: ${started.text}`);
    return session;
  }

  get headers() {
    const headers = { Accept: ACCEPT, 'Mcp-Session-Id': this.id };
    if (this.version >= '2025-06-18') headers['MCP-Protocol-Version'] = this.version;
    return headers;
  }

  nextId() {
    return this.#next++;
  }

  // The raw HTTP exchange for any body.
  post(body, headers = {}) {
    return request(this.url, { method: 'POST', headers: { ...this.headers, 'Content-Type': 'application/json', ...headers }, body });
  }

  // A request whose answer is read message by message.
  async stream(method, params, id = this.nextId()) {
    const stream = await openStream(this.url, { method: 'POST', headers: this.headers, body: { jsonrpc: '2.0', id, method, params } });
    return Object.assign(stream, { id });
  }

  // → { status, headers, message, notifications }
  async call(method, params) {
    const stream = await this.stream(method, params);
    return collect(stream, stream.id);
  }

  // The result, or a failure that shows the error.
  async result(method, params) {
    const { message } = await this.call(method, params);
    assert.ok(message?.result, `${method}: ${JSON.stringify(message)}`);
    return message.result;
  }

  // The standalone stream of notifications.
  listen(headers = {}) {
    return openStream(this.url, { headers: { ...this.headers, Accept: 'text/event-stream', ...headers } });
  }

  end() {
    return request(this.url, { method: 'DELETE', headers: this.headers });
  }
}
