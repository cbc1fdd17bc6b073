// A modern client that takes tasks, at one endpoint. `capabilities` are what it declares besides.
import assert from 'node:assert/strict';
import { modern, TAKES_TASKS } from './mcp.mjs';
import { eventually } from './wait.mjs';

const [KEY] = Object.keys(TAKES_TASKS);

export class TaskClient {
  constructor(url, capabilities = {}) {
    this.url = url;
    this.meta = { [KEY]: { ...capabilities, ...TAKES_TASKS[KEY] } };
  }

  send(method, params, headers) {
    return modern(this.url, method, params, { meta: this.meta, headers });
  }

  async result(method, params) {
    const { message } = await this.send(method, params);
    return message?.result ?? assert.fail(`${method}: ${JSON.stringify(message)}`);
  }

  async code(method, params) {
    const { message } = await this.send(method, params);
    return message.error?.code ?? assert.fail(`${method}: ${JSON.stringify(message)}`);
  }

  start(tool) {
    return this.result('tools/call', { name: tool, arguments: {} });
  }

  get(taskId) {
    return this.result('tasks/get', { taskId });
  }

  until(status, taskId, within) {
    return eventually(`the task is ${status}`, async () => {
      const task = await this.get(taskId);
      return task.status === status && task;
    }, within);
  }
}
