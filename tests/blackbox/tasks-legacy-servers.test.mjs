// Tasks that modern clients see, of servers of 2025-11-25, which have them in another form.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startGateway, temporaryFolder } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { TASK_TOOLS } from './support/scripted.mjs';
import { stdioSpec } from './support/stdio-spec.mjs';
import { TaskClient } from './support/task-client.mjs';
import { eventually } from './support/wait.mjs';

const LEGACY_TASKS = { era: 'legacy', sessions: true, tools: TASK_TOOLS };

async function gatewayBefore(t, { folder, ...spec } = {}) {
  const upstream = await startHttpUpstream(t, LEGACY_TASKS);
  const gateway = await startGateway(t, { folder });
  await gateway.register({ name: 'lab', transport: 'streamable_http', url: upstream.url(), ...spec });
  return { upstream, gateway, client: new TaskClient(gateway.mcp()) };
}

for (const session_mode of ['stateless', 'stateful']) {
  test(`a task is made, asked for and done, ${session_mode}`, async (t) => {
    const { upstream, client } = await gatewayBefore(t, { session_mode });
    const { capabilities } = await client.result('server/discover', {});
    assert.deepEqual(capabilities.extensions, { 'io.modelcontextprotocol/tasks': {} });
    for (const tool of ['lab__ponder', 'lab__either']) {
      const made = await client.start(tool);
      assert.deepEqual([made.resultType, made.ttlMs, made.pollIntervalMs, made.task], ['task', null, 50, undefined]);
      const done = await client.until('completed', made.taskId);
      assert.deepEqual([done.resultType, done.taskId, done.ttlMs], ['complete', made.taskId, null]);
      assert.equal(done.result.content[0].type, 'text');
      assert.deepEqual(done.result._meta, {});
    }
    const sessions = upstream.seen('tools/call').map(({ headers }) => headers['mcp-session-id']);
    assert.deepEqual(upstream.seen('tasks/result').map(({ headers }) => headers['mcp-session-id']), sessions);
    assert.equal(new Set(sessions).size, session_mode === 'stateful' ? 1 : 2);
  });

  test(`a task outlives a restart of the gateway, ${session_mode}`, async (t) => {
    const folder = temporaryFolder(t);
    const { upstream, gateway: first, client: before } = await gatewayBefore(t, { folder, session_mode });
    const { taskId } = await before.start('lab__dream');
    await first.stop();
    const gateway = await startGateway(t, { folder });
    const client = new TaskClient(gateway.mcp());
    assert.equal((await client.get(taskId)).status, 'working');
    upstream.script.releaseAll();
    assert.equal((await client.until('completed', taskId)).result.content[0].text, 'released');
  });
}

test('a task that is cancelled is cancelled at its server, once', async (t) => {
  const { upstream, client } = await gatewayBefore(t);
  const { taskId } = await client.start('lab__dream');
  for (let i = 0; i < 2; i++) {
    const { resultType, status } = await client.result('tasks/cancel', { taskId });
    assert.deepEqual([resultType, status], ['complete', undefined]);
  }
  assert.deepEqual(upstream.script.tasks.cancelled, ['task-1']);
  assert.equal((await client.get(taskId)).status, 'cancelled');
});

test('a tool that fails has completed, one that breaks has failed', async (t) => {
  const { client } = await gatewayBefore(t);
  const failed = await client.until('completed', (await client.start('lab__stumble')).taskId);
  assert.deepEqual([failed.result.isError, failed.error], [true, undefined]);
  const broken = await client.until('failed', (await client.start('lab__break')).taskId);
  assert.deepEqual([broken.error, broken.result], [{ code: -32050, message: 'broken' }, undefined]);
});

test('a task goes with its session', async (t) => {
  const { upstream, client } = await gatewayBefore(t);
  const { taskId } = await client.start('lab__dream');
  upstream.forgetSessions();
  assert.equal(await client.code('tasks/get', { taskId }), -32602);
  assert.equal(await client.code('tasks/cancel', { taskId }), -32602);
});

test('the sessions of tasks end with the registration', async (t) => {
  const { upstream, gateway, client } = await gatewayBefore(t);
  await client.start('lab__dream');
  assert.equal((await gateway.rest('DELETE', '/servers/lab')).status, 204);
  await eventually('no session is left', () => upstream.sessions.size === 0);
});

test('over stdio the gateway waits for the task', async (t) => {
  const gateway = await startGateway(t);
  await gateway.register(stdioSpec('lab', ['--era', 'legacy', '--tasks'], { session_mode: 'stateful' }));
  const client = new TaskClient(gateway.mcp());
  assert.equal((await client.result('server/discover', {})).capabilities.extensions, undefined);
  const { resultType, content } = await client.start('lab__ponder');
  assert.deepEqual([resultType, content[0].text], ['complete', 'pondered']);
});

for (const session_mode of ['stateless', 'stateful']) {
  test(`what a task asks is shown and answered, ${session_mode}`, async (t) => {
    const { upstream, gateway } = await gatewayBefore(t, { session_mode });
    const client = new TaskClient(gateway.mcp(), { elicitation: {} });
    const { taskId } = await client.start('lab__research');
    const asking = await client.until('input_required', taskId);
    const [[key, question], ...others] = Object.entries(asking.inputRequests);
    assert.deepEqual([question.method, question.params._meta, others], ['elicitation/create', undefined, []]);
    assert.deepEqual((await client.get(taskId)).inputRequests, asking.inputRequests, 'it is asked once, however often it is looked at');
    await client.result('tasks/update', { taskId, inputResponses: { other: {} } });
    assert.equal((await client.get(taskId)).status, 'input_required');
    const response = { action: 'accept', content: { depth: 'deep' } };
    assert.equal((await client.result('tasks/update', { taskId, inputResponses: { [key]: response } })).resultType, 'complete');
    assert.equal((await client.until('completed', taskId)).result.content[0].text, 'deep research');
    assert.equal(upstream.seen('tasks/result').length, 2, 'one that heard the question, one for the result');
  });
}

test('a client that offers no input is not asked', async (t) => {
  const { client } = await gatewayBefore(t);
  const { taskId } = await client.start('lab__research');
  const { error } = await client.until('failed', taskId);
  assert.match(error.message, /did not offer/);
});
