// The commands of the client: what they print, on which stream, and how they exit.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { exposedUri } from './support/expect.mjs';
import { environment, freePort, run, startGateway, temporaryFolder } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { stdioSpec } from './support/stdio-spec.mjs';

async function gatewayWithServer(t) {
  const upstream = await startHttpUpstream(t);
  const gateway = await startGateway(t);
  const registered = await gateway.command(['register', '--name', 'up', '--url', upstream.url(), '--description', 'a server']);
  assert.equal(registered.code, 0, registered.all);
  return { gateway, upstream, registered };
}

function lines(text) {
  return text.split('\n');
}

async function fails(gateway, args, message, options) {
  const ended = await gateway.command(args, options);
  assert.equal(ended.code, 1, `${args.join(' ')}: ${ended.all}`);
  assert.match(ended.stderr, message);
  return ended;
}

test('help, version and what is not a command', async (t) => {
  const folder = temporaryFolder(t);
  const command = (...args) => run(args, { cwd: folder, env: environment(folder) });
  for (const args of [[], ['help'], ['--help']]) {
    const { code, all } = await command(...args);
    assert.equal(code, 0, args.join(' '));
    assert.match(all, /MCP Gateway for AI Agents/);
    for (const name of ['start', 'register', 'list', 'usage', 'invoke', 'deregister', 'version', 'get', 'disable', 'enable', 'rotate-key', 'unseal']) {
      assert.match(all, new RegExp(`^ +${name} `, 'm'));
    }
    assert.match(all, /--registry string/);
  }
  for (const name of ['start', 'register', 'list', 'usage', 'invoke', 'deregister', 'get', 'enable', 'disable', 'authorize', 'rotate-key', 'unseal']) {
    const { code, stdout } = await command(name, '--help');
    assert.equal(code, 0, name);
    assert.match(stdout, /Usage/i, name);
    assert.match(stdout, new RegExp(`mcpjungle ${name}`), `${name} has an example`);
  }
  for (const flag of ['--version', '-v']) {
    const { code, stdout } = await command(flag);
    assert.equal(code, 0);
    assert.match(stdout, /^MCPJungle (v\d|dev)/m);
  }
  const unknown = await command('foo');
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /unknown command "foo" for "mcpjungle"/);
  const flag = await command('list', 'servers', '--nope');
  assert.equal(flag.code, 1);
  assert.match(flag.stderr, /nope/);
  const count = await command('usage');
  assert.equal(count.code, 1);
  assert.match(count.stderr, /accepts 1 arg\(s\), received 0/);
});

test('register says what was set aside, on stderr', async (t) => {
  const upstream = await startHttpUpstream(t);
  upstream.script.extraTools.push({ name: 'no_schema', inputSchema: 7 });
  const gateway = await startGateway(t);
  const { code, stdout, stderr } = await gateway.command(['register', '--name', 'up', '--url', upstream.url()]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Server up registered successfully!/m);
  assert.match(stderr, /^warning: tool 'no_schema' was set aside: /m);
  assert.doesNotMatch(stdout, /no_schema/);
});

test('version asks the server, also behind a trailing slash', async (t) => {
  const gateway = await startGateway(t);
  const { code, all } = await gateway.command(['version']);
  assert.equal(code, 0);
  assert.match(all, /^CLI Version: (v\d|dev)/m);
  assert.match(all, /^Server Version: (v\d|dev)/m);
  assert.ok(all.includes(`Server URL:  ${gateway.url}`));
  assert.match((await gateway.command(['version', '--registry', `${gateway.url}/`])).all, /^Server Version: (v\d|dev)/m);
  const nobody = await gateway.command(['version', '--registry', `http://127.0.0.1:${await freePort()}`]);
  assert.equal(nobody.code, 0);
  assert.match(nobody.all, /Couldn't retrieve Server version at this time/);
});

test('where the registry is: flag, then file, then the default; and the tip', async (t) => {
  const gateway = await startGateway(t);
  const folder = temporaryFolder(t);
  const list = (args = []) => run(['list', 'servers', ...args], { cwd: folder, env: environment(folder) });
  const flagged = await list(['--registry', gateway.url]);
  assert.equal(flagged.code, 0, flagged.all);
  assert.ok(flagged.stderr.includes(`TIP: You can set \`registry_url: ${gateway.url}\` in `), flagged.stderr);
  fs.writeFileSync(path.join(folder, '.mcpjungle.conf'), `registry_url: ${gateway.url}\naccess_token: unused\n`);
  const filed = await list();
  assert.equal(filed.code, 0, filed.all);
  assert.doesNotMatch(filed.stderr, /TIP/);
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const unreachable = await list(['--registry', nobody]);
  assert.equal(unreachable.code, 1);
  assert.match(unreachable.stderr, /failed to list servers: failed to send request to .*connection refused/);
});

test('register, list, deregister', async (t) => {
  const { gateway, upstream, registered } = await gatewayWithServer(t);
  assert.match(registered.stdout, /^Server up registered successfully!$/m);
  assert.match(registered.all, /^The following tools are now available from this server:$/m);
  assert.match(registered.all, /^\d+\. up__echo: Returns its message$/m);
  assert.match(registered.all, /^The following prompts are now available from this server:$/m);
  assert.match(registered.all, /^The following resources are now available from this server:$/m);
  assert.ok(registered.all.includes(`   URI: ${exposedUri('up', 'blob://x')}`));

  const listed = await gateway.command(['list', 'servers']);
  assert.equal(listed.stdout, `1. up\na server\nTransport: streamable_http\nURL: ${upstream.url()}\n`);
  await fails(gateway, ['register', '--name', 'up', '--url', upstream.url()], /failed to register server: /);
  await fails(gateway, ['register'], /either supply a configuration file or set the required flag "name"/);
  await fails(gateway, ['register', '--name', 'x'], /required flag "url" not set/);
  await fails(gateway, ['register', '--name', 'a__b', '--url', upstream.url()], /invalid server name/);
  const forced = await gateway.command(['register', '--force', '--name', 'up', '--url', upstream.url()]);
  assert.equal(forced.code, 0, forced.all);

  const gone = await gateway.command(['deregister', 'up']);
  assert.equal(gone.code, 0);
  assert.match(gone.stdout, /^Successfully deregistered MCP server up$/m);
  assert.equal((await gateway.command(['list', 'servers'])).stdout, 'There are no MCP servers in the registry\n');
  await fails(gateway, ['deregister', 'up'], /failed to deregister MCP server up: .*not found/);
});

test('config files: JSON and YAML, and ${VAR}', async (t) => {
  const gateway = await startGateway(t);
  const file = (name, content) => {
    const full = path.join(gateway.folder, name);
    fs.writeFileSync(full, typeof content === 'string' ? content : JSON.stringify(content));
    return full;
  };
  const spec = stdioSpec('from_json', [], { env: { KEY: 'a-${SECRET}-b', JUNGLE_TEST_MARK: gateway.mark }, description: '$HOME stays' });
  const registered = await gateway.command(['register', '-c', file('a.json', spec)], { env: { SECRET: 's3' } });
  assert.equal(registered.code, 0, registered.all);
  const configs = (await gateway.rest('GET', '/server_configs?include_secrets=true')).json;
  assert.equal(configs[0].env.KEY, 'a-s3-b');
  assert.equal(configs[0].description, '$HOME stays');
  const listed = await gateway.command(['list', 'servers']);
  assert.match(listed.stdout, /^Transport: stdio$/m);
  assert.match(listed.stdout, /^Environment variables: map\[JUNGLE_TEST_MARK:\S+ KEY:\S+\]$/m);

  const yaml = `name: from_yaml\ntransport: stdio\ncommand: ${process.execPath}\nargs:\n  - ${spec.args[0]}\n`;
  const fromYaml = await gateway.command(['register', '--conf', file('b.yaml', yaml)]);
  assert.equal(fromYaml.code, 0, fromYaml.all);

  await fails(gateway, ['register', '-c', file('c.json', { ...spec, name: 'c' })], /failed to resolve config file environment variables: environment variable SECRET is not set/);
  await fails(gateway, ['register', '-c', file('d.json', { name: 'd', transport: 'stdio', command: '${NOPE' })], /invalid environment variable placeholder in "\$\{NOPE"/);
  await fails(gateway, ['register', '-c', path.join(gateway.folder, 'missing.json')], /failed to read config file .*missing\.json: .*no such file or directory/);
  await fails(gateway, ['register', '-c', file('e.json', '{"name": ')], /failed to parse config file: /);
  assert.equal((await gateway.rest('GET', '/servers')).json.length, 2);
});

test('list tools, prompts and resources', async (t) => {
  const { gateway } = await gatewayWithServer(t);
  await gateway.rest('POST', '/tools/disable?entity=up__add');
  const tools = await gateway.command(['list', 'tools']);
  assert.equal(tools.code, 0);
  assert.match(tools.all, /^\d+\. up__echo {2}\[ENABLED\]$/m);
  assert.match(tools.all, /^\d+\. up__add {2}\[DISABLED\]$/m);
  assert.match(tools.all, /^Run 'usage <tool name>' to see a tool's usage or 'invoke <tool name>' to call one$/m);
  assert.match((await gateway.command(['list', 'tools', '--server', 'up'])).all, /^Tools from server 'up':$/m);
  await fails(gateway, ['list', 'tools', '--server', 'zz'], /failed to list tools: .*not found/);
  const prompts = await gateway.command(['list', 'prompts']);
  assert.match(prompts.all, /^1\. up__greet {2}\[ENABLED\]$/m);
  assert.match(prompts.all, /^Run 'get prompt <prompt name>' to retrieve a prompt template$/m);
  const resources = await gateway.command(['list', 'resources']);
  assert.match(resources.all, /^1\. up__note$/m);
  assert.match(resources.all, /^ {3}URI: mcpj:\/\/res\/up\//m);
});

test('-o json on every read command', async (t) => {
  const { gateway } = await gatewayWithServer(t);
  const json = async (...args) => {
    const { code, stdout, stderr } = await gateway.command([...args, '-o', 'json']);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };
  assert.equal((await json('list', 'servers'))[0].name, 'up');
  assert.ok((await json('list', 'tools')).some((tool) => tool.name === 'up__echo'));
  assert.equal((await json('list', 'prompts'))[0].name, 'up__greet');
  assert.equal((await json('list', 'resources'))[0].name, 'up__note');
  assert.equal((await json('usage', 'up__echo')).name, 'up__echo');
  assert.equal((await json('invoke', 'up__echo', '--input', '{"message":"x"}')).content[0].text, 'echo: x');
  assert.ok((await json('get', 'prompt', 'up__greet', '--arg', 'name=Bo')).messages);
  assert.equal((await json('get', 'resource', exposedUri('up', 'blob://x'))).name, 'up__blob');
});

test('usage', async (t) => {
  const { gateway } = await gatewayWithServer(t);
  const { code, all } = await gateway.command(['usage', 'up__add']);
  assert.equal(code, 0);
  assert.equal(lines(all)[0], 'up__add');
  assert.match(all, /^Adds two numbers$/m);
  assert.match(all, /^Input Parameters:$/m);
  assert.match(all, /^a \(required\)$/m);
  assert.ok(all.indexOf('\na (required)') < all.indexOf('\nb (required)'), 'in the order of the schema');
  assert.match((await gateway.command(['usage', 'up__fail'])).all, /This tool does not require any input parameters\./);
  assert.match((await gateway.command(['usage', 'up__echo'])).all, /^Annotations:$/m);
  await fails(gateway, ['usage', 'up__zz'], /failed to get tool 'up__zz': .*not found/);
});

test('invoke', async (t) => {
  const { gateway } = await gatewayWithServer(t);
  const { code, all } = await gateway.command(['invoke', 'up__echo', '--input', '{"message":"hello"}']);
  assert.equal(code, 0);
  assert.match(all, /^Response from tool:\n\n\*\* Content \[text\] \*\*\necho: hello\n/m);
  const structured = await gateway.command(['invoke', 'up__add', '--input', '{"a":1,"b":2}']);
  assert.match(structured.all, /\*\* Structured Content \*\*\n\{\n {2}"sum": 3\n\}/);
  const failed = await gateway.command(['invoke', 'up__fail']);
  assert.equal(failed.code, 0, 'a tool error is an answer');
  assert.match(failed.all, /^The tool returned an error:/m);
  const future = await gateway.command(['invoke', 'up__unknown_members']);
  assert.match(future.all, /\[Unknown content type: hologram\]/);
  await fails(gateway, ['invoke', 'up__echo', '--input', '{"message"'], /invalid input: /);
  await fails(gateway, ['invoke', 'up__echo', '--input', '[1]'], /invalid input: /);
  await fails(gateway, ['invoke', 'nothing'], /failed to invoke tool: .*does not contain a __ separator/);
  await fails(gateway, ['invoke', 'up__ecko'], /up__echo/);
});

test('get prompt and resource', async (t) => {
  const { gateway } = await gatewayWithServer(t);
  const prompt = await gateway.command(['get', 'prompt', 'up__greet', '--arg', 'name=Ada']);
  assert.equal(prompt.code, 0, prompt.all);
  assert.match(prompt.all, /^Prompt: up__greet$/m);
  assert.match(prompt.all, /^Message 1 \(user\):$/m);
  assert.match(prompt.all, /Hello, Ada!/);
  await fails(gateway, ['get', 'prompt', 'up__greet', '--arg', 'a'], /must be formatted as key=value/);
  const uri = exposedUri('up', 'file:///a b?.txt');
  const resource = await gateway.command(['get', 'resource', uri]);
  assert.match(resource.all, /^Resource: up__note$/m);
  assert.match(resource.all, /^Status: ENABLED$/m);
  assert.match((await gateway.command(['get', 'resource', '--read', uri])).all, /^a note$/m);
  const blob = await gateway.command(['get', 'resource', '--read', exposedUri('up', 'blob://x')]);
  const [, name] = /\[Blob content saved as (resource_\d+\.bin)\]/.exec(blob.all) ?? [];
  assert.ok(name, blob.all);
  assert.deepEqual([...fs.readFileSync(path.join(gateway.folder, name))], [0, 1, 2]);
});

test('enable and disable', async (t) => {
  const { gateway } = await gatewayWithServer(t);
  assert.match((await gateway.command(['disable', 'tool', 'up__echo'])).all, /^MCP tool 'up__echo' disabled successfully!$/m);
  assert.match((await gateway.command(['enable', 'tool', 'up__echo'])).all, /^MCP tool 'up__echo' enabled successfully!$/m);
  assert.match((await gateway.command(['disable', 'prompt', 'up__greet'])).all, /^MCP prompt 'up__greet' disabled successfully!$/m);
  const all = await gateway.command(['disable', 'tool', 'up']);
  assert.match(all.all, /^Following MCP tools have been disabled successfully:\n- /m);
  const server = await gateway.command(['enable', 'server', 'up']);
  assert.match(server.all, /^MCP server 'up' enabled successfully!$/m);
  assert.match(server.all, /^ {4}- up__echo$/m);
  const deprecated = await gateway.command(['disable', 'up__echo']);
  assert.match(deprecated.all, /^Warning: 'disable \[name\]' is deprecated\./m);
  await fails(gateway, ['enable', 'tool', 'up__zz'], /failed to enable up__zz: /);
  await fails(gateway, ['enable', 'server', 'zz'], /failed to enable server zz: .*not found/);
});

test('shell completion is there for the usual shells', async (t) => {
  const folder = temporaryFolder(t);
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await run(['completion', shell], { cwd: folder, env: environment(folder) });
    assert.equal(code, 0, shell);
    assert.match(stdout, /mcpjungle/);
  }
});
