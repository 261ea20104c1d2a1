/**
 * Loaded before a server (`node --import ./bench/journal/without.ts`), it takes the journal out of
 * it, a second after the first block: from then on nothing is encoded, checked or written. For
 * comparisons only. What waits for a block then waits for ever, so such a server is asked for
 * prompt answers, and killed.
 */
import type { Digest, Event } from "../../src/core/contract.ts";
import { JournalWriter } from "../../src/core/journal/index.ts";
import type { EventSequence } from "../../src/core/kernel/ids.ts";

const afterMs = 1_000;
let isOut = false;
let isTimed = false;

const sound = Object.getOwnPropertyDescriptors(JournalWriter.prototype);

Object.assign(JournalWriter.prototype, {
  append(this: JournalWriter, event: Event): EventSequence {
    if (isOut && this.openEvents === 0) return this.nextSequence;
    if (!isTimed) setTimeout(() => (isOut = true), afterMs);
    isTimed = true;
    return (sound.append.value as JournalWriter["append"]).call(this, event);
  },
  effects(this: JournalWriter, digest: Digest): void {
    if (this.openEvents > 0) (sound.effects.value as JournalWriter["effects"]).call(this, digest);
  },
  stateDigest(this: JournalWriter, table: number, digest: Digest): void {
    const digestOf = sound.stateDigest.value as JournalWriter["stateDigest"];
    if (this.openEvents > 0) digestOf.call(this, table, digest);
  },
});
