// Every feature between the official SDKs' clients and servers that nobody here wrote or that are written on those SDKs, through the
// gateway. The table of ../blackbox/matrix.test.mjs has every revision, with scripted peers; this one has real peers.
import assert from 'node:assert/strict';
import test from 'node:test';
import { exposedUri, names } from '../blackbox/support/expect.mjs';
import { startGateway } from '../blackbox/support/gateway.mjs';
import { modern } from '../blackbox/support/mcp.mjs';
import { eventually, within } from '../blackbox/support/wait.mjs';
import { CLIENTS } from './peers/sdk-clients.mjs';
import { USES } from './peers/uses.mjs';
import { PEER_SERVERS } from './servers.mjs';

const LIMIT_MS = 20_000;

const textOf = (result) => {
  assert.ok(!result.isError, JSON.stringify(result));
  return result.content.map(({ text }) => text).join('\n');
};

// A client at a server: `peer` (peers/sdk-clients.mjs) by the names under which the gateway has the server's things.
class Pair {
  constructor(gateway, name, peer) {
    Object.assign(this, { gateway, name, peer, client: peer.client });
  }

  exposed(name) {
    return `${this.name}__${name}`;
  }

  uri(own) {
    return exposedUri(this.name, own);
  }

  async says({ tool, args, expected }, options) {
    assert.match(textOf(await within(LIMIT_MS, tool, this.peer.call(this.exposed(tool), args, options))), expected);
  }
}

// `question` is the tool of offer.mjs that asks it: the one by whose answer the peer answers. Servers may ask other things besides.
const asks = (question) => async (pair, use) => {
  const before = pair.peer.asked.length;
  await pair.says(use);
  const asked = pair.peer.asked.slice(before).map(({ tool }) => tool);
  assert.ok(use.asksOnce || asked.includes(question), `the client was asked: ${asked}`);
};

// Feature → what a pair does. These run pair by pair.
const FEATURES = {
  tools: async (pair, use) => {
    assert.ok(names((await pair.client.listTools()).tools).includes(pair.exposed(use.tool)));
    await pair.says(use);
  },
  prompts: async (pair, { name, args, expected }) => {
    assert.ok(names((await pair.client.listPrompts()).prompts).includes(pair.exposed(name)));
    const { messages } = await pair.client.getPrompt({ name: pair.exposed(name), arguments: args });
    assert.match(messages[0].content.text, expected);
  },
  resources: async (pair, { uri, expected }) => {
    const [content] = (await pair.client.readResource({ uri: pair.uri(uri) })).contents;
    assert.equal(content.uri, pair.uri(uri));
    assert.match(content.text, expected);
  },
  templates: async (pair, { name, variable, expected }) => {
    const { resourceTemplates } = await pair.client.listResourceTemplates();
    const { uriTemplate } = resourceTemplates.find((template) => template.name === pair.exposed(name));
    const [content] = (await pair.client.readResource({ uri: uriTemplate.replace(variable, '7') })).contents;
    assert.match(content.text, expected);
  },
  completion: async (pair, { prompt, argument, expected }) => {
    const { completion } = await pair.client.complete({ ref: { type: 'ref/prompt', name: pair.exposed(prompt) }, argument });
    assert.deepEqual(completion.values, expected);
  },
  progress: async (pair, use) => {
    const seen = [];
    const onprogress = ({ progress }) => {
      seen.push(progress);
      if (use.seen && progress === 3) pair.peer.call(pair.exposed(use.seen));
    };
    await pair.says(use, { onprogress });
    assert.deepEqual(seen, [1, 2, 3]);
  },
  cancellation: async (pair, { tool, count }) => {
    const counted = async () => Number(textOf(await pair.peer.call(pair.exposed(count))));
    const before = await counted();
    const [controller, arrived] = [new AbortController(), Promise.withResolvers()];
    const call = pair.peer.call(pair.exposed(tool), {}, { signal: controller.signal, onprogress: arrived.resolve });
    await within(LIMIT_MS, 'its progress', Promise.race([arrived.promise, call]));
    controller.abort('no longer wanted');
    await assert.rejects(call);
    await eventually('the server hears of it', async () => (await counted()) === before + 1);
  },
  logging: async (pair, { tool, level, expected }) => {
    textOf(await pair.peer.callLogged(pair.exposed(tool), level));
    await eventually('what was logged', () => pair.peer.heard.logged.length >= expected.length);
    assert.deepEqual(pair.peer.heard.logged, expected);
  },
  ping: async ({ client }) => assert.deepEqual(await client.ping(), {}),
  pagination: async (pair, { uris }) => {
    const listed = (await pair.client.listResources()).resources.map(({ uri }) => uri);
    for (const uri of uris) assert.ok(listed.includes(pair.uri(uri)), uri);
    await assert.rejects(pair.client.listResources({ cursor: 'not one of ours' }), /-32602|cursor/i);
  },
  sampling: asks('ask_model'),
  'elicitation, form': asks('ask_person'),
  'elicitation, URL': asks('ask_url'),
  roots: asks('ask_folders'),
  tasks: (pair, use) => pair.says(use),
};

// Why a cell of the feature is not owed, besides what uses.mjs says.
const NOT_OWED = {
  ping: ({ peer }) => peer.isModern && 'revision 2026-07-28 has no ping',
  progress: ({ peer, use }) => peer.name === 'SDK 1, HTTP+SSE' && !use.seen && "the SDK's HTTP+SSE client drops progress that comes with the answer",
};

// What is tried, and what is not for which reason.
class Count {
  tried = 0;
  reasons = {};

  // Whether the feature is to be tried.
  takes(feature, use, peer) {
    const notOwed = NOT_OWED[feature]?.({ peer, use }) || (typeof use === 'string' && use);
    if (notOwed) this.reasons[notOwed] = (this.reasons[notOwed] ?? 0) + 1;
    else this.tried++;
    return !notOwed;
  }
}

async function failures(pair, uses, count) {
  const failed = [];
  for (const [feature, attempt] of Object.entries(FEATURES)) {
    const use = uses[feature];
    if (!count.takes(feature, use, pair.peer)) continue;
    try {
      await within(LIMIT_MS, feature, attempt(pair, use));
    } catch (error) {
      failed.push(`${feature}: ${error.message}`);
    }
  }
  return failed;
}

// Changes are made by a client without capabilities: calls of such share the process of a stdio server that is listened to.
async function change(gateway, server, tool, args) {
  const { message } = await modern(gateway.mcp(), 'tools/call', { name: `${server}__${tool}`, arguments: args });
  assert.ok(message.result && !message.result.isError, JSON.stringify(message));
}

// Feature → what all clients of a server hear at once.
const NEWS = {
  subscriptions: async (gateway, server, { uri, tool, args }, peers) => {
    for (const peer of peers) await peer.hear(exposedUri(server, uri));
    // An SDK opens its GET stream when it likes: what is told before that, nobody hears.
    await eventually('each client hears of the update', async () => {
      await change(gateway, server, tool, args);
      return peers.every(({ heard }) => heard.updated.length > 0);
    }, LIMIT_MS);
    for (const { heard } of peers) assert.deepEqual(new Set(heard.updated), new Set([exposedUri(server, uri)]));
  },
  list_changed: async (gateway, server, { tool }, peers) => {
    const before = peers.map(({ heard }) => heard.changed);
    await change(gateway, server, tool, { name: 'fresh' });
    await eventually('each client hears of the change', () => peers.every(({ heard }, i) => heard.changed > before[i]), LIMIT_MS);
    for (const { client } of peers) {
      await eventually('it is listed', async () => names((await client.listTools()).tools).includes(`${server}__fresh`));
    }
  },
};

test('every feature between real clients and real servers', async (t) => {
  const gateway = await startGateway(t);
  const count = new Count();
  for (const [server, start] of Object.entries(PEER_SERVERS)) {
    await t.test(server, async (t) => {
      await gateway.register({ name: server, ...(await start(t, gateway.mark)) });
      const uses = USES[server];
      const peers = [];
      for (const [name, connect] of Object.entries(CLIENTS)) {
        const peer = Object.assign(await connect(gateway), { name });
        peers.push(peer);
        await t.test(name, async () => assert.deepEqual(await failures(new Pair(gateway, server, peer), uses, count), []));
      }
      for (const [feature, attempt] of Object.entries(NEWS)) {
        const hearing = peers.filter((peer) => count.takes(feature, uses[feature], peer));
        if (hearing.length > 0) await t.test(feature, () => attempt(gateway, server, uses[feature], hearing));
      }
      for (const peer of peers) await peer.close();
      assert.equal((await gateway.rest('DELETE', `/servers/${server}`)).status, 204);
    });
  }
  t.diagnostic(`${count.tried} cells tried`);
  for (const [reason, cells] of Object.entries(count.reasons)) t.diagnostic(`${cells} not owed: ${reason}`);
});
