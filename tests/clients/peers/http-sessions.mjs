// What the servers here have in common over HTTP: a port that is printed as {"port": N}, and sessions of legacy clients.
import { randomUUID } from 'node:crypto';
import http from 'node:http';

export function listen(serve) {
  const listener = http.createServer(serve);
  listener.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: listener.address().port })));
}

// The same for HTTP+SSE: a session is its stream, which any GET opens, and ends with it. `Transport` is the SDK's.
export function streamsOf(Transport, makeServer) {
  const streams = new Map();
  return async (req, res) => {
    if (req.method === 'GET') {
      const transport = new Transport('/message', res);
      streams.set(transport.sessionId, transport);
      res.on('close', () => streams.delete(transport.sessionId));
      return makeServer().connect(transport);
    }
    const transport = streams.get(new URL(req.url, 'http://x').searchParams.get('sessionId'));
    return transport ? transport.handlePostMessage(req, res) : res.writeHead(404).end();
  };
}

// `Transport`: the SDK's, for streamable HTTP; `makeServer` gives a server for each session. → (req, res, body).
export function sessionsOf(Transport, makeServer) {
  const sessions = new Map();
  const open = async () => {
    const transport = new Transport({
      sessionIdGenerator: () => randomUUID(), onsessioninitialized: (id) => sessions.set(id, transport), onsessionclosed: (id) => sessions.delete(id),
    });
    await makeServer().connect(transport);
    return transport;
  };
  return async (req, res, body) => {
    const id = req.headers['mcp-session-id'];
    const transport = id === undefined ? await open() : sessions.get(id);
    if (transport) await transport.handleRequest(req, res, body);
    else res.writeHead(404).end();
  };
}
