/**
 * Poisoned globals: for one synchronous call, every clock and every source of randomness throws.
 * Wrapped around `step`, it proves that the core asks none of them, also where neither the types
 * nor the linter can see it. Only around the call: Vitest and fast-check need the real ones.
 */

/** A machine asked for the time, for chance or for a timer. */
export class PoisonedError extends Error {
  override readonly name = "PoisonedError";
}

type AnyFunction = (...args: never[]) => unknown;

/** `[owner, name, what to use instead]` */
const poisons: readonly (readonly [object, string, string])[] = [
  [Date, "now", "take the event's `at`"],
  [performance, "now", "take the event's `at`"],
  [process, "hrtime", "take the event's `at`"],
  [Math, "random", "take a named stream of kernel/random"],
  [crypto, "randomUUID", "ask for secrets by a call"],
  [crypto, "getRandomValues", "ask for secrets by a call"],
  ...["setTimeout", "setInterval", "setImmediate", "queueMicrotask"].map(
    (name) => [globalThis, name, "use a named timer"] as const,
  ),
  [process, "nextTick", "use a named timer"],
];

/**
 * Calls `run` with all of the above throwing, and puts them back, however it ends.
 *
 * @returns what `run` returns
 * @throws PoisonedError out of `run` when it touches one of them; TypeError when `run` returns a
 *   promise, because the poison would be gone before it settles
 */
export function poisoned<T>(run: () => T): T {
  const restores = poisons.map(([owner, name, instead]) =>
    replace(owner, name, () => {
      throw new PoisonedError(`${name} was called in a step: ${instead}`);
    }),
  );
  restores.push(replace(globalThis, "Date", poisonedDate()));
  try {
    const result = run();
    if (result instanceof Promise) throw new TypeError("poisoned() is for synchronous calls");
    return result;
  } finally {
    for (const restore of restores.toReversed()) restore();
  }
}

function replace(owner: object, name: string, value: AnyFunction): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  return () => {
    if (before === undefined) Reflect.deleteProperty(owner, name);
    else Object.defineProperty(owner, name, before);
  };
}

/** `new Date()` and `Date()` read the clock; `new Date(number)` does not, and is still refused. */
function poisonedDate(): AnyFunction {
  const refuse = (): never => {
    throw new PoisonedError("Date was used in a step: take the event's `at`");
  };
  return new Proxy(Date, { apply: refuse, construct: refuse, get: refuse });
}
