// Tools that their server runs as tasks only (MCP 2025-11-25 basic/utilities/tasks): for clients they are tools like others.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startGateway } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { LegacySession, modern } from './support/mcp.mjs';
import { TASK_TOOLS } from './support/scripted.mjs';
import { stdioSpec } from './support/stdio-spec.mjs';
import { eventually } from './support/wait.mjs';

const HTTP = { era: 'legacy', sessions: true, tools: TASK_TOOLS };

async function gatewayBefore(t, spec = {}) {
  const upstream = await startHttpUpstream(t, HTTP);
  const gateway = await startGateway(t);
  await gateway.register({ name: 'lab', transport: 'streamable_http', url: upstream.url(), ...spec });
  return { upstream, gateway };
}

for (const mode of ['stateless', 'stateful']) {
  test(`clients of both eras call them over HTTP, ${mode}`, async (t) => {
    const { upstream, gateway } = await gatewayBefore(t, { session_mode: mode });
    const session = await LegacySession.open(gateway.mcp());
    const legacy = await session.result('tools/call', { name: 'lab__ponder', arguments: {} });
    assert.deepEqual(legacy, { content: [{ type: 'text', text: 'pondered' }], _meta: {} });
    const { message } = await modern(gateway.mcp(), 'tools/call', { name: 'lab__ponder', arguments: {} });
    assert.equal(message.result.resultType, 'complete');
    assert.deepEqual(message.result.content, [{ type: 'text', text: 'pondered' }]);
    assert.equal(upstream.seen('tasks/result').length, 2);
  });
}

test('they are called over stdio', async (t) => {
  const gateway = await startGateway(t);
  await gateway.register(stdioSpec('lab', ['--era', 'legacy', '--tasks']));
  const session = await LegacySession.open(gateway.mcp());
  for (let i = 0; i < 2; i++) {
    const { content } = await session.result('tools/call', { name: 'lab__ponder', arguments: {} });
    assert.deepEqual(content, [{ type: 'text', text: 'pondered' }]);
  }
});

test('their progress and questions reach the client', async (t) => {
  const { gateway } = await gatewayBefore(t);
  const session = await LegacySession.open(gateway.mcp(), { capabilities: { elicitation: {} } });
  const stream = await session.stream('tools/call', { name: 'lab__research', arguments: {}, _meta: { progressToken: 'mine' } });
  const progress = await stream.next();
  assert.deepEqual([progress.method, progress.params], ['notifications/progress', { progressToken: 'mine', progress: 1 }]);
  const question = await stream.next();
  assert.equal(question.method, 'elicitation/create');
  assert.equal(question.params._meta, undefined);
  await session.post({ jsonrpc: '2.0', id: question.id, result: { action: 'accept', content: { depth: 'deep' } } });
  assert.deepEqual((await stream.next()).result.content, [{ type: 'text', text: 'deep research' }]);
});

test('a call that its client gives up ends its task', async (t) => {
  const { upstream, gateway } = await gatewayBefore(t, { session_mode: 'stateful' });
  const session = await LegacySession.open(gateway.mcp());
  const call = session.call('tools/call', { name: 'lab__dream', arguments: {} });
  await eventually('the server dreams', () => upstream.script.waiting.length === 1);
  await session.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
  await eventually('the task is cancelled', () => upstream.script.tasks.cancelled.length === 1);
  assert.deepEqual(upstream.script.tasks.cancelled, ['task-1']);
  assert.equal((await call).message?.result, undefined);
});

test('clients of older revisions are not told how tools run, and what they say of tasks counts for nothing', async (t) => {
  const { upstream, gateway } = await gatewayBefore(t);
  for (const url of [gateway.mcp(), gateway.mcp('lab')]) {
    const session = await LegacySession.open(url, { version: '2025-06-18' });
    const { tools } = await session.result('tools/list', {});
    assert.equal(tools.length, 6);
    assert.ok(tools.every((tool) => !('execution' in tool)));
  }
  const session = await LegacySession.open(gateway.mcp(), { version: '2025-06-18' });
  const { content } = await session.result('tools/call', { name: 'lab__either', arguments: {}, task: { ttl: 60000 } });
  assert.deepEqual(content, [{ type: 'text', text: 'at once' }]);
  assert.equal(upstream.script.tasks.size, 0);
});
