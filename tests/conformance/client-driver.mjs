#!/usr/bin/env node
// The client that the suite judges: `client-driver.mjs URL`, with the scenario in the environment. It starts a gateway, registers the
// scenario's server at URL there by the command line, and is then a client of the gateway (the official SDK), which calls what the
// scenario wants. Where a person is needed, a stand-in for a browser approves. Ends with 0 if all of it worked; it leaves nothing behind.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { BROWSER } from '../blackbox/support/browser.mjs';
import { startGateway } from '../blackbox/support/gateway.mjs';

const GIVE_UP_MS = 60_000;
const APPROVALS_MAX = 3;
const PARENT_LOOK_MS = 500;
const NAME = 'conf';
const CLIENT_METADATA = 'https://conformance-test.local/client-metadata.json';  // What the suite knows, without fetching it.

const url = process.argv.at(-1);
const { MCP_CONFORMANCE_SCENARIO: scenario, MCP_CONFORMANCE_PROTOCOL_VERSION: revision } = process.env;
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}');

// What a registration gives beside the URL.
const SETTINGS = {
  'auth/pre-registration': () => ({ oauth_client_id: context.client_id, oauth_client_secret: context.client_secret }),
  'auth/client-credentials-basic': () => ({
    oauth_grant: 'client_credentials', oauth_client_id: context.client_id, oauth_client_secret: context.client_secret,
  }),
  'auth/client-credentials-jwt': () => ({
    oauth_grant: 'client_credentials', oauth_client_id: context.client_id, oauth_client_private_key: context.private_key_pem,
  }),
};

// What is called; without an entry the first tool, if there is one.
const ACTS = {
  initialize: () => {},
  'json-schema-ref-no-deref': () => {},
  tools_call: (user) => user.call('add_numbers', { a: 5, b: 3 }),
  'elicitation-sep1034-client-defaults': (user) => user.call('test_client_elicitation_defaults'),
  'sse-retry': (user) => user.call('test_reconnection'),
  'auth/authorization-server-migration': async (user) => {
    for (let i = 0; i < 2; i++) await user.callFirst();
  },
  'sep-2322-client-request-state': async (user) => {
    await Promise.all([user.call('test_mrtr_echo_state'), user.call('test_mrtr_unrelated')]);
    await user.call('test_mrtr_no_state');
    await user.call('test_mrtr_no_result_type');
  },
  'http-standard-headers': async (user) => {
    for (const { name } of user.tools) await user.callExposed(name);
    for (const { uri } of (await user.client.listResources()).resources) await user.client.readResource({ uri });
    for (const { name } of (await user.client.listPrompts()).prompts) await user.client.getPrompt({ name });
  },
  'http-custom-headers': async (user) => {
    for (const { name, arguments: values } of context.toolCalls) await user.call(name, values);
  },
  'http-invalid-tool-headers': async (user) => {
    for (const { name, inputSchema } of user.tools) await user.callExposed(name, sampleOf(inputSchema));
  },
  'json-schema-2020-12-preservation': (user) => {
    const { inputSchema } = user.tools.find(({ name }) => name === exposed('json_schema_2020_12_tool'));
    return user.call('json_schema_echo', { schema: inputSchema });
  },
};

const exposed = (name) => `${NAME}__${name}`;

function sampleOf({ properties = {} }) {
  const samples = { string: 'x', number: 1, integer: 1, boolean: true, object: {}, array: [], null: null };
  return Object.fromEntries(Object.entries(properties).map(([name, { type }]) => [name, samples[type] ?? 'x']));
}

// The command line, with a person at the browser.
function command(gateway, ...args) {
  return gateway.command(args, { env: { BROWSER, BROWSER_LOG: path.join(gateway.folder, 'visits') } });
}

async function register(gateway) {
  const file = path.join(gateway.folder, 'server.json');
  fs.writeFileSync(file, JSON.stringify({ name: NAME, transport: 'streamable_http', url, ...SETTINGS[scenario]?.() }));
  let done = await command(gateway, 'register', '-c', file);
  // The server may move to another authorization server while it is registered; then the person begins again.
  if (done.code !== 0 && /refused the token/.test(done.all)) done = await command(gateway, 'register', '-c', file);
  console.error(done.all);
  assert.equal(done.code, 0, 'register failed');
}

// Who uses the gateway: a client of the scenario's revision, and a person who authorizes again when an error says so.
class User {
  constructor(gateway) {
    this.gateway = gateway;
    const mode = revision >= '2026-07-28' ? { pin: revision } : 'legacy';
    const capabilities = { sampling: {}, elicitation: { form: { applyDefaults: true } }, roots: {} };
    this.client = new Client({ name: 'driver', version: '1.0.0' }, { capabilities, versionNegotiation: { mode } });
    this.client.setRequestHandler('elicitation/create', ({ params }) => ({ action: 'accept', content: defaultsOf(params) }));
    this.client.setRequestHandler('sampling/createMessage', () => ({ role: 'assistant', model: 'm', content: { type: 'text', text: 'ok' } }));
    this.client.setRequestHandler('roots/list', () => ({ roots: [] }));
  }

  async connect() {
    await this.client.connect(new StreamableHTTPClientTransport(new URL(this.gateway.mcp())));
    this.tools = (await this.client.listTools()).tools;
  }

  call(name, values) {
    return this.callExposed(exposed(name), values);
  }

  async callFirst() {
    if (this.tools.length) await this.callExposed(this.tools[0].name);
  }

  async callExposed(name, values = {}) {
    for (let approvals = 0; ; approvals++) {
      try {
        return await this.client.callTool({ name, arguments: values });
      } catch (error) {
        console.error(`${name}: ${error.message}`);
        if (approvals === APPROVALS_MAX || !error.message.includes(`mcpjungle authorize ${NAME}`)) throw error;
      }
      const done = await command(this.gateway, 'authorize', NAME);
      console.error(done.all);
      assert.equal(done.code, 0, 'authorize failed');
    }
  }
}

// A form whose person leaves the defaults as they are, and ticks what has none.
function defaultsOf({ requestedSchema }) {
  const fields = Object.entries(requestedSchema?.properties ?? {});
  return Object.fromEntries(fields.flatMap(([name, { type, default: value }]) => {
    if (value !== undefined) return [[name, value]];
    return type === 'boolean' ? [[name, true]] : [];
  }));
}

async function play(t) {
  const gateway = await startGateway(t, { env: { MCPJUNGLE_OAUTH_CLIENT_METADATA_URL: CLIENT_METADATA } });
  t.kill = () => gateway.child.kill('SIGKILL');
  try {
    await register(gateway);
    const user = new User(gateway);
    await user.connect();
    await (ACTS[scenario] ?? ((one) => one.callFirst()))(user);
    await user.client.close();
  } catch (error) {
    console.error(error, `\n--- the gateway's log\n${gateway.stderr}${gateway.stdout}`);
    return 1;
  }
  return 0;
}

// The suite ends the shell that started us, not us: whatever happens, the gateway does not outlive the scenario.
function endWith(t) {
  const end = (why) => {
    console.error(why);
    process.exit(3);
  };
  process.on('exit', () => t.kill?.());
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => end(signal));
  setTimeout(() => end(`not over within ${GIVE_UP_MS} ms`), GIVE_UP_MS).unref();
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && end('the suite has gone'), PARENT_LOOK_MS).unref();
}

const after = [];
const t = { after: (work) => after.push(work) };
endWith(t);
let code = await play(t);
for (const work of after) {
  await work().catch((error) => {
    console.error(error);
    code = 1;
  });
}
process.exit(code);
