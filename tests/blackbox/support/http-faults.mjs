// What a web server can do to a client in place of an answer. `kind` is a status, { redirect: URL }, or one of:
//   hang           accepts the request and says nothing
//   cut            ends the connection in the middle of the body
//   huge           a body that does not end before 10 MB
//   drip           an endless body, byte by byte
//   redirect_loop  always to itself
//   html           a page of a captive portal, with status 200
//   not_json       half a JSON object
//   array          JSON, but no object
//   deep           an object in an object in an object …
const HUGE_CHUNK = 'x'.repeat(64 * 1024);
const HUGE_CHUNKS = 160;

export function misbehave(req, res, kind) {
  if (typeof kind === 'number') return res.writeHead(kind, { 'Content-Type': 'text/html' }).end(`<!doctype html><title>${kind}</title>`);
  if (kind.redirect) return res.writeHead(307, { Location: kind.redirect }).end();
  const json = { 'Content-Type': 'application/json' };
  switch (kind) {
    case 'hang': return undefined;
    case 'cut':
      res.writeHead(200, { ...json, 'Content-Length': 1000 });
      res.write('{"issuer":');
      return setImmediate(() => res.destroy());
    case 'huge': return flood(res.writeHead(200, json));
    case 'drip': return drip(res.writeHead(200, json));
    case 'redirect_loop': return res.writeHead(307, { Location: req.url }).end();
    case 'html': return res.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Sign in</title><p>Welcome to the hotel.');
    case 'not_json': return res.writeHead(200, json).end('{"issuer":');
    case 'array': return res.writeHead(200, json).end('["https://as.example"]');
    case 'deep': return res.writeHead(200, json).end(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`);
    default: throw new Error(`no such fault: ${kind}`);
  }
}

async function flood(res) {
  res.write('{"x":"');
  for (let n = 0; n < HUGE_CHUNKS && !res.destroyed; n++) {
    if (!res.write(HUGE_CHUNK)) await new Promise((resolve) => res.once('drain', resolve).once('close', resolve));
  }
  res.end('"}');
}

function drip(res) {
  const timer = setInterval(() => res.write(' '), 100);
  res.on('close', () => clearInterval(timer));
}
