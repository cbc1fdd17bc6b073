// What the servers of matrix.test.mjs offer, on `McpServer` of either major line of the official SDK.
import * as z from 'zod';
import { LOG_LEVELS } from '../../blackbox/support/scripted.mjs';
import { QUESTIONS } from '../../blackbox/support/matrix-tools.mjs';

export const NOTE = 'note://first';
export const PAGE_SIZE = 3;
export const PAGED = Array.from({ length: 7 }, (_, i) => ({ uri: `paged://${i}`, name: `paged-${i}` }));
export const CAPABILITIES = { logging: {}, tools: { listChanged: true }, resources: { subscribe: true, listChanged: true } };

export const text = (value) => ({ content: [{ type: 'text', text: String(value) }] });

// What is asked of clients: `ask_url` is elicitation in URL mode, which has no form to answer.
export const ASKED = {
  ...Object.fromEntries(Object.values(QUESTIONS).map((question) => [question.tool, question])),
  ask_url: {
    method: 'elicitation/create', says: ({ action }) => action, expected: 'accept', answer: { action: 'accept' },
    params: { mode: 'url', message: 'Sign in there', url: 'https://example.com/sign-in', elicitationId: 'sign-in-1' },
  },
};

// Name → [shape of its input, what it does with (arguments, call)]. A call is { signal, progressToken, notify(method, params),
// log(level, data), server: { cancelled, see(), add(tool), updated(uri) } }.
const TOOLS = {
  echo: [{ message: z.string() }, ({ message }) => text(`echo: ${message}`)],
  // Answers only when the client says that it has seen the last step: the SDK's HTTP+SSE client forgets who wants the progress when the
  // answer comes with it.
  progress: [{ steps: z.number() }, async ({ steps }, call) => {
    const seen = new Promise((resolve) => (call.server.see = resolve));
    for (let step = 1; step <= steps; step++) {
      await call.notify('notifications/progress', { progressToken: call.progressToken, progress: step, total: steps });
    }
    await seen;
    return text(`${steps} steps`);
  }],
  seen: [{}, (_, call) => {
    call.server.see();
    return text('seen');
  }],
  log: [{}, async (_, call) => {
    for (const level of LOG_LEVELS) await call.log(level, level);
    return text('logged');
  }],
  wait: [{}, async (_, call) => {
    await call.notify('notifications/progress', { progressToken: call.progressToken, progress: 1 });
    await new Promise((resolve) => call.signal.addEventListener('abort', resolve));
    call.server.cancelled++;
    return text('cancelled');
  }],
  cancelled: [{}, (_, call) => text(call.server.cancelled)],
  change: [{ name: z.string() }, ({ name }, call) => {
    call.server.add(name);
    return text('changed');
  }],
  update: [{ uri: z.string() }, ({ uri }, call) => {
    call.server.updated(uri);
    return text('updated');
  }],
};

// Registers all of it at `mcp`. `sdk`: { ResourceTemplate, completable, callOf(context), asking: name → (arguments, context, mcp),
// on(mcp, method, handler of params) }; `added`: names of tools that were added so far.
export function offer(mcp, sdk, added) {
  for (const [name, [shape, run]] of Object.entries(TOOLS)) {
    mcp.registerTool(name, { description: name, inputSchema: z.object(shape) }, (args, context) => run(args, sdk.callOf(context)));
  }
  for (const [name, run] of Object.entries(sdk.asking)) {
    mcp.registerTool(name, { description: name, inputSchema: z.object({}) }, (args, context) => run(args, context, mcp));
  }
  for (const name of added) addTool(mcp, name);
  mcp.registerPrompt('greet', {
    description: 'Greets someone',
    argsSchema: { name: sdk.completable(z.string(), (value) => ['anna', 'anton'].filter((known) => known.startsWith(value))) },
  }, ({ name }) => ({ messages: [{ role: 'user', content: { type: 'text', text: `Hello, ${name}!` } }] }));
  mcp.registerResource('first', NOTE, { mimeType: 'text/plain' }, (uri) => ({ contents: [{ uri: uri.href, mimeType: 'text/plain', text: 'a note' }] }));
  const template = new sdk.ResourceTemplate('item://{id}', { list: undefined });
  mcp.registerResource('item', template, { mimeType: 'text/plain' }, (uri, { id }) => ({ contents: [{ uri: uri.href, text: `item ${id}` }] }));
  sdk.on(mcp, 'resources/list', resourcePage);
}

export function addTool(mcp, name) {
  mcp.registerTool(name, { description: 'Added' }, () => text('added'));
}

// McpServer lists in one page.
function resourcePage({ cursor } = {}) {
  const all = [{ uri: NOTE, name: 'first', mimeType: 'text/plain' }, ...PAGED];
  const start = cursor === undefined ? 0 : Number(cursor);
  const next = start + PAGE_SIZE;
  return { resources: all.slice(start, next), ...(next < all.length && { nextCursor: String(next) }) };
}
