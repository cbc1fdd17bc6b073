// Waiting without sleeping for a fixed time: a check is asked again and again until it holds or its bound has passed.

const POLL_MS = 20;

// Resolves with the first truthy value of `check` (which may be async). Fails after `within` milliseconds, naming `what`; an exception
// of the last check is part of the message.
export async function eventually(what, check, within = 10_000) {
  const end = Date.now() + within;
  let last;
  for (;;) {
    try {
      const value = await check();
      if (value) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`not within ${within} ms: ${what}${last ? ` (${last.message})` : ''}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

// The value of `promise`, or a failure that names `what` after `ms` milliseconds.
export async function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${ms} ms: ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
