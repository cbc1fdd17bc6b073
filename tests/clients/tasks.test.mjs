// Tasks of server-everything (2025-11-25), for a modern client that takes tasks.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startGateway } from '../blackbox/support/gateway.mjs';
import { TaskClient } from '../blackbox/support/task-client.mjs';
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
