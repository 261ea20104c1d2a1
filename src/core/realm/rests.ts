/** Whether ticks that are said to have nothing to do have nothing to do. */
import type { Outbox, PayloadRef } from "../contract.ts";
import type { RealmMachine } from "./machine.ts";
import { isSuspended } from "./suspension.ts";
import { isTickNeeded } from "./time.ts";

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

/**
 * Runs the ticks of all features that say they have nothing to do. What one of them has changed is
 * changed for good.
 *
 * @param effects what the realm orders meanwhile
 * @returns each that has done something, in words
 */
export function brokenRests(realm: RealmMachine, effects: NotingOutbox): string[] {
  const found: string[] = [];
  let before = realm.digest();
  for (const [index, { name, implementation }] of realm.composition.features.entries()) {
    const { tick } = implementation;
    const isResting = tick?.idleUntil !== undefined && !isTickNeeded(realm, index, tick);
    if (!isResting || isSuspended(realm, name)) continue;
    effects.first = null;
    try {
      realm.run(index, null, (ctx) => tick.run(ctx));
    } catch {
      effects.first ??= "throws";
    }
    const after = realm.digest();
    const what = effects.first ?? (after === before ? null : "changes the state");
    before = after;
    if (what !== null) found.push(`${name}: a tick ${what} that is said to have nothing to do`);
  }
  return found;
}
