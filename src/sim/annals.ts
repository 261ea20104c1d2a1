/**
 * The annals of what was cried in each half of the town: an event stream of the crier's, held
 * against what it keeps of them itself. What was appended is read, replayed and counted, across
 * folds, checkpoints and restarts; who goes by an older version is refused, so is what there is no
 * room for, and nothing else; what is forgotten was never there; nothing is shared with whoever
 * reads.
 */
import { invariant } from "../core/kernel/assert.ts";
import type { Micros } from "../core/kernel/ids.ts";
import { eventStream } from "../core/realm/index.ts";
import type { EventsStore, EventsView } from "../core/realm/index.ts";

interface Cried {
  number: number;
  readonly place: number;
}

/** What a half's cries come to, in their order. */
interface Lore {
  cries: number;
  last: number;
  sum: number;
}

/** And when the last one was recorded. */
export interface DatedLore extends Lore {
  at: Micros;
}

const noLore = (): Lore => ({ cries: 0, last: 0, sum: 0 });

/** Changes what it is given, and what has happened: none of it is anybody else's. */
function withCry(lore: Lore, cried: Cried): Lore {
  lore.cries += 1;
  lore.last = cried.number;
  lore.sum = (31 * lore.sum + cried.place) % 1_000_003;
  cried.number = -1;
  return lore;
}

const halves = 2;
/** More than one event and the growth of a snapshot: with so much room nothing is refused. */
const spareBytes = 40;

/** So little of it is kept, and there is so little room, that all that can become of it does. */
export const annals = eventStream({
  name: "annals",
  keep: 2,
  bytesMax: 125,
  initial: noLore,
  apply: withCry,
});

interface Annalist {
  readonly store: EventsStore<Cried, Lore>;
  readonly lore: Map<string, DatedLore>;
  readonly now: Micros;
}

/** Records it once: what counts on the version before is refused. Who finds no room makes some. */
export function record({ store, lore, now }: Annalist, number: number, place: number): void {
  const half = String(place % halves);
  const before = lore.get(half) ?? noLore();
  const bytesBefore = store.bytes;
  const cried = { number, place };
  const appended = store.append(half, before.cries, cried);
  invariant(store.bytes <= annals.bytesMax, "no more is held than may be");
  if (appended.ok) {
    const again = store.append(half, before.cries, cried);
    invariant(!again.ok && again.code === "CONFLICT", "nobody appends to an older version");
    lore.set(half, { ...withCry({ ...before }, cried), at: now });
    return;
  }
  invariant(appended.code === "LIMIT_REACHED", "nobody else records");
  invariant(bytesBefore + spareBytes > annals.bytesMax, "only what finds no room is refused");
  const [oldest] = store.entities();
  if (oldest === undefined) return;
  store.forget(oldest);
  invariant(store.bytes < bytesBefore, "what is forgotten leaves room");
  lore.delete(oldest);
}

/** Whether the annals are what was recorded, entity by entity. */
export function isLore(
  store: EventsView<Cried, Lore>,
  lore: ReadonlyMap<string, DatedLore>,
): boolean {
  if (store.size !== lore.size || store.bytes > annals.bytesMax) return false;
  const names = store.entities()[Symbol.iterator]();
  for (const [half, recorded] of lore) {
    if (names.next().value !== half || !isRecorded(store, half, recorded)) return false;
  }
  return true;
}

function isRecorded(
  store: EventsView<Cried, Lore>,
  half: string,
  { cries, last, sum, at }: DatedLore,
): boolean {
  const state = store.replay(half);
  const isState = state.cries === cries && state.last === last && state.sum === sum;
  if (store.version(half) !== cries || !isState) return false;
  const first = Math.max(1, cries - annals.keep + 1);
  const newest = store.events(half, first);
  const isWhole = newest.events.every(({ version }, index) => version === first + index);
  if (!newest.ok || !isWhole || newest.events.length !== cries - first + 1) return false;
  const all = store.events(half, 1);
  const folded = (all.events[0]?.version ?? 0) - 1;
  if (all.ok !== (folded === 0)) return false;
  if (folded > 0 && store.events(half, folded).ok) return false;
  const end = all.events.at(-1);
  if (end?.event.number !== last || end.at !== at) return false;
  // Read once more, all of it would be there again.
  end.event.number = -1;
  state.sum = -1;
  return true;
}
