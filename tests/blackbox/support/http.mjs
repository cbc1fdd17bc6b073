// HTTP as a test needs it: every header under control, bodies as bytes, streams event by event.
import http from 'node:http';

// { method, headers, body } with body a string, a Buffer, or anything else as JSON → { status, headers, text, json }.
// `json` is undefined when the body is not JSON. Every request uses a connection of its own unless an agent is given.
export function request(url, { method = 'GET', headers = {}, body, agent = false, signal } = {}) {
  return new Promise((resolve, reject) => {
    const raw = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const all = { ...headers };
    if (raw !== undefined && raw !== body && !Object.keys(all).some((name) => name.toLowerCase() === 'content-type')) {
      all['Content-Type'] = 'application/json';
    }
    if (raw !== undefined) all['Content-Length'] = Buffer.byteLength(raw);
    const call = http.request(url, { method, headers: all, agent, signal }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        let json;
        try {
          json = JSON.parse(text);
        } catch {
          // Not JSON: the test looks at `text`.
        }
        resolve({ status: answer.statusCode, headers: answer.headers, text, json });
      });
    });
    call.on('error', reject);
    call.end(raw);
  });
}

// Splits a byte stream into server-sent events: { event, data, id, retry }. Comments are dropped.
export class SseEvents {
  #text = '';

  push(chunk) {
    this.#text += chunk;
    const events = [];
    for (let end; (end = /\r?\n\r?\n/.exec(this.#text)); ) {
      const event = parseEvent(this.#text.slice(0, end.index));
      if (event) events.push(event);
      this.#text = this.#text.slice(end.index + end[0].length);
    }
    return events;
  }
}

function parseEvent(block) {
  const fields = {};
  for (const line of block.split(/\r?\n/)) {
    if (line === '' || line.startsWith(':')) continue;
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    fields[name] = name === 'data' && 'data' in fields ? `${fields.data}\n${value}` : value;
  }
  return Object.keys(fields).length ? fields : undefined;
}

// An open answer whose events arrive one by one: `status`, `headers`, `next()` for the next JSON message (undefined at the end of the
// stream), `close()` to hang up.
export class MessageStream {
  #messages = [];
  #waiting = [];
  #ended = false;
  #call;
  #answer;
  events = [];

  constructor(call, answer) {
    this.#call = call;
    this.#answer = answer;
    this.status = answer.statusCode;
    this.headers = answer.headers;
    const isStream = (answer.headers['content-type'] ?? '').startsWith('text/event-stream');
    const parser = new SseEvents();
    let whole = '';
    answer.setEncoding('utf8');
    answer.on('data', (chunk) => {
      whole += isStream ? '' : chunk;
      if (isStream) for (const event of parser.push(chunk)) this.#take(event);
    });
    const end = () => {
      if (this.#ended) return;
      if (!isStream && whole) this.#deliver(parseOr(whole));
      this.#ended = true;
      for (const waiting of this.#waiting.splice(0)) waiting(undefined);
    };
    answer.on('end', end);
    answer.on('error', end);
    answer.on('close', end);
  }

  get isEnded() {
    return this.#ended;
  }

  #take(event) {
    this.events.push(event);
    if (event.data) this.#deliver(parseOr(event.data));
  }

  #deliver(message) {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(message);
    else this.#messages.push(message);
  }

  next() {
    if (this.#messages.length) return Promise.resolve(this.#messages.shift());
    if (this.#ended) return Promise.resolve(undefined);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  // All messages until the stream ends.
  async rest() {
    const messages = [];
    for (let message; (message = await this.next()) !== undefined; ) messages.push(message);
    return messages;
  }

  // Reads nothing until resume().
  pause() {
    this.#answer.pause();
  }

  resume() {
    this.#answer.resume();
  }

  close() {
    this.#call.destroy();
  }
}

function parseOr(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { notJson: text };
  }
}

// Resolves as soon as the head of the answer is there.
export function openStream(url, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const raw = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const all = { ...headers };
    if (raw !== undefined) Object.assign(all, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(raw) });
    const call = http.request(url, { method, headers: all, agent: false }, (answer) => resolve(new MessageStream(call, answer)));
    call.on('error', reject);
    call.end(raw);
  });
}
