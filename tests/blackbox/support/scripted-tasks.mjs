// The tasks of a scripted server: one kind of run behind both forms, that of 2025-11-25 and the extension io.modelcontextprotocol/tasks.
export const TASKS = 'io.modelcontextprotocol/tasks';
const RELATED = 'io.modelcontextprotocol/related-task';
const POLL_MS = 50;
const TTL_MS = 600_000;

export const takesTasks = (meta) => meta['io.modelcontextprotocol/clientCapabilities']?.extensions?.[TASKS] !== undefined;

// A tool that runs in the background. What it reports and asks waits for whoever takes it: a wire (legacy), or requests of the client (modern).
class TaskRun {
  status = 'working';
  outcome = {};  // { result } or { error }, in the end.
  questions = new Map();  // Key → { method, params, resolve, reject }.
  #reports = [];
  #hooks = [];
  #wire;

  constructor(id, params, meta) {
    Object.assign(this, { id, params, meta, createdAt: new Date().toISOString() });
  }

  start(run) {
    const wire = {
      onCancelled: (hook) => this.#hooks.push(hook),
      notify: (method, params) => (this.#wire ? this.#wire.notify(method, params) : this.#reports.push([method, params])),
      ask: (method, params) => this.#ask(method, params),
    };
    this.done = run(wire).then((result) => this.#end('completed', { result }), (error) => this.#end('failed', { error }));
    return this;
  }

  #end(status, outcome) {
    if (this.status !== 'cancelled') Object.assign(this, { status, outcome });
  }

  #ask(method, params) {
    this.status = 'input_required';
    const key = `question-${this.questions.size + 1}`;
    return new Promise((resolve, reject) => {
      this.questions.set(key, { method, params, resolve, reject });
      if (this.#wire) this.#put(key);
    });
  }

  // Asks on the wire.
  #put(key) {
    const { method, params, reject } = this.questions.get(key);
    this.#wire.ask(method, { ...params, _meta: { [RELATED]: { taskId: this.id } } }).then((answer) => this.answer(key, answer), reject);
  }

  answer(key, response) {
    const question = this.questions.get(key);
    if (!question) return;
    this.questions.delete(key);
    if (this.questions.size === 0 && this.status === 'input_required') this.status = 'working';
    question.resolve(response);
  }

  attach(wire) {
    this.#wire = wire;
    for (const [method, params] of this.#reports.splice(0)) wire.notify(method, params);
    for (const key of this.questions.keys()) this.#put(key);
  }

  cancel() {
    if (!this.isOver) this.status = 'cancelled';
    this.#hooks.forEach((hook) => hook());
  }

  get isOver() {
    return ['completed', 'failed', 'cancelled'].includes(this.status);
  }

  get #common() {
    return { taskId: this.id, status: this.status, createdAt: this.createdAt, lastUpdatedAt: this.createdAt };
  }

  get legacy() {
    const status = this.outcome.result?.isError ? 'failed' : this.status;
    return { ...this.#common, status, ttl: null, pollInterval: POLL_MS };
  }

  get modern() {
    return { ...this.#common, ttlMs: TTL_MS, pollIntervalMs: POLL_MS };
  }

  get details() {
    const asked = [...this.questions].map(([key, { method, params }]) => [key, { method, params }]);
    const { result, error } = this.outcome;
    return {
      ...this.modern,
      ...(this.status === 'input_required' && { inputRequests: Object.fromEntries(asked) }),
      ...(this.status === 'completed' && { result }),
      ...(this.status === 'failed' && { error: { code: error.code ?? -32603, message: error.message } }),
    };
  }
}

export class ScriptedTasks extends Map {
  cancelled = [];  // Ids.

  // run(wire) is the tool at work.
  begin(params, meta, run) {
    const id = `task-${this.size + 1}`;
    this.set(id, new TaskRun(id, params, meta).start(run));
    return this.get(id);
  }

  cancel(id) {
    this.cancelled.push(id);
    this.get(id).cancel();
    return this.get(id);
  }

  // The answer to a request of either form about the task `id`, which exists; nothing for a method that the form does not have.
  async answer(method, isModern, { taskId, inputResponses = {} }, wire) {
    const task = this.get(taskId);
    switch (`${method} ${isModern}`) {
      case 'tasks/get true': return task.details;
      case 'tasks/get false': return task.legacy;
      case 'tasks/cancel true': return this.cancel(taskId) && {};
      case 'tasks/cancel false': return this.cancel(taskId).legacy;
      case 'tasks/update true':
        for (const [key, response] of Object.entries(inputResponses)) task.answer(key, response);
        return {};
      case 'tasks/result false':
        task.attach(wire);
        await task.done;
        if (task.outcome.error) throw task.outcome.error;
        return { ...task.outcome.result, _meta: { [RELATED]: { taskId } } };
    }
    return undefined;
  }
}
