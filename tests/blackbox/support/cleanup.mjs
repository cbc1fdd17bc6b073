// Clean-up in reverse order of set-up, like destructors: what was started last ends first.
const stacks = new WeakMap();

export function defer(t, work) {
  let stack = stacks.get(t);
  if (!stack) {
    stack = [];
    stacks.set(t, stack);
    t.after(() => unwind(stack));
  }
  stack.push(work);
}

async function unwind(stack) {
  const failures = [];
  while (stack.length) {
    try {
      await stack.pop()();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length) throw failures[0];
}
