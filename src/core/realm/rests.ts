/** Whether ticks that are said to have nothing to do have nothing to do. */
import type { Outbox, PayloadRef } from "../contract.ts";
import { messageOf } from "../kernel/assert.ts";
import { micros } from "../kernel/ids.ts";
import type { ErasedTick } from "./feature.ts";
import type { RealmMachine } from "./machine.ts";
import { isSuspended } from "./suspension.ts";
import { tickDueAt, tickFrom } from "./time.ts";

/** Takes orders, follows none, and keeps what the first one was. */
export class NotingOutbox implements Outbox {
  first: string | null = null;

  payload(): PayloadRef {
    return 0 as PayloadRef;
  }

  send(): void {
    this.first ??= "sends";
  }

  close(): void {
    this.first ??= "closes a connection";
  }

  call(): void {
    this.first ??= "calls";
  }

  log(): void {
    this.first ??= "logs";
  }

  count(): void {
    this.first ??= "counts";
  }
}

/** A feature that should not have been believed. */
export interface BrokenRest {
  readonly feature: string;
  /** What it says or does. */
  readonly what: string;
  /** It did not even say until when. */
  readonly hasThrown: boolean;
}

/** A rest without an end is tried until then. */
const endlessMicros = 3_600_000_000;

/**
 * Asks all features until when their ticks have nothing to do, and runs the first and the last tick
 * before that. What one of them has changed is changed for good.
 *
 * @param effects what the realm orders meanwhile
 */
export function brokenRests(realm: RealmMachine, effects: NotingOutbox): BrokenRest[] {
  const found: BrokenRest[] = [];
  let before = realm.digest();
  const isChanged = (): boolean => {
    const after = realm.digest();
    const changed = after !== before;
    before = after;
    return changed;
  };
  for (const [index, { name: feature, implementation }] of realm.composition.features.entries()) {
    const { tick } = implementation;
    if (tick?.idleUntil === undefined || isSuspended(realm, feature)) continue;
    const idleUntil = (): unknown =>
      tick.idleUntil?.(realm.state.featureStates[index], realm.state.scene);
    const tryUntil = (until: number) => tried(realm, { index, tick, until }, effects);
    const wrong = judged(idleUntil, tryUntil, isChanged);
    if (wrong !== null) found.push({ feature, ...wrong });
  }
  return found;
}

/** What is wrong; null when nothing. */
function judged(
  idleUntil: () => unknown,
  tryUntil: (until: number) => string | null,
  isChanged: () => boolean,
): Omit<BrokenRest, "feature"> | null {
  let until: unknown;
  try {
    until = idleUntil();
  } catch (error) {
    return { what: `idleUntil throws: ${messageOf(error)}`, hasThrown: true };
  }
  const said = (what: string) => ({ what: `idleUntil ${what}`, hasThrown: false });
  if (typeof until !== "number" || Number.isNaN(until)) {
    return said(`says ${String(until)}, which is no time`);
  }
  let done = tryUntil(until);
  // Digests cost most of this, so who has changed something is found out by doing it again.
  if (isChanged()) {
    idleUntil();
    if (isChanged()) return said("changes the state");
    done ??= "changes the state";
  }
  return done === null ? null : said(`says that a tick has nothing to do, and it ${done}`);
}

/** What a feature orders, or throws, in its ticks before a time; null when nothing. */
function tried(
  realm: RealmMachine,
  { index, tick, until }: { index: number; tick: ErasedTick; until: number },
  effects: NotingOutbox,
): string | null {
  effects.first = null;
  for (const at of ticksBefore(realm, until, tick.every)) {
    try {
      runAt(realm, at, () => realm.run(index, null, (ctx) => tick.run(ctx)));
    } catch (error) {
      return `throws: ${messageOf(error)}`;
    }
  }
  return effects.first;
}

/** The first and the last tick of a feature before a time that is not over yet. */
function ticksBefore(realm: RealmMachine, until: number, every: number): readonly number[] {
  const { now, tick } = realm.state.kernel;
  const end = tickFrom(realm, Math.min(until, now + endlessMicros));
  const first = Math.ceil(tick / every) * every;
  const last = Math.floor((end - 1) / every) * every;
  // A tick that comes late may have its time behind it.
  if (first >= end || until <= now) return [];
  return first === last ? [first] : [first, last];
}

/** Runs as if it was that tick's turn. */
function runAt(realm: RealmMachine, tick: number, run: () => void): void {
  const { kernel } = realm.state;
  const { now, tick: next } = kernel;
  kernel.tick = tick;
  kernel.now = micros(Math.max(now, tickDueAt(realm, tick)));
  try {
    run();
  } finally {
    kernel.tick = next;
    kernel.now = now;
  }
}
