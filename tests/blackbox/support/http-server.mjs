// The scripted MCP server over HTTP as a program, so that it can be killed: node http-server.mjs PORT [--era ERA] [--sessions]
// Prints a line once it listens.
import { parseArgs } from 'node:util';
import { startHttpUpstream } from './http-upstream.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { era: { type: 'string', default: 'both' }, sessions: { type: 'boolean', default: false } },
});

const untilKilled = { after() {} };
await startHttpUpstream(untilKilled, { ...values, port: Number(positionals[0]) });
process.stdout.write('listening\n');
