// What servers ask of clients, in all four pairs of eras. docs/asking-clients.md shows the messages; UPDATE_DOCS=1 writes it anew.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';
import { startGateway } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { LegacySession, modern } from './support/mcp.mjs';

const PAGE = new URL('../../docs/asking-clients.md', import.meta.url);
const CAPABILITIES = { elicitation: {}, roots: {}, sampling: {} };
const text = (value) => ({ content: [{ type: 'text', text: value }] });

// What is asked, what the client answers, and what the tool makes of it.
const QUESTIONS = {
  Elicitation: {
    tool: 'book', method: 'elicitation/create',
    params: { message: 'How many seats?', requestedSchema: { type: 'object', properties: { seats: { type: 'integer' } }, required: ['seats'] } },
    answer: { action: 'accept', content: { seats: 2 } }, says: ({ content }) => `${content.seats} seats booked`, expected: '2 seats booked',
  },
  Sampling: {
    tool: 'translate', method: 'sampling/createMessage',
    params: { messages: [{ role: 'user', content: { type: 'text', text: 'Bonjour in English?' } }], maxTokens: 20 },
    answer: { role: 'assistant', content: { type: 'text', text: 'Good day' }, model: 'some-model', stopReason: 'endTurn' },
    says: ({ content }) => content.text, expected: 'Good day',
  },
  Roots: {
    tool: 'where', method: 'roots/list', params: undefined,
    answer: { roots: [{ uri: 'file:///home/me/work', name: 'work' }] }, says: ({ roots }) => roots[0].name, expected: 'work',
  },
};

const TOOLS = Object.fromEntries(Object.values(QUESTIONS).map(({ tool, method, params, says }) => [
  tool, { description: `Needs ${method}`, inputSchema: { type: 'object' }, run: async (_, call) => text(says(await call.ask(method, params))) },
]));

const HANDSHAKE = /^(initialize|notifications\/initialized|server\/discover|.*\/list)$/;

// The messages of one call in their order, as lines. Everything but what is asked is left out of those between us and the server.
class Transcript {
  lines = [];
  #handshakes = new Set();

  server(direction, message) {
    if (direction === 'in' && HANDSHAKE.test(message.method ?? '')) return void this.#handshakes.add(message.id);
    if (direction === 'out' && !message.method && this.#handshakes.delete(message.id)) return undefined;
    return this.add(...(direction === 'in' ? ['mcpjungle', 'server'] : ['server', 'mcpjungle']), message);
  }

  add(from, to, message) {
    this.lines.push(`${`${from} → ${to}`.padEnd(20)}  ${described(message)}`);
  }
}

function described({ method, params, result, error }) {
  const shown = (value) => {
    const { _meta, requestState, ...rest } = value ?? {};
    return JSON.stringify({ ...rest, ...(requestState && { requestState: '…' }) });
  };
  if (error) return `error ${shown(error)}`;
  return method ? `${method} ${shown(params)}` : `result ${shown(result)}`;
}

async function callOfLegacyClient(url, { tool, answer }, transcript) {
  const session = await LegacySession.open(url, { capabilities: CAPABILITIES });
  const params = { name: `desk__${tool}`, arguments: {} };
  transcript.add('client', 'mcpjungle', { method: 'tools/call', params });
  const stream = await session.stream('tools/call', params);
  for (let message; (message = await stream.next()) !== undefined; ) {
    transcript.add('mcpjungle', 'client', message);
    if (!message.method) return message.result;
    transcript.add('client', 'mcpjungle', { result: answer });
    assert.equal((await session.post({ jsonrpc: '2.0', id: message.id, result: answer })).status, 202);
  }
  return assert.fail('the stream ended without an answer');
}

async function callOfModernClient(url, { tool, answer }, transcript) {
  const params = { name: `desk__${tool}`, arguments: {} };
  const meta = { 'io.modelcontextprotocol/clientCapabilities': CAPABILITIES };
  for (let input = {}; ; ) {
    transcript.add('client', 'mcpjungle', { method: 'tools/call', params: { ...params, ...input } });
    const { message } = await modern(url, 'tools/call', { ...params, ...input }, { meta });
    transcript.add('mcpjungle', 'client', message);
    const { resultType, inputRequests, requestState } = message.result ?? {};
    if (resultType !== 'input_required') return message.result;
    input = { inputResponses: Object.fromEntries(Object.keys(inputRequests).map((key) => [key, answer])), requestState };
  }
}

const CLIENTS = { legacy: callOfLegacyClient, modern: callOfModernClient };

const HEAD = `# When servers ask

In the middle of a call a server may need something of the client: input of the person (elicitation), of the client's model (sampling), or
its folders (roots). Servers and clients of before 2026-07-28, *legacy*, do that by requests of the server; *modern* ones in rounds of the
call. Whatever the two ends speak, the question reaches the client of the call, and the answer the server.

The messages below are those of one call of a tool of the server \`desk\`, without ids and \`_meta\`; \`tests/blackbox/asking.test.mjs\` makes
this page. What of this passes where, and its limits: [protocol-support.md](protocol-support.md).
`;

test('what a server asks reaches its client whatever the two speak, as the documentation shows', async (t) => {
  const sections = {};
  for (const serverEra of ['legacy', 'modern']) {
    let transcript = new Transcript();
    const upstream = await startHttpUpstream(t, {
      era: serverEra, sessions: serverEra === 'legacy', tools: TOOLS, observe: (direction, message) => transcript.server(direction, message),
    });
    const gateway = await startGateway(t);
    await gateway.register({ name: 'desk', transport: 'streamable_http', url: upstream.url() });
    for (const [clientEra, call] of Object.entries(CLIENTS)) {
      for (const [kind, question] of Object.entries(QUESTIONS)) {
        transcript = new Transcript();
        const result = await call(gateway.mcp(), question, transcript);
        assert.deepEqual(result?.content, text(question.expected).content, transcript.lines.join('\n'));
        assert.ok(transcript.lines.some((line) => line.startsWith(`server → mcpjungle`) && line.includes(question.method)));
        (sections[kind] ??= []).push(`### A ${clientEra} client and a ${serverEra} server\n\n${transcript.lines.map((line) => `    ${line}`).join('\n')}\n`);
      }
    }
  }
  const page = [HEAD, ...Object.entries(sections).flatMap(([kind, cells]) => [`## ${kind}\n`, ...cells])].join('\n');
  if (process.env.UPDATE_DOCS) fs.writeFileSync(PAGE, page);
  assert.equal(fs.readFileSync(PAGE, 'utf8'), page, 'docs/asking-clients.md: write it anew with UPDATE_DOCS=1');
});
