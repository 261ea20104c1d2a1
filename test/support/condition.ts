/** Waits for conditions, so that no test sleeps for a time that somebody guessed. */

/**
 * Resolves when `holds` is true, looking again at every turn of the event loop.
 *
 * @throws after `withinMs`, naming what was waited for
 */
export async function until(what: string, holds: () => boolean, withinMs = 5_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/**
 * Resolves with what the attempt resolves with, trying again while it rejects with what `mayPass`.
 *
 * @throws what it rejected with last after `withinMs`, or what may not pass
 */
export async function eventually<T>(
  attempt: () => Promise<T>,
  mayPass: (error: unknown) => boolean,
  withinMs = 10_000,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!mayPass(error) || performance.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
