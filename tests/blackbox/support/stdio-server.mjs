// The scripted MCP server over stdio: node stdio-server.mjs [--era legacy|modern|both] [--fork] [--ignore-eof] [--fault KIND] [--say TEXT]
//   --fork        starts a grandchild that ignores SIGTERM and shares nothing with the gateway but the process group
//   --daemon      starts a process that leaves the process group and loses its parent, as daemons do
//   --ignore-eof  survives the end of stdin and SIGTERM: only SIGKILL ends it
//   --fault KIND  misbehaves at the first message; `exit` ends at once, `not_json` prints a line that is no JSON first and then works
//   --say TEXT    writes TEXT to stderr first
//   --news        offers to tell of changes
//   --tasks       has tools that run as tasks
//   --matrix REVISION --kept FILE  is a server of matrix-tools.mjs; the tools that were added to it are kept in FILE
import { spawn } from 'node:child_process';
import readline from 'node:readline';
import { parseArgs } from 'node:util';
import { keepIn, matrixScript } from './matrix-tools.mjs';
import { Fault, HUGE_BYTES, RpcError, ScriptedServer, TASK_TOOLS } from './scripted.mjs';

const { values: options } = parseArgs({
  options: {
    era: { type: 'string', default: 'both' },
    fork: { type: 'boolean', default: false },
    daemon: { type: 'boolean', default: false },
    'ignore-eof': { type: 'boolean', default: false },
    fault: { type: 'string' },
    say: { type: 'string' },
    news: { type: 'boolean', default: false },
    matrix: { type: 'string' },
    kept: { type: 'string' },
    tasks: { type: 'boolean', default: false },
  },
});

const write = (value) => process.stdout.write(`${typeof value === 'string' ? value : JSON.stringify(value)}\n`);
const kind = options.matrix ? matrixScript(options.matrix) : { era: options.era, ...(options.tasks && { tools: TASK_TOOLS }) };
const script = new ScriptedServer({ name: 'scripted-stdio', tellsNews: options.news, ...kind });
if (options.kept) keepIn(options.kept, script);
const cancelled = new Map();
const asked = new Map();  // Id of a request of ours → what to do with the answer.
const listening = new Map();  // Id of a subscriptions/listen → the URIs that it is about.
const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';

script.tell = (method, params = {}) => {
  if (script.era === 'legacy') return write({ jsonrpc: '2.0', method, params });
  for (const [id, uris] of listening) {
    if (method === 'notifications/resources/updated' && !uris.includes(params.uri)) continue;
    write({ jsonrpc: '2.0', method, params: { ...params, _meta: { [SUBSCRIPTION]: id } } });
  }
  return undefined;
};

if (options.say) process.stderr.write(`${options.say}\n`);
if (options.fault === 'exit') process.exit(3);
if (options.fault === 'not_json') write('Starting up, please wait...');
if (options.fork) spawn('sh', ['-c', 'trap "" TERM; exec sleep 600'], { stdio: 'ignore' }).unref();
if (options.daemon) spawn('sh', ['-c', 'sleep 600 &'], { stdio: 'ignore', detached: true }).unref();
if (options['ignore-eof']) {
  process.on('SIGTERM', () => {});
  setInterval(() => {}, 1000);
}

const input = readline.createInterface({ input: process.stdin });
input.on('line', (line) => answer(JSON.parse(line), line));
input.on('close', () => options['ignore-eof'] || process.exit(0));

// MCP 2026-07-28 "Subscriptions".
function listen({ id, params: { notifications } }) {
  listening.set(id, notifications.resourceSubscriptions ?? []);
  cancelled.set(id, () => listening.delete(id));
  write({ jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged', params: { _meta: { [SUBSCRIPTION]: id }, notifications } });
}

async function answer(message, line) {
  if (message.method === 'notifications/cancelled') return cancelled.get(message.params.requestId)?.();
  if (message.id === undefined || message.method === undefined) return asked.get(message.id)?.(message);
  if (options.fault && options.fault !== 'not_json') return misbehave(message.id, options.fault);
  if (script.tellsNews && script.era !== 'legacy' && message.method === 'subscriptions/listen') return listen(message);
  const hooks = [];
  cancelled.set(message.id, () => hooks.forEach((hook) => hook()));
  try {
    const wire = {
      rawArguments: /"arguments":(\{.*?\})[,}]/s.exec(line)?.[1],
      onCancelled: (hook) => hooks.push(hook),
      notify: (method, params) => write({ jsonrpc: '2.0', method, params }),
      ask: (method, params) => {
        const id = `question-${asked.size + 1}`;
        write({ jsonrpc: '2.0', id, method, params });
        return new Promise((resolve, reject) => {
          asked.set(id, ({ result, error }) => (error ? reject(new RpcError(error.code, error.message)) : resolve(result)));
        });
      },
    };
    write(await script.handle(message, wire));
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    misbehave(message.id, fault.kind);
  } finally {
    cancelled.delete(message.id);
  }
  return undefined;
}

function misbehave(id, kind) {
  const good = (text, ofId = id) => ({ jsonrpc: '2.0', id: ofId, result: { content: [{ type: 'text', text }] } });
  switch (kind) {
    case 'twice':
      write(good('first'));
      return write(good('second'));
    case 'other_id': return write(good('not yours', 987654321));
    case 'html': return write('<!doctype html><title>Sign in</title>');
    case 'not_json': return write('{"jsonrpc":"2.0","id":');
    case 'huge_line': return write(good('x'.repeat(HUGE_BYTES)));
    case 'cut':
      return process.stdout.write('{"jsonrpc":"2.0",', () => process.exit(4));
    case 'exit':
      return process.stderr.write('fatal: the disk is on fire\n', () => process.exit(5));
    default: return undefined;  // silent
  }
}
