// How to register the scripted stdio server.
import path from 'node:path';

const SERVER = path.resolve(import.meta.dirname, 'stdio-server.mjs');

export function stdioSpec(name, flags = [], extra = {}) {
  return { name, transport: 'stdio', command: process.execPath, args: [SERVER, ...flags], ...extra };
}
