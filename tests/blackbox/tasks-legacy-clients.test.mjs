// Tasks that clients of 2025-11-25 see, of servers of that revision (MCP 2025-11-25 basic/utilities/tasks).
import assert from 'node:assert/strict';
import test from 'node:test';
import { startGateway, temporaryFolder } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { LegacySession } from './support/mcp.mjs';
import { TASK_TOOLS, TOOLS } from './support/scripted.mjs';
import { SseClient } from './support/sse-client.mjs';
import { stdioSpec } from './support/stdio-spec.mjs';
import { TaskClient } from './support/task-client.mjs';
import { eventually, within } from './support/wait.mjs';

const HTTP = { era: 'legacy', sessions: true, tools: { echo: TOOLS.echo, ...TASK_TOOLS } };
const RELATED = 'io.modelcontextprotocol/related-task';
const LIMIT_MS = 10_000;
const OFFERED = { cancel: {}, requests: { tools: { call: {} } } };

async function gatewayBefore(t, spec = {}, { options = {}, upstream = {} } = {}) {
  const server = await startHttpUpstream(t, { ...HTTP, ...upstream });
  const gateway = await startGateway(t, options);
  await gateway.register({ name: 'lab', transport: 'streamable_http', url: server.url(), ...spec });
  return { upstream: server, gateway };
}

const open = (url, capabilities = { elicitation: {} }) => LegacySession.open(url, { capabilities });
const start = async (session, name, more = {}) =>
  (await session.result('tools/call', { name, arguments: {}, task: { ttl: 60_000 }, ...more })).task;
const code = async (session, method, params) => (await session.call(method, params)).message.error?.code;
const next = (stream, what) => within(LIMIT_MS, what, stream.next());
const until = (session, status, taskId) => eventually(`the task is ${status}`, async () => {
  const task = await session.result('tasks/get', { taskId });
  return task.status === status && task;
});

for (const mode of ['stateless', 'stateful']) {
  for (const answers of ['json', 'sse']) {
    test(`a task is made, asks, and is done: ${mode}, answers as ${answers}`, async (t) => {
      const { upstream, gateway } = await gatewayBefore(t, { session_mode: mode }, { upstream: { answers } });
      for (const [url, prefix] of [[gateway.mcp(), 'lab__'], [gateway.mcp('lab'), '']]) {
        const session = await open(url);
        assert.deepEqual(session.initialized.capabilities.tasks, OFFERED);
        const { taskId, status } = await start(session, `${prefix}research`, { _meta: { progressToken: 'mine' } });
        assert.ok(['working', 'input_required'].includes(status));
        assert.doesNotMatch(taskId, /task-\d/);
        assert.deepEqual(upstream.seen('tools/call').at(-1).message.params.task, { ttl: 60_000 });
        assert.equal((await until(session, 'input_required', taskId)).taskId, taskId);

        const stream = await session.stream('tasks/result', { taskId });
        const progress = await next(stream, 'the progress');
        assert.deepEqual(progress.params, { progressToken: 'mine', progress: 1, _meta: { [RELATED]: { taskId } } });
        const question = await next(stream, 'the question');
        assert.equal(question.method, 'elicitation/create');
        assert.deepEqual(question.params._meta, { [RELATED]: { taskId } });
        const answer = { action: 'accept', content: { depth: 'deep' }, _meta: { [RELATED]: { taskId } } };
        await session.post({ jsonrpc: '2.0', id: question.id, result: answer });
        const { result } = await next(stream, 'the result');
        assert.deepEqual(result, { content: [{ type: 'text', text: 'deep research' }], _meta: { [RELATED]: { taskId } } });
        assert.equal((await session.result('tasks/get', { taskId })).status, 'completed');
        assert.deepEqual((await session.result('tasks/result', { taskId })).content, result.content, 'once more');
      }
    });
  }
}

test('a task is cancelled once, and ends as its tool does', async (t) => {
  const { upstream, gateway } = await gatewayBefore(t);
  const session = await open(gateway.mcp());
  const { taskId } = await start(session, 'lab__dream');
  const cancelled = await session.result('tasks/cancel', { taskId });
  assert.deepEqual([cancelled.taskId, cancelled.status], [taskId, 'cancelled']);
  assert.deepEqual(upstream.script.tasks.cancelled, ['task-1']);
  assert.equal(await code(session, 'tasks/cancel', { taskId }), -32602);

  const failed = await start(session, 'lab__stumble');
  assert.equal((await session.result('tasks/result', { taskId: failed.taskId })).isError, true);
  assert.equal((await until(session, 'failed', failed.taskId)).taskId, failed.taskId);
  const broken = await start(session, 'lab__break');
  assert.equal(await code(session, 'tasks/result', { taskId: broken.taskId }), -32050);
});

test('a client that hangs up while it waits for a task asks for its result again', async (t) => {
  const { upstream, gateway } = await gatewayBefore(t);
  const session = await open(gateway.mcp());
  const { taskId } = await start(session, 'lab__research', { _meta: { progressToken: 1 } });
  const gone = await session.stream('tasks/result', { taskId });
  assert.equal((await next(gone, 'the progress')).method, 'notifications/progress');
  gone.close();
  const stream = await session.stream('tasks/result', { taskId });
  const question = await next(stream, 'the question');
  assert.equal(question.method, 'elicitation/create');
  await session.post({ jsonrpc: '2.0', id: question.id, result: { action: 'accept', content: { depth: 'deep' } } });
  assert.equal((await next(stream, 'the result')).result.content[0].text, 'deep research');
  assert.deepEqual(upstream.script.tasks.cancelled, []);
});

test('to cancel the request for the result of a task does not cancel the task', async (t) => {
  const { upstream, gateway } = await gatewayBefore(t);
  const session = await open(gateway.mcp());
  const { taskId } = await start(session, 'lab__dream');
  const requestId = session.nextId();
  const waiting = session.post({ jsonrpc: '2.0', id: requestId, method: 'tasks/result', params: { taskId } });
  await eventually('the server is asked', () => upstream.seen('tasks/result').length === 1);
  await session.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } });
  assert.equal((await within(LIMIT_MS, 'the end of the wait', waiting)).text, '');
  assert.equal((await session.result('tasks/get', { taskId })).status, 'working');
  assert.deepEqual(upstream.seen('notifications/cancelled'), []);
  assert.deepEqual(upstream.script.tasks.cancelled, []);
  upstream.script.releaseAll();
  await until(session, 'completed', taskId);
  assert.ok((await session.result('tasks/result', { taskId })).content);
});

test('a client of HTTP+SSE that speaks 2025-11-25 has tasks on its one stream', async (t) => {
  const { gateway } = await gatewayBefore(t);
  const client = await SseClient.open(gateway);
  assert.deepEqual((await client.initialize({ elicitation: {} }, '2025-11-25')).capabilities.tasks, OFFERED);
  const { task: { taskId } } = await client.result('tools/call', { name: 'lab__research', arguments: {}, task: {} });
  const result = client.result('tasks/result', { taskId });
  await eventually('the question', () => client.requests.length === 1);
  const [question] = client.requests;
  assert.deepEqual(question.params._meta, { [RELATED]: { taskId } });
  await client.post({ id: question.id, result: { action: 'accept', content: { depth: 'deep' } } });
  assert.equal((await result).content[0].text, 'deep research');
});

test('who is offered tasks, and of which tools', async (t) => {
  const { upstream, gateway } = await gatewayBefore(t);
  await gateway.register(stdioSpec('child', ['--era', 'legacy', '--tasks']));
  const other = await startHttpUpstream(t, { era: 'modern', tools: TASK_TOOLS });
  await gateway.register({ name: 'modern', transport: 'streamable_http', url: other.url() });
  const supportOf = ({ tools }) => tools.filter(({ execution }) => execution).map(({ name, execution }) => [name, execution.taskSupport]).sort();
  const all = Object.keys(TASK_TOOLS).sort();

  const session = await open(gateway.mcp());
  assert.deepEqual(supportOf(await session.result('tools/list', {})), all.map((name) => [`lab__${name}`, 'optional']));
  const own = await open(gateway.mcp('lab'));
  assert.deepEqual(supportOf(await own.result('tools/list', {})), all.map((name) => [name, 'optional']));
  for (const name of ['child', 'modern']) {
    const at = await open(gateway.mcp(name));
    assert.equal(at.initialized.capabilities.tasks, undefined);
    assert.deepEqual(supportOf(await at.result('tools/list', {})), []);
  }
  const older = await LegacySession.open(gateway.mcp(), { version: '2025-06-18' });
  assert.equal(older.initialized.capabilities.tasks, undefined);
  assert.deepEqual(supportOf(await older.result('tools/list', {})), []);

  for (const name of ['lab__echo', 'child__ponder', 'modern__ponder']) {
    assert.equal(await code(session, 'tools/call', { name, arguments: {}, task: {} }), -32601, name);
  }
  assert.equal(await code(session, 'tools/call', { name: 'lab__ponder', arguments: {}, task: 7 }), -32602);
  assert.equal(upstream.script.tasks.size, 0);
  const plain = await session.result('tools/call', { name: 'lab__ponder', arguments: {} });
  assert.deepEqual(plain.content, [{ type: 'text', text: 'pondered' }], 'a tool that runs as a task only');
  assert.equal(await code(session, 'tasks/list', {}), -32601);
});

test('a task is its client\'s at its endpoint alone, in either form', async (t) => {
  const { gateway } = await gatewayBefore(t);
  const [session, own] = [await open(gateway.mcp()), await open(gateway.mcp('lab'))];
  const { taskId } = await start(session, 'lab__dream');
  for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel']) {
    assert.equal(await code(own, method, { taskId }), -32602, 'another endpoint');
    assert.equal(await code(session, method, { taskId: 'task-1' }), -32602, 'an id of the server');
    assert.equal(await code(session, method, { taskId: `${taskId.slice(0, -4)}AAAA` }), -32602, 'a forged id');
    assert.equal(await code(session, method, {}), -32602);
  }
  assert.equal((await new TaskClient(gateway.mcp()).get(taskId)).status, 'working', 'a modern client');
});

test('a task outlives a restart of the gateway, and ends with its server', async (t) => {
  const folder = temporaryFolder(t);
  const { upstream, gateway: first } = await gatewayBefore(t, {}, { options: { folder } });
  const { taskId } = await start(await open(first.mcp()), 'lab__dream');
  await first.stop();
  const gateway = await startGateway(t, { folder });
  const session = await open(gateway.mcp());
  assert.equal((await session.result('tasks/get', { taskId })).status, 'working');
  assert.equal((await gateway.rest('POST', '/servers/lab/disable')).status, 200);
  assert.equal(await code(session, 'tasks/get', { taskId }), -32603);
  assert.equal((await gateway.rest('POST', '/servers/lab/enable')).status, 200);
  upstream.script.tasks.clear();
  assert.equal(await code(session, 'tasks/result', { taskId }), -32602);
  assert.equal((await gateway.rest('DELETE', '/servers/lab')).status, 204);
  assert.equal(await code(session, 'tasks/get', { taskId }), -32602);
});
