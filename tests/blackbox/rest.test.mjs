// The REST API under /api/v0: shapes that existing scripts read, and the status of every refusal.
import assert from 'node:assert/strict';
import test from 'node:test';
import { exposedUri, names, refused } from './support/expect.mjs';
import { startGateway } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { request } from './support/http.mjs';

test('servers', async (t) => {
  const upstream = await startHttpUpstream(t);
  const gateway = await startGateway(t);
  const spec = { name: 'up', transport: 'streamable_http', url: upstream.url(), description: 'desc' };

  await t.test('none at first', async () => {
    const answer = await gateway.rest('GET', '/servers');
    assert.deepEqual([answer.status, answer.text], [200, '[]']);
    assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8');
  });

  await t.test('register answers 201 with the view, compact', async () => {
    const answer = await gateway.rest('POST', '/servers', spec);
    assert.equal(answer.status, 201, answer.text);
    const { server } = answer.json;
    assert.deepEqual(
      { name: server.name, transport: server.transport, enabled: server.enabled, description: server.description, url: server.url },
      { name: 'up', transport: 'streamable_http', enabled: true, description: 'desc', url: upstream.url() });
    assert.equal(server.session_mode, 'stateless');
    assert.equal(server.command, '');
    assert.ok(answer.text.includes('"name":"up"'), 'compact, as scripts grep it');
  });

  await t.test('a second of the same name is 409 and changes nothing', async () => {
    refused(await gateway.rest('POST', '/servers', { ...spec, description: 'other' }), 409, /up.*(exists|duplicate|UNIQUE)/i);
    assert.equal((await gateway.rest('GET', '/servers')).json[0].description, 'desc');
  });

  await t.test('a body that is not JSON, or not an object, or of the wrong type', async () => {
    const post = (body) => gateway.rest('POST', '/servers', body, { 'Content-Type': 'application/json' });
    refused(await post(''), 400, /EOF/);
    refused(await post('{"name":'), 400, /unexpected EOF/);
    refused(await post('[1]'), 400, /cannot unmarshal/);
    refused(await post('{"name":"x","transport":"streamable_http","url":"http://127.0.0.1:1/mcp","oauth_scopes":"a"}'), 400, /cannot unmarshal/);
    refused(await post('{"name":5,"transport":"stdio","command":"x"}'), 400, /cannot unmarshal/);
  });

  await t.test('a state-changing route refuses a form', async () => {
    const answer = await gateway.rest('POST', '/servers', 'name=x', { 'Content-Type': 'application/x-www-form-urlencoded' });
    refused(answer, 415, /application\/json/);
  });

  await t.test('missing and unknown values are named', async () => {
    const post = (body) => gateway.rest('POST', '/servers', body);
    refused(await post({ name: 'x' }), 400, /transport is required \(acceptable values: 'streamable_http', 'stdio', 'sse'\)/);
    refused(await post({ name: 'x', transport: 'ws' }), 400, /unsupported transport type: ws/);
    refused(await post({ ...spec, name: 'x', session_mode: 'weird' }), 400, /unsupported session mode: weird/);
    refused(await post({ name: 'x', transport: 'streamable_http' }), 400, /url is required for streamable HTTP transport/);
    refused(await post({ name: 'x', transport: 'stdio' }), 400, /command is required for stdio transport/);
    refused(await post({ name: 'x', transport: 'streamable_http', url: 'ftp://x/y' }), 400, /invalid url: 'ftp:\/\/x\/y' must be a valid http or https url/);
    refused(await post({ name: 'x', transport: 'streamable_http', url: 'http:///missing-host' }), 400, /must be a valid http or https url/);
    refused(await gateway.rest('POST', '/servers?force=maybe', { ...spec, name: 'x' }), 400, /invalid force query parameter/);
  });

  await t.test('configs give back what register accepts', async () => {
    const configs = await gateway.rest('GET', '/server_configs');
    assert.equal(configs.status, 200);
    const { name, transport, description, url, session_mode } = configs.json[0];
    assert.deepEqual({ name, transport, description, url, session_mode }, { ...spec, session_mode: 'stateless' });
    assert.equal('command' in configs.json[0], false, 'empty fields are left out');
  });

  await t.test('force replaces only after the new server has answered', async () => {
    const failed = await gateway.rest('POST', '/servers?force=true', { ...spec, url: 'http://127.0.0.1:1/mcp' });
    refused(failed, 502, /refused/);
    assert.equal((await gateway.rest('GET', '/servers')).json[0].url, upstream.url());
    await gateway.rest('POST', '/tools/disable?entity=up__add');
    const answer = await gateway.rest('POST', '/servers?force=true', { ...spec, description: 'new' });
    assert.equal(answer.status, 201, answer.text);
    assert.equal((await gateway.rest('GET', '/servers')).json.length, 1);
    assert.equal((await gateway.rest('GET', '/tool?name=up__add')).json.enabled, false, 'an earlier choice survives');
    await gateway.rest('POST', '/tools/enable?entity=up__add');
  });

  await t.test('disable and enable tell what changed', async () => {
    const off = await gateway.rest('POST', '/servers/up/disable');
    assert.equal(off.status, 200, off.text);
    assert.equal(off.json.name, 'up');
    assert.ok(off.json.tools_affected.includes('up__echo'));
    assert.ok(off.json.prompts_affected.includes('up__greet'));
    assert.equal((await gateway.rest('GET', '/servers')).json[0].enabled, false);
    const on = await gateway.rest('POST', '/servers/up/enable');
    assert.deepEqual(on.json.tools_affected.toSorted(), off.json.tools_affected.toSorted());
    refused(await gateway.rest('POST', '/servers/zz/disable'), 404, /MCP server zz not found: not found/);
    refused(await gateway.rest('POST', '/servers/a__b/enable'), 400, /invalid server name/);
  });

  await t.test('deregister is 204, and 404 for a name that nobody has', async () => {
    refused(await gateway.rest('DELETE', '/servers/nonexistent-server'), 404, /not found/);
    const answer = await gateway.rest('DELETE', '/servers/up');
    assert.deepEqual([answer.status, answer.text], [204, '']);
    for (const list of ['/servers', '/tools', '/prompts', '/resources']) assert.equal((await gateway.rest('GET', list)).text, '[]', list);
  });
});

test('names that no server may have', async (t) => {
  const upstream = await startHttpUpstream(t);
  const gateway = await startGateway(t);
  const register = (name) => gateway.rest('POST', '/servers', { name, transport: 'streamable_http', url: upstream.url() });
  refused(await register(''), 400, /invalid server name: '' must not be empty/);
  refused(await register('a b'), 400, /'a b' must follow the regular expression \^\[a-zA-Z0-9_-\]\+\$/);
  refused(await register('a/b'), 400, /must follow the regular expression/);
  refused(await register('a__b'), 400, /'a__b' must not contain multiple consecutive underscores/);
  refused(await register('a_'), 400, /'a_' must not end with an underscore/);
  refused(await register('n'.repeat(300)), 400, /invalid server name/);
  refused(await register('naïve'), 400, /must follow the regular expression/);
  assert.equal(upstream.requests.length, 0, 'nobody was asked');
});

test('tools', async (t) => {
  const upstream = await startHttpUpstream(t, { pageSize: 4 });
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  const invoke = (body) => gateway.rest('POST', '/tools/invoke', body);

  await t.test('every page is listed, with every field', async () => {
    const { json } = await gateway.rest('GET', '/tools');
    assert.ok(json.length > 12, names(json).join(' '));
    const echo = json.find((tool) => tool.name === 'up__echo');
    assert.equal(echo.enabled, true);
    assert.equal(echo.description, 'Returns its message');
    assert.deepEqual(echo.input_schema['x-kept'], { a: [1, 2.5] });
    assert.equal(echo.annotations.readOnlyHint, true);
    assert.deepEqual(names((await gateway.rest('GET', '/tools?server=up')).json), names(json));
    refused(await gateway.rest('GET', '/tools?server=zz'), 404, /not found/);
    refused(await gateway.rest('GET', '/tools?server=a__b'), 400, /invalid server name/);
  });

  await t.test('one by its name', async () => {
    assert.equal((await gateway.rest('GET', '/tool?name=up__echo')).json.name, 'up__echo');
    refused(await gateway.rest('GET', '/tool'), 400, /missing 'name' query parameter/);
    refused(await gateway.rest('GET', '/tool?name=invalid-name'), 400, /does not contain a __ separator/);
    refused(await gateway.rest('GET', '/tool?name=noserver__notool'), 404, /not found/);
    refused(await gateway.rest('GET', '/tool?name=up__echoo'), 404, /not found/);
  });

  await t.test('invoke: name and arguments share one object', async () => {
    const answer = await invoke({ name: 'up__echo', message: 'hello' });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.json.content, [{ type: 'text', text: 'echo: hello' }]);
    assert.equal('isError' in answer.json, false);
    const sum = await invoke({ name: 'up__add', a: 2, b: 3 });
    assert.deepEqual(sum.json.structuredContent, { sum: 5 });
    const failed = await invoke({ name: 'up__fail' });
    assert.deepEqual([failed.status, failed.json.isError], [200, true]);
  });

  await t.test('numbers keep their digits', async () => {
    const answer = await gateway.rest('POST', '/tools/invoke', '{"name":"up__arguments","big":9007199254740993,"one":1.0,"tiny":1e-7}',
      { 'Content-Type': 'application/json' });
    const said = answer.json.content[0].text;
    for (const digits of ['9007199254740993', '1.0', '1e-7']) assert.ok(said.includes(digits), said);
  });

  await t.test('invoke refuses what it cannot mean', async () => {
    const raw = (body) => gateway.rest('POST', '/tools/invoke', body, { 'Content-Type': 'application/json' });
    refused(await raw(''), 400, /EOF/);
    refused(await raw('{"name":'), 400, /unexpected EOF/);
    refused(await raw('[]'), 400, /cannot unmarshal/);
    refused(await raw('null'), 400, /missing 'name' field in request body/);
    refused(await invoke({ message: 'x' }), 400, /missing 'name' field in request body/);
    refused(await invoke({ name: 5 }), 400, /'name' field must be a string/);
    refused(await invoke({ name: 'invalid-name' }), 400, /does not contain a __ separator/);
    refused(await invoke({ name: 'nosrv__x' }), 404, /nosrv.*not found/);
    refused(await invoke({ name: 'up__ecko' }), 404, /up__echo/);
  });

  await t.test("the upstream's JSON-RPC error is 502 with its message", async () => {
    refused(await invoke({ name: 'up__rpc_error' }), 502, /custom rpc error/);
  });

  await t.test('disable and enable, one tool or all of a server', async () => {
    assert.deepEqual((await gateway.rest('POST', '/tools/disable?entity=up__echo')).json, ['up__echo']);
    assert.equal((await gateway.rest('GET', '/tool?name=up__echo')).json.enabled, false);
    const rest = await gateway.rest('POST', '/tools/disable?entity=up');
    assert.equal(rest.json.includes('up__echo'), false, 'only what changed');
    assert.ok(rest.json.includes('up__add'));
    const all = await gateway.rest('POST', '/tools/enable?entity=up');
    assert.ok(all.json.includes('up__echo'));
    refused(await gateway.rest('POST', '/tools/enable'), 400, /missing 'entity' query parameter/);
    refused(await gateway.rest('POST', '/tools/disable?entity=up__zzz'), 404, /tool up__zzz not found/);
    refused(await gateway.rest('POST', '/tools/disable?entity=zzz'), 404, /MCP server zzz not found/);
  });
});

test('prompts', async (t) => {
  const upstream = await startHttpUpstream(t);
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });

  const { json } = await gateway.rest('GET', '/prompts');
  assert.deepEqual(names(json), ['up__greet', 'up__plain']);
  assert.deepEqual(json[0].arguments, [{ name: 'name', description: 'Whom', required: true }]);
  assert.equal((await gateway.rest('GET', '/prompt?name=up__greet')).json.description, 'Greets someone');
  const rendered = await gateway.rest('POST', '/prompts/render', { name: 'up__greet', arguments: { name: 'Ada' } });
  assert.equal(rendered.status, 200, rendered.text);
  assert.equal(rendered.json.description, 'A greeting');
  assert.deepEqual(rendered.json.messages, [{ role: 'user', content: { type: 'text', text: 'Hello, Ada!' } }]);
  refused(await gateway.rest('GET', '/prompt?name=invalid-name'), 400, /does not contain a __ separator/);
  refused(await gateway.rest('GET', '/prompt?name=up__zz'), 404, /up__zz not found/);
  refused(await gateway.rest('POST', '/prompts/render', { name: 'up__greet', arguments: { name: 5 } }), 400, /cannot unmarshal/);
  refused(await gateway.rest('POST', '/prompts/render', {}), 400, /missing 'name' field in request body/);
  refused(await gateway.rest('POST', '/prompts/disable?entity=up__zz'), 404, /not found/);
  assert.deepEqual((await gateway.rest('POST', '/prompts/disable?entity=up__plain')).json, ['up__plain']);
});

test('resources', async (t) => {
  const upstream = await startHttpUpstream(t);
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  const uri = exposedUri('up', 'file:///a b?.txt');
  assert.equal(uri, 'mcpj://res/up/ZmlsZTovLy9hIGI/LnR4dA', 'the documented example');
  const post = (route, body) => gateway.rest('POST', `/resources/${route}`, body);

  const { json } = await gateway.rest('GET', '/resources');
  assert.deepEqual(names(json), ['up__note', 'up__blob']);
  assert.equal(json[0].uri, uri);
  assert.equal(json[0].mime_type, 'text/plain');
  assert.equal((await post('get', { uri })).json.name, 'up__note');
  const read = await post('read', { uri });
  assert.deepEqual(read.json.contents, [{ uri, mimeType: 'text/plain', text: 'a note' }]);
  const blob = await post('read', { uri: exposedUri('up', 'blob://x') });
  assert.equal(blob.json.contents[0].blob, 'AAEC');
  for (const route of ['get', 'read']) {
    refused(await post(route, {}), 400, /missing 'uri' field in request body/);
    refused(await post(route, { uri: 'not-a-mcpj-uri' }), 400, /not a valid MCPJungle resource URI/);
    refused(await post(route, { uri: 'mcpj://res/up/!!!' }), 400, /invalid upstream URI encoding/);
    refused(await post(route, { uri: 'mcpj://res/ghost-server/ZmlsZTovL2Zvby50eHQ' }), 404, /not found/);
  }
});

test('only loopback names and origins may drive the gateway from a browser', async (t) => {
  const gateway = await startGateway(t);
  const get = (headers) => request(`${gateway.url}/api/v0/servers`, { headers });
  for (const host of [`localhost:${gateway.port}`, `127.0.0.1:${gateway.port}`, `[::1]:${gateway.port}`]) {
    assert.equal((await get({ Host: host })).status, 200, host);
  }
  refused(await get({ Host: 'evil.example.com' }), 403, /Host|evil/);
  refused(await get({ Origin: 'http://evil.example.com' }), 403, /Origin|evil/);
  assert.equal((await get({ Origin: `http://localhost:${gateway.port}` })).status, 200);
  for (const route of ['/health', '/mcp', '/api/v0/tools']) {
    const answer = await request(`${gateway.url}${route}`, { headers: { Host: 'evil.example.com' } });
    assert.equal(answer.status, 403, route);
  }
});
