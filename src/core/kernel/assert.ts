/**
 * Assertions and the three families of errors, which say whose fault it was:
 *
 * - `PeerError`: the peer sent what it should not have. A value, not an exception: a peer's bytes
 *   never throw. It closes or refuses the peer.
 * - `ApiMisuseError`: our caller, a feature or a tool, called wrongly.
 * - `InvariantError`: our own bug. In a feature it is contained, elsewhere it stops the process.
 */

/** Our caller broke the rules of the interface named in the message. */
export class ApiMisuseError extends Error {
  override readonly name = "ApiMisuseError";
}

/** Something that cannot happen has happened: a bug of ours. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** The message of whatever was thrown, in one line. Never throws, whatever that was. */
export function messageOf(error: unknown): string {
  try {
    const message: unknown = error instanceof Error ? error.message : error;
    return String(message).replaceAll(/\s*\n\s*/g, " ");
  } catch {
    return "something that cannot be shown";
  }
}

const shown = (value: unknown): string => {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${String(value)}n`;
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
};

/**
 * Throws `InvariantError` unless `condition` holds. Stays on in production.
 *
 * The values stand in places of their own and not in a rest parameter: an array for them, and boxes
 * for its numbers, would be made at every call that holds, which is nearly all of them.
 *
 * @param first shown behind the message, as are `second` and `third`
 */
export function invariant(
  condition: boolean,
  message: string,
  first?: unknown,
  second?: unknown,
  third?: unknown,
): asserts condition {
  if (!condition) failInvariant(message, [first, second, third]);
}

// Apart from `invariant`, so that the hot path inlines only the test.
function failInvariant(message: string, places: readonly unknown[]): never {
  const values = places.filter((value) => value !== undefined);
  const detail = values.length === 0 ? "" : `: ${values.map(shown).join(", ")}`;
  throw new InvariantError(message + detail);
}

/** Throws `ApiMisuseError` unless `condition` holds. */
export function apiRule(condition: boolean, message: string): asserts condition {
  if (!condition) throw new ApiMisuseError(message);
}

/** Ends every switch on a union: the compiler proves that it is never reached. */
export function assertNever(value: never): never {
  throw new InvariantError(`unreachable variant: ${JSON.stringify(value)}`);
}
