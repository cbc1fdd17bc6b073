// Tasks of server-everything (2025-11-25), for a modern client that takes tasks, and for the official SDK of that revision.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { startGateway } from '../blackbox/support/gateway.mjs';
import { TaskClient } from '../blackbox/support/task-client.mjs';
import { within } from '../blackbox/support/wait.mjs';
import { registerRealServers } from './servers.mjs';

const RESEARCH = 'simulate-research-query';
const LIMIT_MS = 60_000;  // It takes its time.

test('a task of a real server is made, asks, and is done', async (t) => {
  const gateway = await startGateway(t);
  await registerRealServers(t, gateway);
  const client = new TaskClient(gateway.mcp(), { elicitation: {} });
  const params = { name: `everything_http__${RESEARCH}`, arguments: { topic: 'gateways', ambiguous: true } };
  const { resultType, taskId } = await client.result('tools/call', params);
  assert.equal(resultType, 'task');
  const { inputRequests } = await client.until('input_required', taskId, LIMIT_MS);
  const [[key, { method, params: question }], ...others] = Object.entries(inputRequests);
  assert.deepEqual([method, others], ['elicitation/create', []]);
  const [property] = Object.keys(question.requestedSchema.properties);
  await client.result('tasks/update', { taskId, inputResponses: { [key]: { action: 'accept', content: { [property]: 'technical' } } } });
  const { result } = await client.until('completed', taskId, LIMIT_MS);
  assert.match(result.content[0].text, /gateways \(technical\)/);
});

// Which calls a tool as a task because its list says that it may.
async function officialClient(url, asked) {
  const client = new Client({ name: 'sdk-test', version: '1.0.0' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    asked.push(params);
    const [property] = Object.keys(params.requestedSchema.properties);
    return { action: 'accept', content: { [property]: 'technical' } };
  });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  await client.listTools();
  return client;
}

async function messagesOf(stream) {
  const messages = [];
  for await (const message of stream) messages.push(message);
  return messages;
}

test('the official SDK of 2025-11-25 has tasks of a real server', async (t) => {
  const gateway = await startGateway(t);
  await registerRealServers(t, gateway);
  for (const [url, name] of [[gateway.mcp(), `everything_http__${RESEARCH}`], [gateway.mcp('everything_http'), RESEARCH]]) {
    await t.test(`on ${new URL(url).pathname}`, async () => {
      const asked = [];
      const client = await officialClient(url, asked);
      const params = { name, arguments: { topic: 'gateways', ambiguous: true } };
      const messages = await within(LIMIT_MS, 'the task', messagesOf(client.experimental.tasks.callToolStream(params)));
      const [created, ...others] = messages;
      assert.equal(created.type, 'taskCreated', JSON.stringify(created));
      const { taskId } = created.task;
      assert.ok(others.some(({ type, task }) => type === 'taskStatus' && task.taskId === taskId));
      const { type, result } = others.at(-1);
      assert.equal(type, 'result', JSON.stringify(others.at(-1)));
      assert.match(result.content[0].text, /gateways \(technical\)/);
      assert.equal(result._meta['io.modelcontextprotocol/related-task'].taskId, taskId);
      assert.deepEqual(asked.map(({ _meta }) => _meta['io.modelcontextprotocol/related-task'].taskId), [taskId]);
      assert.equal((await client.experimental.tasks.getTask(taskId)).status, 'completed');
      await assert.rejects(client.experimental.tasks.cancelTask(taskId), ({ code }) => code === -32602);

      const plain = await within(LIMIT_MS, 'the call', client.callTool({ name, arguments: { topic: 'tea' } }));
      assert.match(plain.content[0].text, /tea/, 'without a task');
      const { task } = (await messagesOf(client.experimental.tasks.callToolStream({ name: name.replace(RESEARCH, 'echo'), arguments: { message: 'x' } })))[0];
      assert.equal(task, undefined, 'a tool that has none');
      await client.close();
    });
  }
});
