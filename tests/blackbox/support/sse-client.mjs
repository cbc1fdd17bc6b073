// A client of HTTP+SSE as raw HTTP.
import assert from 'node:assert/strict';
import { openStream, request } from './http.mjs';
import { eventually, within } from './wait.mjs';

const SOON_MS = 10_000;

// A client whose stream is open.
export class SseClient {
  #next = 1;
  #answers = new Map();
  notifications = [];
  requests = [];

  static async open(gateway) {
    const client = new SseClient();
    client.stream = await openStream(`${gateway.url}/sse`, { headers: { Accept: 'text/event-stream' } });
    await eventually('the endpoint event', () => client.stream.events.length > 0);
    [client.endpoint] = client.stream.events;
    client.url = new URL(client.endpoint.data, gateway.url);
    client.#read();
    return client;
  }

  async #read() {
    await this.stream.next();  // The address is no message.
    for (let message; (message = await this.stream.next()) !== undefined; ) {
      if (message.method === undefined) this.#answers.get(message.id)?.(message);
      else (message.id === undefined ? this.notifications : this.requests).push(message);
    }
  }

  post(message) {
    return request(this.url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: { jsonrpc: '2.0', ...message } });
  }

  async call(method, params = {}) {
    const id = this.#next++;
    const answer = new Promise((resolve) => this.#answers.set(id, resolve));
    const { status, text } = await this.post({ id, method, params });
    assert.equal(status, 202, text);
    return within(SOON_MS, method, answer);
  }

  async result(method, params) {
    const { result, error } = await this.call(method, params);
    assert.ok(result, `${method}: ${JSON.stringify(error)}`);
    return result;
  }

  async initialize(capabilities = {}, protocolVersion = '2024-11-05') {
    const params = { protocolVersion, capabilities, clientInfo: { name: 'old', version: '1' } };
    const result = await this.result('initialize', params);
    assert.equal((await this.post({ method: 'notifications/initialized' })).status, 202);
    return result;
  }
}
