// "First let your user visit this URL": the error -32042 of legacy servers, for clients of every revision.
import assert from 'node:assert/strict';
import test from 'node:test';
import { rpcError } from './support/expect.mjs';
import { startGateway } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { LegacySession, modern } from './support/mcp.mjs';
import { RpcError } from './support/scripted.mjs';

const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const CALL = { name: 'up__guarded', arguments: { a: 1 } };
const ELICITATION = { mode: 'url', elicitationId: 'e1', url: 'https://login.example/go', message: 'Please sign in' };

async function guarded(t) {
  const tools = {
    guarded: {
      inputSchema: { type: 'object' },
      run: (_, call) => {
        if (!call.server.isOpen) throw new RpcError(-32042, 'Sign in first', { elicitations: [ELICITATION] });
        return { content: [{ type: 'text', text: 'in' }] };
      },
    },
  };
  const upstream = await startHttpUpstream(t, { era: 'legacy', sessions: true, tools });
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  return { gateway, upstream };
}

test('a client of 2025-11-25 gets the error and its data, an older one the URL in words', async (t) => {
  const { gateway } = await guarded(t);
  const capabilities = { elicitation: { form: {}, url: {} } };
  const current = await LegacySession.open(gateway.mcp(), { capabilities });
  const answer = await current.call('tools/call', CALL);
  rpcError(answer, -32042, /^Sign in first$/);
  assert.deepEqual(answer.message.error.data, { elicitations: [ELICITATION] });
  for (const version of ['2025-06-18', '2025-03-26']) {
    const old = await LegacySession.open(gateway.mcp(), { version });
    rpcError(await old.call('tools/call', CALL), -32603, /^Sign in first https:\/\/login\.example\/go$/);
  }
});

test('a modern client is asked, and repeats its call', async (t) => {
  const { gateway, upstream } = await guarded(t);
  const meta = { [CAPABILITIES]: { elicitation: { form: {}, url: {} } } };
  const { message } = await modern(gateway.mcp(), 'tools/call', CALL, { meta });
  assert.equal(message.result.resultType, 'input_required', JSON.stringify(message));
  const [[key, request]] = Object.entries(message.result.inputRequests);
  const { elicitationId, ...asked } = ELICITATION;
  assert.ok(elicitationId);
  assert.deepEqual(request, { method: 'elicitation/create', params: asked });
  upstream.script.isOpen = true;
  const again = { ...CALL, inputResponses: { [key]: { action: 'accept' } } };
  if (message.result.requestState !== undefined) again.requestState = message.result.requestState;
  const { message: done } = await modern(gateway.mcp(), 'tools/call', again, { meta });
  assert.equal(done.result?.content[0].text, 'in', JSON.stringify(done));
  const last = upstream.seen('tools/call').at(-1).message.params;
  assert.deepEqual(Object.keys(last).filter((name) => name !== '_meta').toSorted(), ['arguments', 'name'], 'a legacy server gets a plain call');
});

test('a modern client that cannot show URLs is told what it lacks', async (t) => {
  const { gateway } = await guarded(t);
  for (const capabilities of [{}, { elicitation: {} }, { elicitation: { form: {} } }]) {
    const answer = await modern(gateway.mcp(), 'tools/call', CALL, { meta: { [CAPABILITIES]: capabilities } });
    assert.equal(answer.status, 400);
    rpcError(answer, -32021, /login\.example/);
    assert.deepEqual(answer.message.error.data, { requiredCapabilities: { elicitation: { url: {} } } });
  }
});
