// Assertions that several suites share.
import assert from 'node:assert/strict';

// A REST refusal: the status, and the one body shape of errors.
export function refused(answer, status, message) {
  assert.equal(answer.status, status, `status; body: ${answer.text}`);
  assert.equal(typeof answer.json?.error, 'string', `{"error": …}: ${answer.text}`);
  assert.match(answer.json.error, message);
}

// A JSON-RPC error, wherever it stands.
export function rpcError(exchange, code, message) {
  assert.ok(exchange.message?.error, `an error: ${JSON.stringify(exchange.message)}`);
  assert.equal(exchange.message.error.code, code, JSON.stringify(exchange.message));
  if (message) assert.match(exchange.message.error.message, message);
}

export function names(list) {
  return list.map((item) => item.name);
}

// The exposed URI of an upstream's resource: standard base64 without padding.
export function exposedUri(server, uri) {
  return `mcpj://res/${server}/${Buffer.from(uri).toString('base64').replace(/=+$/, '')}`;
}
