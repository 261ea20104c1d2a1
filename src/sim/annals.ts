/**
 * The annals of what was cried in each quarter: an event stream of the crier's, held against what
 * it keeps of them itself. It is asked for all that streams promise: what was appended is read,
 * replayed and counted, across folds, checkpoints and restarts; who goes by an older version is
 * refused, so is what there is no room for; what is forgotten was never there.
 */
import { invariant } from "../core/kernel/assert.ts";
import { eventStream } from "../core/realm/index.ts";
import type { EventsStore, EventsView } from "../core/realm/index.ts";

interface Cried {
  readonly number: number;
  readonly at: number;
}

/** What a quarter's cries come to, in their order. */
export interface Lore {
  readonly cries: number;
  readonly last: number;
  readonly sum: number;
}

const noLore: Lore = { cries: 0, last: 0, sum: 0 };

const withCry = ({ cries, sum }: Lore, { number, at }: Cried): Lore => ({
  cries: cries + 1,
  last: number,
  sum: (31 * sum + at) % 1_000_003,
});

const quarters = 4;

/** So little of it is kept, and there is so little room, that all that can become of it does. */
export const annals = eventStream({
  name: "annals",
  keep: 2,
  bytesMax: 240,
  initial: () => noLore,
  apply: withCry,
});

/** Recorded once: what counts on the version before is refused. Who finds no room makes some. */
export function record(
  store: EventsStore<Cried, Lore>,
  lore: Map<string, Lore>,
  cried: Cried,
): void {
  const quarter = String(cried.at % quarters);
  const before = lore.get(quarter) ?? noLore;
  const appended = store.append(quarter, before.cries, cried);
  if (appended.ok) {
    lore.set(quarter, withCry(before, cried));
    store.append(quarter, before.cries, cried);
    return;
  }
  invariant(appended.code === "LIMIT_REACHED", "nobody else records");
  const [oldest] = store.entities();
  if (oldest === undefined) return;
  store.forget(oldest);
  lore.delete(oldest);
}

/** Whether the annals are what was recorded, entity by entity. */
export function isLore(store: EventsView<Cried, Lore>, lore: ReadonlyMap<string, Lore>): boolean {
  if (store.size !== lore.size || store.bytes > annals.bytesMax) return false;
  const names = store.entities()[Symbol.iterator]();
  for (const [quarter, { cries, last, sum }] of lore) {
    if (names.next().value !== quarter || store.version(quarter) !== cries) return false;
    const state = store.replay(quarter);
    if (state.cries !== cries || state.last !== last || state.sum !== sum) return false;
    const first = Math.max(1, cries - annals.keep + 1);
    const { ok, events } = store.events(quarter, first);
    const isRead = ok && events.every(({ version }, index) => version === first + index);
    if (!isRead || events.length !== cries - first + 1) return false;
    if (events.at(-1)?.event.number !== last) return false;
    if (cries > 2 * annals.keep && store.events(quarter, 1).ok) return false;
  }
  return true;
}
