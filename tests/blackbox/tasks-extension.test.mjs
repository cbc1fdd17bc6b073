// Tasks that clients see: the extension io.modelcontextprotocol/tasks, to servers that have it too.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startGateway, temporaryFolder } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { openStream } from './support/http.mjs';
import { LegacySession, modern, modernHeaders, modernMessage, TAKES_TASKS } from './support/mcp.mjs';
import { TASK_TOOLS } from './support/scripted.mjs';
import { stdioSpec } from './support/stdio-spec.mjs';
import { TaskClient } from './support/task-client.mjs';
import { eventually, within } from './support/wait.mjs';

const LIMIT_MS = 10_000;
const MODERN_TASKS = { era: 'modern', tools: TASK_TOOLS };
const accept = (content) => ({ action: 'accept', content });

async function gatewayBefore(t, options = MODERN_TASKS, gatewayOptions = {}) {
  const upstream = await startHttpUpstream(t, options);
  const gateway = await startGateway(t, gatewayOptions);
  await gateway.register({ name: 'lab', transport: 'streamable_http', url: upstream.url() });
  return { upstream, gateway };
}

const TRANSPORTS = {
  http: async (t) => (await gatewayBefore(t)).gateway,
  'http, as event streams': async (t) => (await gatewayBefore(t, { ...MODERN_TASKS, answers: 'sse' })).gateway,
  stdio: async (t) => {
    const gateway = await startGateway(t);
    await gateway.register(stdioSpec('lab', ['--era', 'modern', '--tasks'], { session_mode: 'stateful' }));
    return gateway;
  },
};
for (const [transport, start] of Object.entries(TRANSPORTS)) {
  test(`a task is made, asked for, given input and done, over ${transport}`, async (t) => {
    const gateway = await start(t);
    const client = new TaskClient(gateway.mcp());
    const { capabilities } = await client.result('server/discover', {});
    assert.deepEqual(capabilities.extensions, { 'io.modelcontextprotocol/tasks': {} });

    const made = await client.start('lab__research');
    assert.equal(made.resultType, 'task');
    assert.doesNotMatch(made.taskId, /task-1/);
    assert.deepEqual([made.ttlMs, made.pollIntervalMs], [600_000, 50]);
    const asking = await client.until('input_required', made.taskId);
    assert.deepEqual([asking.resultType, asking.taskId], ['complete', made.taskId]);
    const [[key, question]] = Object.entries(asking.inputRequests);
    assert.equal(question.method, 'elicitation/create');
    const { resultType, ...rest } = await client.result('tasks/update', {
      taskId: made.taskId, inputResponses: { [key]: accept({ depth: 'deep' }) },
    });
    assert.deepEqual([resultType, rest.taskId], ['complete', undefined]);
    const done = await client.until('completed', made.taskId);
    assert.deepEqual(done.result.content, [{ type: 'text', text: 'deep research' }]);
  });
}

test('a task that is cancelled is cancelled at its server', async (t) => {
  const { upstream, gateway } = await gatewayBefore(t);
  const client = new TaskClient(gateway.mcp('lab'));
  const { taskId } = await client.start('dream');
  await client.result('tasks/cancel', { taskId });
  assert.deepEqual(upstream.script.tasks.cancelled, ['task-1']);
  assert.equal((await client.get(taskId)).status, 'cancelled');
  assert.equal(upstream.seen('tasks/cancel')[0].headers['mcp-name'], 'task-1');
});

test('tasks with equal ids at their servers, and of several endpoints, do not meet', async (t) => {
  const { upstream, gateway } = await gatewayBefore(t);
  const other = await startHttpUpstream(t, MODERN_TASKS);
  await gateway.register({ name: 'annex', transport: 'streamable_http', url: other.url() });
  const client = new TaskClient(gateway.mcp());
  const [first, second] = [await client.start('lab__dream'), await client.start('annex__ponder')];
  assert.notEqual(first.taskId, second.taskId);
  assert.equal((await client.get(first.taskId)).status, 'working');
  assert.equal((await client.until('completed', second.taskId)).result.content[0].text, 'pondered');
  assert.deepEqual([upstream.script.tasks.size, other.script.tasks.size], [1, 1]);
  const asked = upstream.seen('tasks/get').length;
  assert.equal(await new TaskClient(gateway.mcp('lab')).code('tasks/get', { taskId: first.taskId }), -32602);
  assert.equal(await client.code('tasks/get', { taskId: 'task-1' }), -32602);
  assert.equal((await client.send('tasks/get', {}, { 'Mcp-Name': 'task-1' })).message.error.code, -32602, 'no taskId in the body');
  assert.equal(upstream.seen('tasks/get').length, asked);
});

test('a client that does not declare the extension gets neither tasks nor answers about them', async (t) => {
  const { upstream, gateway } = await gatewayBefore(t);
  const { taskId } = await new TaskClient(gateway.mcp()).start('lab__dream');
  for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
    const { status, message } = await modern(gateway.mcp(), method, { taskId, inputResponses: {} });
    assert.deepEqual([status, message.error.code], [400, -32021]);
    assert.deepEqual(message.error.data.requiredCapabilities, { extensions: { 'io.modelcontextprotocol/tasks': {} } });
  }
  const refused = await modern(gateway.mcp(), 'tools/call', { name: 'lab__ponder', arguments: {} });
  assert.deepEqual([refused.status, refused.message.error.code], [400, -32021]);
  const { message } = await modern(gateway.mcp(), 'tools/call', { name: 'lab__either', arguments: {}, task: { ttl: 1 } });
  assert.equal(message.result.resultType, 'complete');
  assert.equal(upstream.script.tasks.size, 1);
  const legacy = await LegacySession.open(gateway.mcp());
  assert.equal(legacy.initialized.capabilities.extensions, undefined);
  assert.equal((await legacy.call('tasks/get', { taskId })).message.error.code, -32602);
});

test('a header that names another task is refused', async (t) => {
  const { gateway } = await gatewayBefore(t);
  const client = new TaskClient(gateway.mcp());
  const { taskId } = await client.start('lab__dream');
  const { status, message } = await client.send('tasks/get', { taskId }, { 'Mcp-Name': 'another' });
  assert.deepEqual([status, message.error.code], [400, -32020]);
});

test('a task outlives a restart of the gateway, and says when its server cannot be asked', async (t) => {
  const folder = temporaryFolder(t);
  const { upstream, gateway: first } = await gatewayBefore(t, MODERN_TASKS, { folder });
  const { taskId } = await new TaskClient(first.mcp()).start('lab__dream');
  await first.stop();
  const gateway = await startGateway(t, { folder });
  const client = new TaskClient(gateway.mcp());
  assert.equal((await client.get(taskId)).status, 'working');

  assert.equal((await gateway.rest('POST', '/servers/lab/disable')).status, 200);
  const disabled = await client.send('tasks/get', { taskId });
  assert.deepEqual([disabled.message.error.code, /disabled/.test(disabled.message.error.message)], [-32603, true]);
  assert.equal((await gateway.rest('POST', '/servers/lab/enable')).status, 200);
  assert.equal((await client.get(taskId)).taskId, taskId);
  upstream.script.tasks.clear();
  assert.equal(await client.code('tasks/get', { taskId }), -32602);
  await upstream.close();
  const down = await client.send('tasks/get', { taskId });
  assert.match(down.message.error.message, /server 'lab'/);
  assert.equal((await gateway.rest('DELETE', '/servers/lab')).status, 204);
  assert.equal(await client.code('tasks/get', { taskId }), -32602);
});

test('an id ends with the key that sealed it', async (t) => {
  const folder = temporaryFolder(t);
  const { gateway: first } = await gatewayBefore(t, MODERN_TASKS, { folder });
  const { taskId } = await new TaskClient(first.mcp()).start('lab__dream');
  const rotated = await first.command(['rotate-key']);
  assert.equal(rotated.code, 0, rotated.all);
  assert.equal((await new TaskClient(first.mcp()).get(taskId)).status, 'working', 'until the next start');
  await first.stop();
  const gateway = await startGateway(t, { folder });
  assert.equal(await new TaskClient(gateway.mcp()).code('tasks/get', { taskId }), -32602);
});

test('a server whose process ends with the call makes no tasks', async (t) => {
  const gateway = await startGateway(t);
  await gateway.register(stdioSpec('lab', ['--era', 'modern', '--tasks']));
  const client = new TaskClient(gateway.mcp());
  assert.equal((await client.result('server/discover', {})).capabilities.extensions, undefined);
  assert.equal((await client.start('lab__either')).content[0].text, 'at once');
  const { message } = await client.send('tools/call', { name: 'lab__ponder', arguments: {} });
  assert.match(message.error.message, /capability that the gateway does not relay/);
});

const listen = (gateway, notifications, meta) => {
  const message = modernMessage('subscriptions/listen', { notifications }, meta);
  return openStream(gateway.mcp(), { method: 'POST', headers: modernHeaders(message), body: message });
};

test('a subscription to tasks needs the extension', async (t) => {
  const { gateway } = await gatewayBefore(t);
  const refused = await listen(gateway, { toolsListChanged: true, taskIds: ['any'] }, {});
  assert.equal(refused.status, 400);
  assert.equal((await refused.rest())[0].error.code, -32021);
  const stream = await listen(gateway, { toolsListChanged: true, taskIds: ['any'] }, TAKES_TASKS);
  const acknowledged = await within(LIMIT_MS, 'the acknowledgement', stream.next());
  assert.deepEqual(acknowledged.params.notifications, { toolsListChanged: true });
  stream.close();
});

test('clients hear of their tasks and of no others, over one subscription to the server', async (t) => {
  const { upstream, gateway } = await gatewayBefore(t, { ...MODERN_TASKS, tellsNews: true });
  const client = new TaskClient(gateway.mcp());
  const tasks = [await client.start('lab__dream'), await client.start('lab__ponder')];
  const streams = [];
  for (const { taskId } of tasks) {
    const stream = await listen(gateway, { taskIds: [taskId, 'unknown'] }, TAKES_TASKS);
    const { params } = await within(LIMIT_MS, 'the acknowledgement', stream.next());
    assert.deepEqual(params.notifications, { taskIds: [taskId] });
    streams.push(stream);
  }
  await eventually('one subscription has both', () => {
    const [only, ...others] = [...upstream.listeners];
    return others.length === 0 && only.taskIds.length === 2;
  });
  const declared = upstream.seen('subscriptions/listen').at(-1).message.params._meta['io.modelcontextprotocol/clientCapabilities'];
  assert.deepEqual(declared.extensions, { 'io.modelcontextprotocol/tasks': {} });
  upstream.tell('notifications/tasks', { taskId: 'task-2', status: 'completed' });
  const { method, params } = await within(LIMIT_MS, 'the news', streams[1].next());
  assert.deepEqual([method, params.taskId, params.status, params.resultType], ['notifications/tasks', tasks[1].taskId, 'completed', undefined]);
  assert.equal(params.result.content[0].text, 'pondered');
  assert.deepEqual(Object.keys(params._meta), ['io.modelcontextprotocol/subscriptionId']);
  upstream.script.tasks.get('task-1').cancel();
  upstream.tell('notifications/tasks', { taskId: 'task-1', status: 'cancelled' });
  const told = await within(LIMIT_MS, 'the news', streams[0].next());
  assert.deepEqual([told.params.taskId, told.params.status], [tasks[0].taskId, 'cancelled']);
  streams.forEach((stream) => stream.close());
});
