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
