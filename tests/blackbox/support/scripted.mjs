// A scripted MCP server without a transport: what it offers, and how it answers, in the legacy and in the modern era.
// http-upstream.mjs and stdio-server.mjs put it on a wire. Tools whose name begins with `fault_` make the wire misbehave.
import { ScriptedTasks, TASKS, takesTasks } from './scripted-tasks.mjs';

export const MODERN = '2026-07-28';
const LEGACY = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];
const META = 'io.modelcontextprotocol/';
export const LOG_LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

const text = (value) => ({ content: [{ type: 'text', text: value }] });
const object = (properties = {}, required = []) => ({ type: 'object', properties, ...(required.length && { required }) });

export class RpcError extends Error {
  constructor(code, message, data) {
    super(message);
    Object.assign(this, { code, data });
  }
}

// MCP 2026-07-28 "Multi round-trip requests": the call needs input of the client first.
class InputRequired extends Error {
  constructor(key, question) {
    super(`${question.method} first`);
    this.result = { resultType: 'input_required', inputRequests: { [key]: question }, requestState: `state of ${key}` };
  }
}

// What a wire does in place of a proper answer.
export class Fault extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

export const FAULTS = ['silent', 'twice', 'other_id', 'cut', 'html', 'huge_line', 'not_json', 'exit'];
export const HUGE_BYTES = 10 * 1024 * 1024;
export const FLOOD_PIECE = 64 * 1024;

export const TOOLS = {
  echo: {
    title: 'Echo', description: 'Returns its message', annotations: { title: 'Echo', readOnlyHint: true, idempotentHint: true },
    inputSchema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object', additionalProperties: false,
      properties: { message: { type: 'string', description: 'What to say' } }, required: ['message'], 'x-kept': { a: [1, 2.5] },
    },
    icons: [{ src: 'data:image/png;base64,AA==', mimeType: 'image/png' }], _meta: { 'vendor/kept': true },
    run: ({ message }) => text(`echo: ${message}`),
  },
  add: {
    description: 'Adds two numbers', inputSchema: object({ a: { type: 'number' }, b: { type: 'number' } }, ['a', 'b']),
    outputSchema: object({ sum: { type: 'number' } }, ['sum']),
    run: ({ a, b }) => {
      if (typeof a !== 'number' || typeof b !== 'number') throw new RpcError(-32602, 'a and b must be numbers');
      return { ...text(String(a + b)), structuredContent: { sum: a + b } };
    },
  },
  fail: { description: 'Reports a tool error', inputSchema: object(), run: () => ({ ...text('it did not work'), isError: true }) },
  rpc_error: {
    description: 'Answers with a JSON-RPC error', inputSchema: object(),
    run: () => {
      throw new RpcError(-32050, 'custom rpc error', { hint: 'kept' });
    },
  },
  progress: {
    description: 'Reports progress, then answers', inputSchema: object({ steps: { type: 'integer' } }),
    run: async ({ steps = 3 }, call) => {
      for (let step = 1; step <= steps; step++) {
        if (call.progressToken !== undefined) {
          await call.notify('notifications/progress', { progressToken: call.progressToken, progress: step, total: steps });
        }
      }
      return text(`${steps} steps`);
    },
  },
  grow: {
    description: 'Adds a tool and says so', inputSchema: object({ tool: { type: 'string' } }, ['tool']),
    run: async ({ tool: name }, call) => {
      call.server.extraTools.push({ name, inputSchema: object() });
      await call.notify('notifications/tools/list_changed', {});
      return text('grown');
    },
  },
  wait: {
    description: 'Answers only when it is cancelled or released', inputSchema: object(),
    run: (_, call) => untilReleased(call),
  },
  progress_then_wait: {
    description: 'Reports progress once, then does as `wait`', inputSchema: object(),
    run: async (_, call) => {
      await call.notify('notifications/progress', { progressToken: call.progressToken, progress: 1 });
      return untilReleased(call);
    },
  },
  flood: {
    description: 'Reports `bytes` bytes of progress, as fast as they are taken, then answers', inputSchema: object({ bytes: { type: 'integer' } }),
    run: async ({ bytes }, call) => {
      const { server, progressToken } = call;
      let isCancelled = false;
      call.onCancelled(() => {
        isCancelled = true;
        server.cancelled++;
      });
      const message = 'x'.repeat(FLOOD_PIECE);
      for (let progress = 1; progress * FLOOD_PIECE <= bytes && !isCancelled; progress++) {
        await call.notify('notifications/progress', { progressToken, progress, message });
        server.flooded.set(progressToken, progress * FLOOD_PIECE);
        await new Promise(setImmediate);  // A pipe is written at once: what comes in has to be read too.
      }
      return text('flooded');
    },
  },
  big: {
    description: 'A result of `bytes` bytes', inputSchema: object({ bytes: { type: 'integer' } }), run: ({ bytes }) => text('x'.repeat(bytes)),
  },
  slow_progress: {
    description: 'Takes three seconds and reports progress all the time', inputSchema: object(),
    run: async (_, call) => {
      for (let step = 1; step <= 6; step++) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        await call.notify('notifications/progress', { progressToken: call.progressToken, progress: step });
      }
      return text('done');
    },
  },
  headers: { description: 'The HTTP headers of this call', inputSchema: object(), run: (_, call) => text(JSON.stringify(call.headers ?? {})) },
  log: {
    description: 'Logs once at every level that may be seen, then answers', inputSchema: object(),
    run: async (_, call) => {
      const least = LOG_LEVELS.indexOf(call.logLevel);
      if (least < 0) return text('silent');
      for (const level of LOG_LEVELS.slice(least)) await call.notify('notifications/message', { level, logger: 'scripted', data: level });
      return text(`from ${call.logLevel}`);
    },
  },
  arguments: { description: 'Its arguments as text', inputSchema: object(), run: (_, call) => text(call.rawArguments) },
  unknown_members: {
    description: 'A result with members and content of the future', inputSchema: object(),
    run: () => ({ content: [{ type: 'hologram', depth: 3 }], futureMember: { kept: true } }),
  },
};
// Tools that run as tasks, some of them only so (MCP 2025-11-25 basic/utilities/tasks; the extension has the same tools without a mark).
export const TASK_TOOLS = {
  research: {
    description: 'Reports progress, asks how deep, then answers', inputSchema: object(), execution: { taskSupport: 'required' },
    run: async (_, call) => {
      await call.notify('notifications/progress', { progressToken: call.progressToken, progress: 1 });
      const depth = await call.ask('elicitation/create', { message: 'How deep?', requestedSchema: object({ depth: { type: 'string' } }) });
      return text(`${depth.content.depth} research`);
    },
  },
  ponder: { description: 'Answers', inputSchema: object(), execution: { taskSupport: 'required' }, run: () => text('pondered') },
  dream: { description: 'Never answers', inputSchema: object(), execution: { taskSupport: 'required' }, run: (_, call) => untilReleased(call) },
  stumble: {
    description: 'Reports a tool error', inputSchema: object(), execution: { taskSupport: 'required' },
    run: () => ({ ...text('it did not work'), isError: true }),
  },
  break: {
    description: 'Ends with a JSON-RPC error', inputSchema: object(), execution: { taskSupport: 'required' },
    run: () => {
      throw new RpcError(-32050, 'broken');
    },
  },
  either: {
    description: 'Runs as a task or not', inputSchema: object(), execution: { taskSupport: 'optional' }, run: () => text('at once'),
  },
};

for (const kind of FAULTS) {
  TOOLS[`fault_${kind}`] = {
    description: `Misbehaves: ${kind}`, inputSchema: object(),
    run: () => {
      throw new Fault(kind);
    },
  };
}

function untilReleased(call) {
  return new Promise((resolve) => {
    call.onCancelled(() => {
      call.server.cancelled++;
      resolve(text('cancelled'));
    });
    call.server.waiting.push(() => resolve(text('released')));
  });
}

const PROMPTS = {
  greet: {
    title: 'Greeting', description: 'Greets someone', arguments: [{ name: 'name', description: 'Whom', required: true }],
    run: ({ name }) => ({ description: 'A greeting', messages: [{ role: 'user', content: { type: 'text', text: `Hello, ${name}!` } }] }),
  },
  plain: { run: () => ({ messages: [{ role: 'user', content: { type: 'text', text: 'No arguments.' } }] }) },
};

const RESOURCES = [
  { uri: 'file:///a b?.txt', name: 'note', title: 'A note', description: 'Some text', mimeType: 'text/plain', text: 'a note', size: 6 },
  { uri: 'blob://x', name: 'blob', mimeType: 'application/octet-stream', blob: 'AAEC' },
];
const TEMPLATE = { uriTemplate: 'item://{id}', name: 'item', description: 'One item', mimeType: 'application/json' };

// Lists come in pages of `pageSize`; `endless` repeats the first page's cursor for ever. `without` names methods that are unknown here,
// `versions` the legacy revisions that are spoken, the newest first. `tellsNews`: it offers to tell of changes; how, the wire knows.
export class ScriptedServer {
  waiting = [];    // Releases the calls of the tools that wait.
  cancelled = 0;   // How many of them were cancelled.
  flooded = new Map();  // Progress token → bytes of progress that the wire took.
  extraTools = [];
  tasks = new ScriptedTasks();
  subscribed = new Set();  // Of legacy clients, all sessions together.
  logLevel = 'warning';  // Of legacy clients; `logging/setLevel` sets it.
  tell = () => {};       // The wire's (method, params): says something to all who listen outside of calls.

  constructor({
    name = 'scripted', era = 'both', pageSize = Infinity, endless = false, tools = TOOLS, without = [], versions = LEGACY, tellsNews = false,
  } = {}) {
    Object.assign(this, { name, era, pageSize, endless, tools, without, versions, tellsNews });
  }

  releaseAll() {
    for (const release of this.waiting.splice(0)) release();
  }

  // Answers one request with a JSON-RPC response. `wire` is { notify(method, params), ask(method, params),
  // onCancelled(f), headers }. Throws Fault.
  async handle(message, wire) {
    const meta = message.params?._meta ?? {};
    const version = meta[`${META}protocolVersion`];
    const isModern = version !== undefined;
    try {
      if (isModern && this.era === 'legacy') throw new RpcError(-32601, `Method ${message.method} not found`);
      if (isModern && version !== MODERN) throw new RpcError(-32022, 'Unsupported protocol version', { supported: [MODERN], requested: version });
      if (!isModern && this.era === 'modern') throw new RpcError(-32602, `_meta must carry ${META}protocolVersion; this server speaks ${MODERN}`);
      const result = await this.#result(message, meta, isModern, wire);
      return { jsonrpc: '2.0', id: message.id, result: isModern ? this.#stamped(message.method, result) : result };
    } catch (error) {
      if (error instanceof InputRequired) return { jsonrpc: '2.0', id: message.id, result: error.result };
      if (!(error instanceof RpcError)) throw error;
      return { jsonrpc: '2.0', id: message.id, error: { code: error.code, message: error.message, ...(error.data && { data: error.data }) } };
    }
  }

  #stamped(method, result) {
    const cached = /\/list$|^resources\/read$|^server\/discover$/.test(method) ? { ttlMs: 1000, cacheScope: 'private' } : {};
    return { resultType: 'complete', ...cached, ...result, _meta: { ...result._meta, [`${META}serverInfo`]: { name: this.name, version: '1.0' } } };
  }

  get #capabilities() {
    const [lists, resources] = this.tellsNews ? [{ listChanged: true }, { listChanged: true, subscribe: true }] : [{}, {}];
    return { tools: lists, prompts: lists, resources, completions: {}, logging: {} };
  }

  #capabilitiesOf(isModern) {
    const makesTasks = Object.values(this.tools).some(({ execution }) => execution);
    const tasks = isModern ? { extensions: { [TASKS]: {} } } : { tasks: { cancel: {}, requests: { tools: { call: {} } } } };
    return { ...this.#capabilities, ...(makesTasks && tasks) };
  }

  async #result({ method, params = {} }, meta, isModern, wire) {
    if (this.without.includes(method)) throw new RpcError(-32601, `Method ${method} not found`);
    switch (method) {
      case 'initialize':
        if (isModern) break;
        return {
          protocolVersion: this.versions.includes(params.protocolVersion) ? params.protocolVersion : this.versions[0],
          capabilities: this.#capabilitiesOf(false), serverInfo: { name: this.name, version: '1.0' }, instructions: 'Scripted.',
        };
      case 'ping': return {};
      case 'server/discover':
        if (!isModern) break;
        return { supportedVersions: [MODERN], capabilities: this.#capabilitiesOf(true), instructions: 'Scripted.' };
      case 'logging/setLevel':
        if (isModern) break;
        this.logLevel = params.level;
        return {};
      case 'resources/subscribe':
      case 'resources/unsubscribe':
        if (isModern || !this.tellsNews) break;
        if (params.uri.startsWith('secret:')) throw new RpcError(-32602, 'This resource is not for you');
        this.subscribed[method === 'resources/subscribe' ? 'add' : 'delete'](params.uri);
        return {};
      case 'tools/list': return this.#page('tools', [...entries(this.tools), ...this.extraTools], params.cursor);
      case 'prompts/list': return this.#page('prompts', entries(PROMPTS), params.cursor);
      case 'resources/list': return this.#page('resources', RESOURCES.map(({ text: _, blob: __, ...listed }) => listed), params.cursor);
      case 'resources/templates/list': return this.#page('resourceTemplates', [TEMPLATE], params.cursor);
      case 'tools/call': return this.#call(params, meta, isModern, wire);
      case 'tasks/get':
      case 'tasks/update':
      case 'tasks/result':
      case 'tasks/cancel': {
        if (isModern && !takesTasks(meta)) throw missingTasks();
        if (!this.tasks.has(params.taskId)) throw new RpcError(-32602, `Unknown task ${params.taskId}`);
        if (!isModern && method === 'tasks/cancel' && this.tasks.get(params.taskId).isOver) throw new RpcError(-32602, 'It is over already');
        const answer = await this.tasks.answer(method, isModern, params, wire);
        if (answer) return answer;
        break;
      }
      case 'prompts/get': return this.#prompt(params);
      case 'resources/read': return this.#read(params);
      case 'completion/complete':
        return { completion: { values: ['anna', 'anton'].filter((name) => name.startsWith(params.argument.value)), hasMore: false } };
    }
    throw new RpcError(-32601, `Method ${method} not found`);
  }

  #page(member, all, cursor) {
    if (this.endless) return { [member]: all, nextCursor: 'again' };
    const start = cursor === undefined ? 0 : Number(cursor.replace(/^page-/, ''));
    const next = start + this.pageSize;
    return { [member]: all.slice(start, next), ...(next < all.length && { nextCursor: `page-${next}` }) };
  }

  #call(params, meta, isModern, wire) {
    const tool = this.tools[params.name];
    if (!tool) throw new RpcError(-32602, `Unknown tool: ${params.name}`);
    const makesTask = isModern ? tool.execution && takesTasks(meta) : params.task;
    if (makesTask) return this.#makeTask(tool, params, meta, isModern);
    if (tool.execution?.taskSupport === 'required') throw isModern ? missingTasks() : new RpcError(-32601, `Tool ${params.name} runs as a task only`);
    return this.#run(tool, params, meta, isModern, wire);
  }

  #makeTask(tool, params, meta, isModern) {
    if (!tool.execution) throw new RpcError(-32601, `Tool ${params.name} makes no tasks`);
    const task = this.tasks.begin(params, meta, async (wire) => this.#run(tool, params, meta, false, wire));
    return isModern ? { resultType: 'task', ...task.modern } : { task: task.legacy };
  }

  #run(tool, params, meta, isModern, wire) {
    const call = {
      ...wire, server: this, progressToken: meta.progressToken, logLevel: isModern ? meta[`${META}logLevel`] : this.logLevel,
      rawArguments: wire.rawArguments ?? JSON.stringify(params.arguments),
      // What the client answers: to a request of ours in the legacy era, in the next round of the call in the modern one.
      ask: (method, asked) => (isModern ? answerOfRound(params, { method, params: asked }) : wire.ask(method, asked)),
    };
    return tool.run(params.arguments ?? {}, call);
  }

  #prompt(params) {
    const prompt = PROMPTS[params.name];
    if (!prompt) throw new RpcError(-32602, `Unknown prompt: ${params.name}`);
    return prompt.run(params.arguments ?? {});
  }

  #read({ uri }) {
    const found = RESOURCES.find((resource) => resource.uri === uri);
    const item = /^item:\/\/(\w+)$/.exec(uri);
    if (found) {
      const { mimeType, text: content, blob } = found;
      return { contents: [{ uri, mimeType, ...(content === undefined ? { blob } : { text: content }) }] };
    }
    if (item) return { contents: [{ uri, mimeType: 'application/json', text: JSON.stringify({ id: item[1] }) }] };
    throw new RpcError(this.era === 'modern' ? -32602 : -32002, 'Resource not found', { uri });
  }
}

function missingTasks() {
  return new RpcError(-32021, `needs the extension ${TASKS}`, { requiredCapabilities: { extensions: { [TASKS]: {} } } });
}

function answerOfRound({ inputResponses, requestState }, question) {
  const key = question.method.replace(/\W/g, '-');
  if (inputResponses?.[key] === undefined || requestState !== `state of ${key}`) throw new InputRequired(key, question);
  return inputResponses[key];
}

function entries(table) {
  return Object.entries(table).map(([name, { run: _, ...rest }]) => ({ name, ...rest }));
}
