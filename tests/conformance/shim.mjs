// Lets the suite, whose names are fixed, judge an endpoint that prefixes names:  suite ── test_simple_text ──▶ shim ── conf__test_simple_text ──▶ /mcp
// Translates names and resource URIs in bodies, in the Mcp-Name header and in events, and passes everything else on as it is: status, ids,
// Host and Origin, unknown members.  node shim.mjs TARGET SERVER → prints {"port": N} on stdout.
import http from 'node:http';

const [target, server] = [new URL(process.argv[2]), process.argv[3]];
const NAMES = `${server}__`;
const URIS = `mcpj://res/${server}/`;

const expose = {
  name: (own) => (typeof own === 'string' ? NAMES + own : own),
  uri: (own) => (typeof own === 'string' ? URIS + Buffer.from(own).toString('base64').replace(/=+$/, '') : own),
};
const own = {
  name: (exposed) => (typeof exposed === 'string' && exposed.startsWith(NAMES) ? exposed.slice(NAMES.length) : exposed),
  uri: (exposed) =>
    typeof exposed === 'string' && exposed.startsWith(URIS) ? Buffer.from(exposed.slice(URIS.length), 'base64').toString() : exposed,
};

function translateRequest(message) {
  const params = message?.params;
  if (!params || typeof params !== 'object') return message;
  switch (message.method) {
    case 'tools/call':
    case 'prompts/get':
      params.name = expose.name(params.name);
      break;
    case 'resources/read':
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      params.uri = expose.uri(params.uri);
      break;
    case 'completion/complete':
      if (params.ref?.type === 'ref/prompt') params.ref.name = expose.name(params.ref.name);
      else if (params.ref?.uri) params.ref.uri = expose.uri(params.ref.uri);
      break;
    case 'subscriptions/listen':
      if (Array.isArray(params.notifications?.resourceSubscriptions)) {
        params.notifications.resourceSubscriptions = params.notifications.resourceSubscriptions.map(expose.uri);
      }
      break;
  }
  return message;
}

function translateAnswer(message) {
  const result = message?.result;
  if (result && typeof result === 'object') {
    for (const list of ['tools', 'prompts']) {
      if (Array.isArray(result[list])) result[list] = result[list].map((item) => ({ ...item, name: own.name(item.name) }));
    }
    if (Array.isArray(result.resources)) {
      result.resources = result.resources.map((item) => ({ ...item, name: own.name(item.name), uri: own.uri(item.uri) }));
    }
    if (Array.isArray(result.resourceTemplates)) {
      result.resourceTemplates = result.resourceTemplates.map((item) => ({ ...item, name: own.name(item.name), uriTemplate: own.uri(item.uriTemplate) }));
    }
    if (Array.isArray(result.contents)) result.contents = result.contents.map((item) => ({ ...item, uri: own.uri(item.uri) }));
  }
  if (message?.method === 'notifications/resources/updated') message.params.uri = own.uri(message.params.uri);
  if (message?.error?.data?.uri) message.error.data.uri = own.uri(message.error.data.uri);
  return message;
}

// Applies `translate` to a message or a batch; text that is no JSON stays as it is.
function mapped(json, translate) {
  let value;
  try {
    value = JSON.parse(json);
  } catch {
    return json;
  }
  return JSON.stringify(Array.isArray(value) ? value.map(translate) : translate(value));
}

// Mcp-Name repeats params.name or params.uri, in base64 if need be, and may be padded with blanks.
function translateNameHeader(headers) {
  const given = headers['mcp-name'];
  const method = headers['mcp-method']?.trim().toLowerCase();
  if (given === undefined || method?.startsWith('tasks/')) return;
  const encoded = /^\s*=\?base64\?(.*)\?=\s*$/.exec(given);
  const plain = encoded ? Buffer.from(encoded[1], 'base64').toString() : given.trim();
  const exposed = method?.startsWith('resources/') ? expose.uri(plain) : expose.name(plain);
  headers['mcp-name'] = encoded ? `=?base64?${Buffer.from(exposed).toString('base64')}?=` : exposed;
}

function translateEvent(block) {
  const lines = block.split(/\r?\n/).filter((line) => line !== '');
  const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).replace(/^ /, ''));
  const others = lines.filter((line) => !line.startsWith('data:'));
  const translated = data.length ? [`data: ${data.join('').trim() ? mapped(data.join('\n'), translateAnswer) : ''}`] : [];
  return `${[...others, ...translated].join('\n')}\n\n`;
}

function relayStream(answer, res, headers) {
  delete headers['content-length'];
  res.writeHead(answer.statusCode, headers);
  res.flushHeaders();
  let text = '';
  answer.setEncoding('utf8');
  answer.on('data', (chunk) => {
    text += chunk;
    for (let end; (end = /\r?\n\r?\n/.exec(text)); ) {
      res.write(translateEvent(text.slice(0, end.index)));
      text = text.slice(end.index + end[0].length);
    }
  });
  answer.on('end', () => res.end());
  answer.on('error', () => res.destroy());
}

async function relayBody(answer, res, headers) {
  const chunks = [];
  for await (const chunk of answer) chunks.push(chunk);
  let body = Buffer.concat(chunks);
  if (body.length && headers['content-type']?.includes('json')) body = Buffer.from(mapped(body.toString(), translateAnswer));
  delete headers['transfer-encoding'];
  if (body.length || headers['content-length'] !== undefined) headers['content-length'] = body.length;
  res.writeHead(answer.statusCode, headers).end(body);
}

const listener = http.createServer(async (req, res) => {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  const headers = { ...req.headers };
  let body = Buffer.concat(chunks);
  if (body.length) body = Buffer.from(mapped(body.toString(), translateRequest));
  translateNameHeader(headers);
  delete headers['transfer-encoding'];
  if (body.length || req.method === 'POST') headers['content-length'] = body.length;
  const options = { host: target.hostname, port: target.port, path: target.pathname, method: req.method, headers };
  const call = http.request(options, (answer) => {
    const isStream = answer.headers['content-type']?.includes('text/event-stream');
    (isStream ? relayStream : relayBody)(answer, res, { ...answer.headers });
  });
  call.on('error', (error) => (res.headersSent ? res.destroy() : res.writeHead(502).end(String(error))));
  res.on('close', () => call.destroy());
  call.end(body);
});
listener.requestTimeout = 0;
listener.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: listener.address().port })));
