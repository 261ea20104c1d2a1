/**
 * The timer table: named timers that hold a time and plain data, never a closure.
 *
 * A heap gives what is due next, and an index by kind and id gives one timer or all of a kind. A
 * machine has one table and tells the outside one time, that of the first timer. An entry of the
 * heap has four children, not two: at 50,000 timers a fifth faster.
 *
 * 1. At most one timer of a kind and id. Setting it again replaces it.
 * 2. Timers come due in the order of (dueAt, kind, id): ids that are numbers before ids that are
 *    strings, numbers by value, strings by code units. No two are equal, so the order is total and
 *    does not depend on how the heap came to be.
 * 3. Each timer's position in the heap is kept with it, and a timer is in the index exactly when it
 *    is in the heap.
 * 4. Within a kind, `of` iterates in the order in which the ids were first set; replacing keeps the
 *    place. That order is state: it is part of the checkpoint and of the digest.
 *
 * The data of a timer belongs to the table from `set` on: whoever goes on changing it passes a
 * copy.
 */
import { ApiMisuseError, apiRule, invariant } from "./assert.ts";
import { digestNumber, digestPlain, digestStart, digestString, finish, mix } from "./digest.ts";
import { micros, type Micros } from "./ids.ts";
import type { PlainData } from "./plain.ts";

export interface Timer {
  /** Which sort of timer it is; the caller's numbering, an integer >= 0. */
  readonly kind: number;
  /** Which one of that kind. */
  readonly id: number | string;
  readonly dueAt: Micros;
  readonly data: PlainData;
}

export class TimerTable {
  readonly #heap: Entry[] = [];
  /** The times of the entries of the heap, apart, so that comparing them touches no entry. */
  readonly #dueAts: number[] = [];
  readonly #byKind = new Map<number, Map<number | string, Entry>>();

  /** How many timers there are. */
  get size(): number {
    return this.#heap.length;
  }

  /**
   * Sets a timer, in place of one of the same kind and id. Cost: logarithmic.
   *
   * @param kind integer >= 0
   * @param id a safe integer or a string
   * @param dueAt may lie in the past: then it is due at once
   * @throws ApiMisuseError for a kind or id of another form
   */
  set(kind: number, id: number | string, dueAt: Micros, data: PlainData): void {
    apiRule(Number.isSafeInteger(kind) && kind >= 0, "the kind of a timer is an integer >= 0");
    apiRule(
      typeof id === "string" || Number.isSafeInteger(id),
      "a timer's id is an integer or text",
    );
    invariant(Number.isSafeInteger(dueAt) && dueAt >= 0, "a timer's time is in Micros", dueAt);
    const ofKind = this.#indexOf(kind);
    // -0 and 0 are one id, as they are one key of a Map.
    const key = typeof id === "number" ? id + 0 : id;
    const before = ofKind.get(key);
    const position = before === undefined ? this.#heap.length : before.position;
    const entry = new Entry(kind, key, dueAt, data, position);
    ofKind.set(key, entry);
    this.#put(entry, position);
    this.#settle(entry);
  }

  /** Removes a timer; false when there was none. Cost: logarithmic. */
  cancel(kind: number, id: number | string): boolean {
    const entry = this.#byKind.get(kind)?.get(id);
    if (entry === undefined) return false;
    this.#remove(entry);
    return true;
  }

  get(kind: number, id: number | string): Timer | undefined {
    return this.#byKind.get(kind)?.get(id);
  }

  /** How many timers of that kind there are. */
  sizeOf(kind: number): number {
    return this.#byKind.get(kind)?.size ?? 0;
  }

  /** All timers of a kind, by id, in the order of invariant 4. A live view while any remain. */
  of(kind: number): ReadonlyMap<number | string, Timer> {
    return this.#byKind.get(kind) ?? noTimers;
  }

  /** When the first timer is due, or null when there is none. */
  nextDueAt(): Micros | null {
    const first = this.#heap[0];
    return first === undefined ? null : first.dueAt;
  }

  /** Removes and returns the first timer that is due by `at`, or null. Cost: logarithmic. */
  takeDue(at: Micros): Timer | null {
    const first = this.#heap[0];
    if (first === undefined || first.dueAt > at) return null;
    this.#remove(first);
    return first;
  }

  /**
   * Everything, from which `restore` makes an equal table. Holds the timers' own data, not copies.
   */
  checkpoint(): PlainData {
    const kinds: PlainData[] = [];
    for (const kind of this.#kinds()) {
      const entries = [...this.#indexOf(kind).values()];
      kinds.push({
        kind,
        ids: entries.map((entry) => entry.id),
        dueAt: Float64Array.from(entries, (entry) => entry.dueAt),
        data: entries.map((entry) => entry.data),
      });
    }
    return kinds;
  }

  /**
   * The table that `checkpoint` described.
   *
   * @param kindOf what a kind is called here; null drops its timers. Kinds stay apart.
   * @throws ApiMisuseError for anything else
   */
  static restore(
    data: PlainData,
    kindOf: (kind: number) => number | null = (kind) => kind,
  ): TimerTable {
    const table = new TimerTable();
    for (const part of parseCheckpoint(data)) {
      const kind = kindOf(part.kind);
      if (kind === null) continue;
      part.ids.forEach((id, index) => {
        apiRule(table.get(kind, id) === undefined, "a timer occurs twice in a checkpoint");
        table.set(kind, id, micros(part.dueAt[index] as number), part.data[index]);
      });
    }
    return table;
  }

  /** Over every timer; equal for equal tables, however they came to be. */
  digest(): number {
    let hash = mix(digestStart, this.size);
    for (const kind of this.#kinds()) {
      const entries = this.#indexOf(kind);
      hash = mix(digestNumber(hash, kind), entries.size);
      for (const { id, dueAt, data } of entries.values()) {
        const withId =
          typeof id === "number" ? digestNumber(mix(hash, 0), id) : digestString(mix(hash, 1), id);
        hash = digestPlain(digestNumber(withId, dueAt), data);
      }
    }
    return finish(hash);
  }

  #indexOf(kind: number): Map<number | string, Entry> {
    let ofKind = this.#byKind.get(kind);
    if (ofKind === undefined) {
      ofKind = new Map();
      this.#byKind.set(kind, ofKind);
    }
    return ofKind;
  }

  /** The kinds that have timers, ascending: when a kind was first used is no state. */
  #kinds(): number[] {
    const used = [...this.#byKind.keys()].filter((kind) => this.sizeOf(kind) > 0);
    return used.sort((left, right) => left - right);
  }

  #remove(entry: Entry): void {
    const heap = this.#heap;
    invariant(heap[entry.position] === entry, "a timer is where it says it is", entry.position);
    this.#byKind.get(entry.kind)?.delete(entry.id);
    const last = heap.pop() as Entry;
    this.#dueAts.pop();
    if (last === entry) return;
    this.#put(last, entry.position);
    this.#settle(last);
  }

  /** Moves an entry that alone may stand wrong up or down to where it belongs. */
  #settle(entry: Entry): void {
    const start = entry.position;
    this.#rise(entry);
    if (entry.position === start) this.#sink(entry);
  }

  #rise(entry: Entry): void {
    const heap = this.#heap;
    const { dueAt } = entry;
    let position = entry.position;
    while (position > 0) {
      const parentPosition = (position - 1) >>> 2;
      const parentDueAt = this.#dueAts[parentPosition] as number;
      if (parentDueAt < dueAt) break;
      const parent = heap[parentPosition] as Entry;
      if (parentDueAt === dueAt && isBefore(parent, entry)) break;
      this.#put(parent, position);
      position = parentPosition;
    }
    this.#put(entry, position);
  }

  #sink(entry: Entry): void {
    const heap = this.#heap;
    let position = entry.position;
    for (let firstChild = 4 * position + 1; firstChild < heap.length;) {
      const least = this.#leastOfFour(firstChild);
      const child = heap[least] as Entry;
      if (isBefore(entry, child)) break;
      this.#put(child, position);
      position = least;
      firstChild = 4 * position + 1;
    }
    this.#put(entry, position);
  }

  #leastOfFour(first: number): number {
    const heap = this.#heap;
    const dueAts = this.#dueAts;
    const end = Math.min(first + 4, heap.length);
    let least = first;
    for (let position = first + 1; position < end; position++) {
      const dueAt = dueAts[position] as number;
      const leastDueAt = dueAts[least] as number;
      if (dueAt > leastDueAt) continue;
      const isTie = dueAt === leastDueAt;
      if (isTie && isBefore(heap[least] as Entry, heap[position] as Entry)) continue;
      least = position;
    }
    return least;
  }

  #put(entry: Entry, position: number): void {
    this.#heap[position] = entry;
    this.#dueAts[position] = entry.dueAt;
    entry.position = position;
  }
}

class Entry implements Timer {
  readonly kind: number;
  readonly id: number | string;
  readonly dueAt: Micros;
  readonly data: PlainData;
  position: number;

  constructor(kind: number, id: number | string, dueAt: Micros, data: PlainData, position: number) {
    this.kind = kind;
    this.id = id;
    this.dueAt = dueAt;
    this.data = data;
    this.position = position;
  }
}

const noTimers: ReadonlyMap<number | string, Timer> = new Map();

function isBefore(left: Entry, right: Entry): boolean {
  if (left.dueAt !== right.dueAt) return left.dueAt < right.dueAt;
  if (left.kind !== right.kind) return left.kind < right.kind;
  if (typeof left.id !== typeof right.id) return typeof left.id === "number";
  return left.id < right.id;
}

interface KindCheckpoint {
  readonly kind: number;
  readonly ids: readonly (number | string)[];
  readonly dueAt: Float64Array;
  readonly data: readonly PlainData[];
}

function parseCheckpoint(checkpoint: PlainData): readonly KindCheckpoint[] {
  if (!Array.isArray(checkpoint)) throw new ApiMisuseError("a timer checkpoint is a list of kinds");
  return checkpoint.map((part: unknown) => {
    if (isKindCheckpoint(part)) return part;
    throw new ApiMisuseError("a timer checkpoint has a kind of another form");
  });
}

function isKindCheckpoint(part: unknown): part is KindCheckpoint {
  if (typeof part !== "object" || part === null) return false;
  const { kind, ids, dueAt, data } = part as Partial<Record<keyof KindCheckpoint, unknown>>;
  return (
    typeof kind === "number" &&
    Array.isArray(ids) &&
    Array.isArray(data) &&
    dueAt instanceof Float64Array &&
    ids.length === data.length &&
    ids.length === dueAt.length &&
    dueAt.every((time) => Number.isSafeInteger(time) && time >= 0)
  );
}
