// Log messages of servers: the level that a client wants reaches servers of both eras, and the client gets those messages on the stream
// of its call.
import assert from 'node:assert/strict';
import test from 'node:test';
import { rpcError } from './support/expect.mjs';
import { startGateway } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { LEGACY, LegacySession, modern } from './support/mcp.mjs';
import { LOG_LEVELS } from './support/scripted.mjs';
import { stdioSpec } from './support/stdio-spec.mjs';

const LEVEL = 'io.modelcontextprotocol/logLevel';
const levels = ({ notifications }) => notifications.filter(({ method }) => method === 'notifications/message').map(({ params }) => params.level);
const from = (level) => LOG_LEVELS.slice(LOG_LEVELS.indexOf(level));
const LOG = { name: 'up__log', arguments: {} };

// Kind of server → how it is registered; HTTP servers come with their record of requests.
const SERVERS = {
  'a legacy HTTP server with a shared session': async (t) => http(t, { era: 'legacy', sessions: true }, 'stateful'),
  'a legacy HTTP server with a session for each call': async (t) => http(t, { era: 'legacy', sessions: true }, 'stateless'),
  'a legacy HTTP server without sessions': async (t) => http(t, { era: 'legacy' }, 'stateless'),
  'a modern HTTP server': async (t) => http(t, { era: 'modern' }, 'stateless'),
  'a legacy stdio server': async () => ({ spec: stdioSpec('up', ['--era', 'legacy'], { session_mode: 'stateful' }) }),
  'a modern stdio server': async () => ({ spec: stdioSpec('up', ['--era', 'modern']) }),
};

async function http(t, script, mode) {
  const upstream = await startHttpUpstream(t, script);
  return { upstream, spec: { name: 'up', transport: 'streamable_http', url: upstream.url(), session_mode: mode } };
}

for (const [kind, make] of Object.entries(SERVERS)) {
  test(`levels reach ${kind}`, async (t) => {
    const { spec, upstream } = await make(t);
    const gateway = await startGateway(t);
    await gateway.register(spec);
    const loud = await LegacySession.open(gateway.mcp());
    assert.deepEqual(loud.initialized.capabilities.logging, {});
    assert.deepEqual(await loud.result('logging/setLevel', { level: 'info' }), {});
    const heard = await loud.call('tools/call', LOG);
    assert.deepEqual(levels(heard), from('info'), JSON.stringify(heard.message));
    assert.equal(heard.notifications[0].params.logger, 'scripted');
    assert.equal(heard.message.result.content[0].text, 'from info');

    // Another client, another level: each gets its own, whatever the server was told for the other one.
    const quiet = await LegacySession.open(gateway.mcp());
    await quiet.result('logging/setLevel', { level: 'alert' });
    assert.deepEqual(levels(await quiet.call('tools/call', LOG)), from('alert'));
    assert.deepEqual(levels(await loud.call('tools/call', LOG)), from('info'));

    const asked = (level) => modern(gateway.mcp(), 'tools/call', LOG, level && { meta: { [LEVEL]: level } });
    assert.deepEqual(levels(await asked('error')), from('error'));
    assert.deepEqual(levels(await asked('debug')), from('debug'));
    assert.deepEqual(levels(await asked()), [], 'a modern client that names no level gets nothing');

    await loud.result('logging/setLevel', { level: 'critical' });
    assert.deepEqual(levels(await loud.call('tools/call', LOG)), from('critical'), 'a new level holds for the calls that follow');
    if (kind.includes('shared')) {
      const told = upstream.seen('logging/setLevel').map(({ message }) => message.params.level);
      assert.deepEqual(told, ['info', 'debug'], 'a session is told only what it does not know yet');
    }
  });
}

test('a client that set no level costs its server nothing', async (t) => {
  const { spec, upstream } = await SERVERS['a legacy HTTP server with a shared session'](t);
  const gateway = await startGateway(t);
  await gateway.register(spec);
  const session = await LegacySession.open(gateway.mcp());
  assert.deepEqual(levels(await session.call('tools/call', LOG)), from('warning'), 'the choice is the server\'s');
  assert.equal(upstream.seen('logging/setLevel').length, 0);
});

test('a server without logging is not told, one that refuses is told once', async (t) => {
  const refusing = await http(t, { era: 'legacy', sessions: true, without: ['logging/setLevel'] }, 'stateful');
  const gateway = await startGateway(t);
  await gateway.register(refusing.spec);
  const session = await LegacySession.open(gateway.mcp());
  await session.result('logging/setLevel', { level: 'error' });
  for (let i = 0; i < 3; i++) assert.deepEqual(levels(await session.call('tools/call', LOG)), from('error'));
  assert.equal(refusing.upstream.seen('logging/setLevel').length, 1);
});

test('levels that do not exist are refused', async (t) => {
  const { spec } = await http(t, {}, 'stateless');
  const gateway = await startGateway(t);
  await gateway.register(spec);
  for (const version of LEGACY) {
    const session = await LegacySession.open(gateway.mcp(), { version });
    for (const params of [{ level: 'loud' }, { level: 3 }, {}]) rpcError(await session.call('logging/setLevel', params), -32602, /level/);
  }
  for (const level of ['loud', 3, '']) {
    const answer = await modern(gateway.mcp(), 'tools/call', LOG, { meta: { [LEVEL]: level } });
    assert.equal(answer.status, 400);
    rpcError(answer, -32602, /logLevel/);
  }
});
