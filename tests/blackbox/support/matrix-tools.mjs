// The scripted server of matrix.test.mjs: one revision, small pages, and a tool for each feature that takes more than an answer.
import fs from 'node:fs';
import { MODERN, TOOLS } from './scripted.mjs';

const PAGE_SIZE = 3;
const text = (value) => ({ content: [{ type: 'text', text: value }] });
const schema = { type: 'object' };

// What the tools ask of clients, what clients answer, and what the tools make of it.
export const QUESTIONS = {
  sampling: {
    tool: 'ask_model', method: 'sampling/createMessage',
    params: { messages: [{ role: 'user', content: { type: 'text', text: 'Bonjour?' } }], maxTokens: 20 },
    answer: { role: 'assistant', content: { type: 'text', text: 'Good day' }, model: 'some-model', stopReason: 'endTurn' },
    says: ({ content }) => content.text, expected: 'Good day',
  },
  elicitation: {
    tool: 'ask_person', method: 'elicitation/create',
    params: { message: 'How many?', requestedSchema: { type: 'object', properties: { seats: { type: 'integer' } }, required: ['seats'] } },
    answer: { action: 'accept', content: { seats: 2 } }, says: ({ content }) => String(content.seats), expected: '2',
  },
  roots: {
    tool: 'ask_folders', method: 'roots/list', params: undefined,
    answer: { roots: [{ uri: 'file:///home/me/work', name: 'work' }] }, says: ({ roots }) => roots[0].name, expected: 'work',
  },
};

const ASKING = Object.fromEntries(Object.values(QUESTIONS).map(({ tool, method, params, says }) => [
  tool, { description: `Needs ${method}`, inputSchema: schema, run: async (_, call) => text(says(await call.ask(method, params))) },
]));

const MATRIX_TOOLS = {
  ...TOOLS, ...ASKING,
  cancelled: { description: 'How many calls were cancelled', inputSchema: schema, run: (_, call) => text(String(call.server.cancelled)) },
  change: {
    description: 'Adds a tool, and says so', inputSchema: schema,
    run: async ({ name }, call) => {
      call.server.extraTools = [...call.server.extraTools, { name, inputSchema: schema }];
      // Modern servers tell subscribers only.
      if (call.server.era === 'legacy') await call.notify('notifications/tools/list_changed', {});
      else call.server.tell('notifications/tools/list_changed');
      return text('changed');
    },
  },
  update: {
    description: 'Says that a resource was updated', inputSchema: schema,
    run: ({ uri }, call) => {
      call.server.tell('notifications/resources/updated', { uri });
      return text('updated');
    },
  },
};

// A tool that runs as a task: in 2025-11-25 only so, in 2026-07-28 for clients that take tasks.
const taskTool = (taskSupport) => ({
  task: { description: 'Runs as a task', inputSchema: schema, execution: { taskSupport }, run: async () => text('done') },
});
export const TASKS_SINCE = '2025-11-25';

export function matrixScript(revision) {
  const isModern = revision === MODERN;
  const tools = { ...MATRIX_TOOLS, ...(revision >= TASKS_SINCE && taskTool(isModern ? 'optional' : 'required')) };
  return { era: isModern ? 'modern' : 'legacy', versions: [revision], pageSize: PAGE_SIZE, tools, tellsNews: true };
}

// Each process of a stdio server begins anew; what was added to it has to outlive that.
export function keepIn(file, script) {
  Object.defineProperty(script, 'extraTools', {
    get: () => (fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : []),
    set: (tools) => fs.writeFileSync(file, JSON.stringify(tools)),
  });
}
