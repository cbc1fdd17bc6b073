// Every revision of clients × every revision of servers × every transport × every feature, from the one table below. A cell that is not
// owed says why, and one that is missing says what is; every other cell is tried.
import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';
import { exposedUri } from './support/expect.mjs';
import { startGateway, temporaryFolder } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { openStream } from './support/http.mjs';
import { matrixScript, QUESTIONS, TASKS_SINCE } from './support/matrix-tools.mjs';
import { LegacySession, MODERN, modern, modernHeaders, modernMessage, TAKES_TASKS } from './support/mcp.mjs';
import { startSseUpstream } from './support/sse-upstream.mjs';
import { stdioSpec } from './support/stdio-spec.mjs';
import { eventually, within } from './support/wait.mjs';

const REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', MODERN];
const TRANSPORTS = { http: 'streamable_http', stdio: 'stdio', sse: 'sse' };
const ELICITATION_SINCE = '2025-06-18';
const META = 'io.modelcontextprotocol/';
const LIMIT_MS = 10_000;
const NOTE = 'file:///a b?.txt';

const isModern = (revision) => revision === MODERN;
const capabilitiesOf = (revision) => ({ sampling: {}, roots: {}, ...(revision >= ELICITATION_SINCE && { elicitation: {} }) });
const said = ({ message }) => message?.result?.content?.[0]?.text ?? assert.fail(JSON.stringify(message));
const reasonIf = (condition, reason) => (condition ? reason : undefined);

// A client of one revision, as far as the table needs it. `capable`: its calls say what it can do for servers.
class Client {
  static async open(url, revision) {
    const client = new Client();
    Object.assign(client, { url, revision });
    if (!isModern(revision)) client.session = await LegacySession.open(url, { version: revision, capabilities: capabilitiesOf(revision) });
    if (client.session) assert.equal(client.session.version, revision);
    return client;
  }

  call(method, params = {}, meta = {}) {
    if (!this.session) return modern(this.url, method, params, { meta });
    return this.session.call(method, Object.keys(meta).length ? { ...params, _meta: meta } : params);
  }

  async result(method, params, meta) {
    const { message } = await this.call(method, params, meta);
    return message?.result ?? assert.fail(`${method}: ${JSON.stringify(message)}`);
  }

  // An open call → { stream, cancel }.
  async begin(method, params, meta) {
    if (this.session) {
      const stream = await this.session.stream(method, { ...params, _meta: meta });
      const cancel = () => this.session.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: stream.id } });
      return { stream, cancel };
    }
    const message = modernMessage(method, params, meta);
    const stream = await openStream(this.url, { method: 'POST', headers: modernHeaders(message), body: message });
    return { stream, cancel: () => stream.close() };
  }

  // Calls a tool that asks something; answers `answer`, and returns the tool's text.
  async answering(tool, answer) {
    const params = { name: tool, arguments: {} };
    if (this.session) {
      const stream = await this.session.stream('tools/call', params);
      for (let message; (message = await stream.next()) !== undefined; ) {
        if (!message.method) return said({ message });
        assert.equal((await this.session.post({ jsonrpc: '2.0', id: message.id, result: answer })).status, 202);
      }
      return assert.fail('the stream ended without an answer');
    }
    const meta = { [`${META}clientCapabilities`]: capabilitiesOf(this.revision) };
    const first = await this.result('tools/call', params, meta);
    assert.equal(first.resultType, 'input_required', JSON.stringify(first));
    const inputResponses = Object.fromEntries(Object.keys(first.inputRequests).map((key) => [key, answer]));
    return said(await this.call('tools/call', { ...params, inputResponses, requestState: first.requestState }, meta));
  }

  // A stream on which it hears of changed tools and, if there is a `uri`, of that resource.
  async hear(uri) {
    if (this.session) {
      const stream = await this.session.listen();
      if (uri) await this.result('resources/subscribe', { uri });
      return stream;
    }
    const message = modernMessage('subscriptions/listen', { notifications: uri ? { resourceSubscriptions: [uri] } : { toolsListChanged: true } });
    const stream = await openStream(this.url, { method: 'POST', headers: modernHeaders(message), body: message });
    const acknowledged = await within(LIMIT_MS, 'the acknowledgement', stream.next());
    assert.equal(acknowledged?.method, 'notifications/subscriptions/acknowledged', JSON.stringify(acknowledged));
    return stream;
  }

  async close() {
    if (this.session) await this.session.end();
  }
}

const asks = (kind) => async ({ client, server }) => {
  const { tool, answer, expected } = QUESTIONS[kind];
  assert.equal(await client.answering(`${server.name}__${tool}`, answer), expected);
};

async function toolNames({ client }) {
  const names = [];
  for (let cursor; ; ) {
    const { tools, nextCursor } = await client.result('tools/list', cursor ? { cursor } : {});
    names.push(...tools.map(({ name }) => name));
    if (!nextCursor) return names;
    cursor = nextCursor;
  }
}

// The next message of that kind on a stream; a legacy one carries others too.
async function heard(stream, method) {
  for (;;) {
    const message = (await within(LIMIT_MS, method, stream.next())) ?? assert.fail(`the stream ended without ${method}`);
    if (message.method === method) return message;
  }
}

let changes = 0;

// Calls one of the tools by which a server changes. A client without capabilities does, since calls of such share the process of a stdio
// server that is listened to.
async function change({ url }, server, tool, args) {
  return said(await modern(url, 'tools/call', { name: `${server.name}__${tool}`, arguments: args }));
}

// Feature → { try(pair): fails if it does not work, notOwed(pair): why it need not, missing(pair): what is not here yet }.
const FEATURES = {
  tools: {
    try: async ({ client, server }) => {
      const params = { name: `${server.name}__echo`, arguments: { message: 'größe' } };
      assert.equal(said(await client.call('tools/call', params)), 'echo: größe');
    },
  },
  prompts: {
    try: async ({ client, server }) => {
      const { prompts } = await client.result('prompts/list');
      assert.ok(prompts.some(({ name }) => name === `${server.name}__greet`));
      const { messages } = await client.result('prompts/get', { name: `${server.name}__greet`, arguments: { name: 'Bo' } });
      assert.equal(messages[0].content.text, 'Hello, Bo!');
    },
  },
  resources: {
    try: async ({ client, server }) => {
      const { resources } = await client.result('resources/list');
      const note = resources.find(({ mimeType, uri }) => mimeType === 'text/plain' && uri.startsWith(`mcpj://res/${server.name}/`));
      const { contents } = await client.result('resources/read', { uri: note.uri });
      assert.deepEqual(contents.map(({ text, uri }) => [text, uri]), [['a note', note.uri]]);
    },
  },
  templates: {
    try: async ({ client, server }) => {
      const { resourceTemplates } = await client.result('resources/templates/list');
      const template = resourceTemplates.find(({ uriTemplate }) => uriTemplate.startsWith(`mcpj://tpl/${server.name}/`));
      const { contents } = await client.result('resources/read', { uri: template.uriTemplate.replace('{id}', '7') });
      assert.equal(contents[0].text, '{"id":"7"}');
    },
  },
  completion: {
    try: async ({ client, server }) => {
      const ref = { type: 'ref/prompt', name: `${server.name}__greet` };
      const { completion } = await client.result('completion/complete', { ref, argument: { name: 'name', value: 'an' } });
      assert.deepEqual(completion.values, ['anna', 'anton']);
    },
  },
  progress: {
    try: async ({ client, server }) => {
      const answer = await client.call('tools/call', { name: `${server.name}__progress`, arguments: { steps: 3 } }, { progressToken: 'p' });
      assert.equal(said(answer), '3 steps');
      const seen = answer.notifications.filter(({ method }) => method === 'notifications/progress').map(({ params }) => params);
      assert.deepEqual(seen.map(({ progressToken, progress }) => [progressToken, progress]), [['p', 1], ['p', 2], ['p', 3]]);
    },
  },
  cancellation: {
    try: async ({ client, server }) => {
      const count = async () => Number(said(await client.call('tools/call', { name: `${server.name}__cancelled`, arguments: {} })));
      const before = await count();
      const waiting = { name: `${server.name}__progress_then_wait`, arguments: {} };
      const { stream, cancel } = await client.begin('tools/call', waiting, { progressToken: 'c' });
      assert.equal((await within(LIMIT_MS, 'its progress', stream.next())).method, 'notifications/progress');
      await cancel();
      await eventually('the server hears of it', async () => (await count()) === before + 1);
      stream.close();
    },
  },
  ping: {
    notOwed: ({ client }) => reasonIf(isModern(client.revision), 'revision 2026-07-28 has no ping'),
    try: async ({ client }) => assert.deepEqual(await client.result('ping'), {}),
  },
  pagination: {
    try: async ({ client, server }) => {
      const names = (await toolNames({ client })).filter((name) => name.startsWith(`${server.name}__`));
      assert.ok(names.length >= server.toolCount && new Set(names).size === names.length, names.join(' '));
      const { message } = await client.call('tools/list', { cursor: 'not one of ours' });
      assert.equal(message.error?.code, -32602, JSON.stringify(message));
    },
  },
  sampling: { try: asks('sampling') },
  elicitation: {
    notOwed: ({ client, server }) =>
      reasonIf(client.revision < ELICITATION_SINCE, `clients of ${client.revision} have no elicitation`) ??
      reasonIf(server.revision < ELICITATION_SINCE, `servers of ${server.revision} have no elicitation`),
    try: asks('elicitation'),
  },
  roots: { try: asks('roots') },
  logging: {
    try: async ({ client, server }) => {
      const log = { name: `${server.name}__log`, arguments: {} };
      if (client.session) await client.result('logging/setLevel', { level: 'critical' });
      const answer = await client.call('tools/call', log, client.session ? {} : { [`${META}logLevel`]: 'critical' });
      const levels = answer.notifications.filter(({ method }) => method === 'notifications/message').map(({ params }) => params.level);
      assert.deepEqual(levels, ['critical', 'alert', 'emergency']);
    },
  },
  tasks: {
    notOwed: ({ server }) => reasonIf(server.revision < TASKS_SINCE, `servers of ${server.revision} have no tasks`),
    try: async ({ client, server }) => {
      const name = `${server.name}__task`;
      const answer = await client.call('tools/call', { name, arguments: {} }, client.session ? {} : TAKES_TASKS);
      const isLegacyHttp = server.transport === 'streamable_http' && !isModern(server.revision);
      const isSeen = !client.session && (isLegacyHttp || isModern(server.revision));
      if (!isSeen) assert.equal(said(answer), 'done');
      if (client.session && client.revision === TASKS_SINCE && isLegacyHttp) {
        const { task } = await client.result('tools/call', { name, arguments: {}, task: {} });
        assert.equal(said(await client.call('tasks/result', { taskId: task.taskId })), 'done');
        assert.equal((await client.result('tasks/get', { taskId: task.taskId })).status, 'completed');
      }
      if (!isSeen) return undefined;
      const { resultType, taskId } = answer.message.result;
      assert.equal(resultType, 'task');
      const done = await eventually('the task is done', async () => {
        const task = await client.result('tasks/get', { taskId }, TAKES_TASKS);
        return task.status === 'completed' && task;
      });
      return assert.equal(done.result.content[0].text, 'done');
    },
  },
  list_changed: {
    try: async ({ client, server }) => {
      const stream = await client.hear();
      const name = `fresh_${++changes}`;
      assert.equal(await change(client, server, 'change', { name }), 'changed');
      // A change of before may be told first.
      do await heard(stream, 'notifications/tools/list_changed');
      while (!(await toolNames({ client })).includes(`${server.name}__${name}`));
      stream.close();
    },
  },
  subscriptions: {
    try: async ({ client, server }) => {
      const uri = exposedUri(server.name, NOTE);
      const stream = await client.hear(uri);
      assert.equal(await change(client, server, 'update', { uri: NOTE }), 'updated');
      assert.equal((await heard(stream, 'notifications/resources/updated')).params.uri, uri);
      stream.close();
      if (client.session) await client.result('resources/unsubscribe', { uri });
    },
  },
};

async function startServers(t, gateway, folder) {
  const servers = [];
  for (const revision of REVISIONS) {
    const script = matrixScript(revision);
    const toolCount = Object.keys(script.tools).length;
    for (const [short, transport] of Object.entries(TRANSPORTS)) {
      const server = { name: `${short}${revision.replaceAll('-', '')}`, revision, transport, toolCount };
      if (transport === 'stdio') {
        const kept = path.join(folder, `${server.name}.json`);
        await gateway.register(stdioSpec(server.name, ['--matrix', revision, '--kept', kept], { session_mode: 'stateful' }));
      } else if (transport === 'sse') {
        if (isModern(revision)) continue;  // The transport is older than that.
        server.upstream = await startSseUpstream(t, script);
        await gateway.register({ name: server.name, transport, url: server.upstream.url() });
        await eventually('the gateway listens', () => server.upstream.seen('ping').length === 1);
      } else {
        server.upstream = await startHttpUpstream(t, { ...script, sessions: !isModern(revision) });
        await gateway.register({ name: server.name, transport, url: server.upstream.url() });
        await eventually('the gateway listens', () => server.upstream.watchers.length === 1);
      }
      servers.push(server);
    }
  }
  return servers;
}

test('every feature between every two revisions over every transport', async (t) => {
  const folder = temporaryFolder(t);
  const gateway = await startGateway(t, { folder });
  const servers = await startServers(t, gateway, folder);
  const counts = { tried: 0, notOwed: {}, missing: {} };
  for (const revision of REVISIONS) {
    for (const server of servers) {
      const client = await Client.open(gateway.mcp(), revision);
      await t.test(`a client of ${revision} and a ${server.transport} server of ${server.revision}`, async () => {
        const failures = await tryFeatures({ client, server }, counts);
        assert.deepEqual(failures, []);
      });
      await client.close();
    }
  }
  t.diagnostic(`${counts.tried} cells tried`);
  for (const [reason, cells] of Object.entries(counts.notOwed)) t.diagnostic(`${cells} not owed: ${reason}`);
  for (const [what, cells] of Object.entries(counts.missing)) t.diagnostic(`${cells} missing: ${what}`);
});

async function tryFeatures(pair, counts) {
  const failures = [];
  for (const [feature, { try: attempt, notOwed, missing }] of Object.entries(FEATURES)) {
    const reason = notOwed?.(pair);
    const lack = reason ? undefined : missing?.(pair);
    if (reason) counts.notOwed[reason] = (counts.notOwed[reason] ?? 0) + 1;
    if (lack) counts.missing[lack] = (counts.missing[lack] ?? 0) + 1;
    if (reason || lack) continue;
    counts.tried++;
    try {
      await attempt(pair);
    } catch (error) {
      failures.push(`${feature}: ${error.message}`);
    }
  }
  return failures;
}
