// A forward proxy on a free port of loopback: CONNECT, and requests in absolute form. Names mean what `hosts` says, and nothing else can be
// reached: { 'mcp.test:443': 4711 }, a port of 127.0.0.1. It records what it was asked, and refuses on demand.
import http from 'node:http';
import net from 'node:net';
import { defer } from './cleanup.mjs';

export async function startProxy(t, { hosts = {}, credential, connectStatus = 200 } = {}) {
  const proxy = new ForwardProxy(hosts, credential, connectStatus);
  await new Promise((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
  defer(t, () => proxy.close());
  return proxy;
}

class ForwardProxy {
  requests = [];  // { method, target, headers }
  #sockets = new Set();

  constructor(hosts, credential, connectStatus) {
    Object.assign(this, { hosts, credential, connectStatus });
    this.server = http.createServer((req, res) => this.#forward(req, res));
    this.server.on('connect', (req, socket, head) => this.#connect(req, socket, head));
    this.server.on('connection', (socket) => this.#track(socket));
  }

  get authority() {
    return `127.0.0.1:${this.server.address().port}`;
  }

  // The targets of CONNECT requests, or of those in absolute form.
  targets(method) {
    return this.requests.filter((request) => request.method === method).map(({ target }) => target);
  }

  close() {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.server.close(resolve));
  }

  #track(socket) {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }

  // The status of a refusal.
  #refusal(req) {
    this.requests.push({ method: req.method, target: req.url, headers: req.headers });
    if (this.credential && req.headers['proxy-authorization'] !== `Basic ${Buffer.from(this.credential).toString('base64')}`) return 407;
    return undefined;
  }

  #connect(req, socket, head) {
    const refusal = this.#refusal(req) ?? (this.connectStatus === 200 ? undefined : this.connectStatus);
    const port = this.hosts[req.url];
    if (refusal || !port) return socket.end(`HTTP/1.1 ${refusal ?? 502} No\r\nContent-Length: 0\r\n\r\n`);
    const server = net.connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      server.write(head);
      server.pipe(socket).pipe(server);
    });
    this.#track(server);
    server.on('close', () => socket.destroy());
    socket.on('close', () => server.destroy());
    return undefined;
  }

  #forward(req, res) {
    const refusal = this.#refusal(req);
    if (refusal) return res.writeHead(refusal).end();
    const target = new URL(req.url);
    const port = this.hosts[`${target.hostname}:${target.port || 80}`];
    if (!port) return res.writeHead(502).end('unknown host');
    const { 'proxy-authorization': _, ...headers } = req.headers;
    const onward = http.request({ port, host: '127.0.0.1', method: req.method, path: target.pathname + target.search, headers }, (answer) => {
      res.writeHead(answer.statusCode, answer.headers);
      answer.pipe(res);
    });
    onward.on('error', () => res.destroy());
    return req.pipe(onward);
  }
}
