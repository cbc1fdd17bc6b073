// MCP Apps: a tool names its interface by a ui:// URI, and whoever reads that gets the interface.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startGateway } from './support/gateway.mjs';
import { startHttpUpstream } from './support/http-upstream.mjs';
import { LegacySession, modern } from './support/mcp.mjs';

const OWN = 'ui://weather/view.html';
const MIME = 'text/html;profile=mcp-app';
const HTML = '<!doctype html><title>Weather</title>';
const META = { ui: { resourceUri: OWN, visibility: ['model', 'app'] }, 'ui/resourceUri': OWN, 'openai/outputTemplate': OWN, 'vendor/kept': OWN };

// A server with one app: a tool, its interface, a link to it, and the same URI in the `_meta` of a result.
async function withApp(t, era) {
  const tools = {
    weather: {
      inputSchema: { type: 'object' }, _meta: META,
      run: () => ({ content: [{ type: 'resource_link', uri: OWN, name: 'view' }], _meta: { 'openai/outputTemplate': OWN } }),
    },
  };
  const answers = {
    'resources/list': { resources: [{ uri: OWN, name: 'view', mimeType: MIME, _meta: { ui: { prefersBorder: true } } }] },
    'resources/templates/list': { resourceTemplates: [{ uriTemplate: 'ui://weather/{city}', name: 'city' }] },
  };
  const intercept = (req, res, message) => {
    const { method, params, id } = message ?? {};
    let result = answers[method];
    if (method === 'resources/read') result = { contents: [{ uri: params.uri, mimeType: MIME, text: HTML, _meta: { ui: { csp: {} } } }] };
    if (!result) return false;
    const stamp = era === 'modern' ? { resultType: 'complete', ttlMs: 0, cacheScope: 'private' } : {};
    res.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, result: { ...stamp, ...result } }));
    return true;
  };
  const upstream = await startHttpUpstream(t, { era, tools, intercept });
  const gateway = await startGateway(t);
  await gateway.register({ name: 'up', transport: 'streamable_http', url: upstream.url() });
  return { gateway, upstream };
}

const CLIENTS = {
  legacy: async (url) => {
    const session = await LegacySession.open(url);
    return (method, params = {}) => session.result(method, params);
  },
  modern: async (url) => async (method, params = {}) => {
    const { message } = await modern(url, method, params);
    assert.ok(message.result, JSON.stringify(message));
    return message.result;
  },
};

for (const era of ['legacy', 'modern']) {
  for (const [client, open] of Object.entries(CLIENTS)) {
    test(`a ${client} client finds and reads the interface of a tool of a ${era} server`, async (t) => {
      const { gateway, upstream } = await withApp(t, era);
      const ask = await open(gateway.mcp());
      const { tools: [tool] } = await ask('tools/list');
      const uri = tool._meta.ui.resourceUri;
      assert.ok(uri.startsWith('ui://'), uri);
      assert.notEqual(uri, OWN, 'two servers may have the same');
      assert.deepEqual(tool._meta, { ...META, ui: { ...META.ui, resourceUri: uri }, 'ui/resourceUri': uri, 'openai/outputTemplate': uri });

      const { resources: [listed] } = await ask('resources/list');
      assert.deepEqual([listed.uri, listed._meta], [uri, { ui: { prefersBorder: true } }]);
      const { contents } = await ask('resources/read', { uri });
      assert.deepEqual(contents, [{ uri, mimeType: MIME, text: HTML, _meta: { ui: { csp: {} } } }]);
      assert.equal(upstream.seen('resources/read').at(-1).message.params.uri, OWN);

      const called = await ask('tools/call', { name: 'up__weather', arguments: {} });
      assert.equal(called.content[0].uri, uri);
      assert.equal(called._meta['openai/outputTemplate'], uri);

      const { resourceTemplates: [template] } = await ask('resources/templates/list');
      assert.ok(template.uriTemplate.startsWith('ui://'), template.uriTemplate);
      await ask('resources/read', { uri: template.uriTemplate.replace('{city}', 'rome') });
      assert.equal(upstream.seen('resources/read').at(-1).message.params.uri, 'ui://weather/rome');

      const opaque = `mcpj://res/up/${Buffer.from(OWN).toString('base64').replace(/=+$/, '')}`;
      assert.equal((await ask('resources/read', { uri: opaque })).contents[0].text, HTML, 'the form of other resources is read, too');
    });
  }

  test(`the endpoint of a ${era} server keeps the URIs of its interfaces`, async (t) => {
    const { gateway } = await withApp(t, era);
    const ask = await CLIENTS.modern(gateway.mcp('up'));
    const { tools: [tool] } = await ask('tools/list');
    assert.deepEqual(tool._meta, META);
    assert.equal((await ask('resources/read', { uri: OWN })).contents[0].uri, OWN);
    const called = await ask('tools/call', { name: 'weather', arguments: {} });
    assert.deepEqual([called.content[0].uri, called._meta['openai/outputTemplate']], [OWN, OWN]);
  });
}

test('the REST API knows an interface by the same URI', async (t) => {
  const { gateway } = await withApp(t, 'legacy');
  const { json: [row] } = await gateway.rest('GET', '/resources');
  assert.ok(row.uri.startsWith('ui://'), row.uri);
  const read = await gateway.rest('POST', '/resources/read', { uri: row.uri });
  assert.equal(read.json.contents[0].text, HTML);
});
