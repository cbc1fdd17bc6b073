// How each feature is tried at the servers of matrix.test.mjs: feature → what to do there and what comes of it, or why that is not owed.
import { ASKED, NOTE, PAGED } from './offer.mjs';

const asked = (tool) => ({ tool, expected: new RegExp(ASKED[tool].expected) });

const SDK = {
  tools: { tool: 'echo', args: { message: 'größe' }, expected: /^echo: größe$/ },
  prompts: { name: 'greet', args: { name: 'Bo' }, expected: /Hello, Bo!/ },
  resources: { uri: NOTE, expected: /^a note$/ },
  templates: { name: 'item', variable: '{id}', expected: /^item 7$/ },
  completion: { prompt: 'greet', argument: { name: 'name', value: 'an' }, expected: ['anna', 'anton'] },
  progress: { tool: 'progress', args: { steps: 3 }, expected: /^3 steps$/, seen: 'seen' },
  cancellation: { tool: 'wait', count: 'cancelled' },
  logging: { tool: 'log', level: 'critical', expected: ['critical', 'alert', 'emergency'] },
  pagination: { uris: PAGED.map(({ uri }) => uri) },
  sampling: asked('ask_model'),
  'elicitation, form': asked('ask_person'),
  'elicitation, URL': asked('ask_url'),
  roots: asked('ask_folders'),
  tasks: 'the SDK of the second line has no tools that run as tasks only',
  subscriptions: { uri: NOTE, tool: 'update', args: { uri: NOTE } },
  list_changed: { tool: 'change' },
};

const SDK1 = { ...SDK, tasks: { tool: 'ponder', args: { about: 'tea' }, expected: /^pondered tea$/ } };

const EVERYTHING = {
  tools: { tool: 'echo', args: { message: 'größe' }, expected: /^Echo: größe$/ },
  prompts: { name: 'args-prompt', args: { city: 'Riga' }, expected: /Riga/ },
  resources: { uri: 'demo://resource/static/document/features.md', expected: /Everything Server/ },
  templates: { name: 'Dynamic Text Resource', variable: '{resourceId}', expected: /Resource 7/ },
  completion: { prompt: 'completable-prompt', argument: { name: 'department', value: 'E' }, expected: ['Engineering'] },
  progress: { tool: 'trigger-long-running-operation', args: { duration: 0.03, steps: 3 }, expected: /completed/ },
  cancellation: 'server-everything does not say what it heard of',
  logging: 'server-everything logs at random levels',
  pagination: 'the lists of server-everything have one page',
  sampling: { tool: 'trigger-sampling-request', args: { prompt: 'Bonjour?', maxTokens: 20 }, expected: /Good day/ },
  'elicitation, form': { tool: 'trigger-elicitation-request', expected: /"action": "accept"/ },
  'elicitation, URL': { tool: 'trigger-url-elicitation', args: { url: 'https://example.com/sign-in' }, expected: /accept/ },
  roots: { tool: 'get-roots-list', expected: /file:\/\/\/home\/me\/work/ },
  tasks: 'tasks of server-everything take seconds: sdk.test.mjs has one',
  subscriptions: 'server-everything tells the session that asks for it by a tool',
  list_changed: 'server-everything changes its lists for one session alone',
};

const EVERYTHING_STDIO = {
  ...EVERYTHING,
  roots: { ...EVERYTHING.roots, asksOnce: true },  // It keeps them for its process, which clients of the same capabilities share.
  subscriptions: { uri: EVERYTHING.resources.uri, tool: 'toggle-subscriber-updates', args: {} },
};

export const USES = {
  sdk1_http: SDK1, sdk1_sse: SDK1, sdk1_stdio: SDK1, sdk2_http: SDK, sdk2_stdio: SDK, sdk2_http_legacy: SDK, sdk2_stdio_legacy: SDK,
  everything_http: EVERYTHING, everything_sse: EVERYTHING, everything_stdio: EVERYTHING_STDIO,
};
