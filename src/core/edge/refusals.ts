/**
 * Counts what one connection was refused, so that a flood costs the journal a few events a second
 * and not one for each packet, and no count is lost.
 *
 * The first refusal of a (type, reason) is told at once and opens a second. What is refused in that
 * second is withheld and told together when the second is over. Then the pair is forgotten.
 *
 * 1. The counts told, plus those withheld, are the refusals noted.
 * 2. A withheld count is due one second after the refusal that was told, no later.
 * 3. At most `pairsMax` pairs are kept apart. When as many are busy, further ones are counted
 *    together per reason, under type 0: types are the peer's to choose.
 */
import { invariant } from "../kernel/assert.ts";
import { micros } from "../kernel/ids.ts";
import type { Micros, PacketType } from "../kernel/ids.ts";
import { refusalReasons } from "../kernel/reasons.ts";
import type { RefusalReason } from "../kernel/reasons.ts";

/** Packets turned away, all of one type and for one reason. */
export interface Refusal {
  /** 0 stands for several types. */
  readonly packetType: PacketType;
  readonly reason: RefusalReason;
  /** How many, >= 1. */
  readonly count: number;
  /** The sequence that the last of them carried. */
  readonly sequence: number;
}

interface Pair {
  readonly packetType: PacketType;
  readonly reason: RefusalReason;
  /** The end of the pair's second. */
  until: number;
  withheld: number;
  /** Of the last refusal. */
  sequence: number;
}

/** A client in good faith is refused one or two types; sixteen leave room for a broken one. */
const pairsMax = 16;
const severalTypes = 0 as PacketType;
const secondMicros = 1_000_000;

export class RefusalLedger {
  private readonly pairs: Pair[] = [];

  /** Notes one refusal. What is to be told now, or null when it is withheld. */
  note(
    packetType: PacketType,
    reason: RefusalReason,
    sequence: number,
    at: Micros,
  ): Refusal | null {
    const pair = this.find(packetType, reason) ?? this.open(packetType, reason, at);
    pair.sequence = sequence;
    if (at < pair.until) {
      pair.withheld++;
      return null;
    }
    const count = pair.withheld + 1;
    pair.withheld = 0;
    pair.until = at + secondMicros;
    return { packetType: pair.packetType, reason, count, sequence };
  }

  /** When a withheld count wants to be told, or null when none is withheld. */
  dueAt(): Micros | null {
    let earliest = Infinity;
    for (const pair of this.pairs) {
      if (pair.withheld > 0 && pair.until < earliest) earliest = pair.until;
    }
    return earliest === Infinity ? null : micros(earliest);
  }

  /** The withheld count that is due first at `at`, or null when none is. */
  take(at: Micros): Refusal | null {
    this.forget(at);
    let first: Pair | null = null;
    for (const pair of this.pairs) {
      if (pair.until <= at && (first === null || pair.until < first.until)) first = pair;
    }
    if (first === null) return null;
    const { packetType, reason, withheld, sequence } = first;
    invariant(withheld > 0, "refusals: a pair with nothing withheld was not forgotten");
    this.pairs.splice(this.pairs.indexOf(first), 1);
    return { packetType, reason, count: withheld, sequence };
  }

  private find(packetType: PacketType, reason: RefusalReason): Pair | null {
    for (const pair of this.pairs) {
      if (pair.packetType === packetType && pair.reason === reason) return pair;
    }
    return null;
  }

  /** A place for the pair, or the place for several types where there is none. */
  private open(packetType: PacketType, reason: RefusalReason, at: Micros): Pair {
    if (this.pairs.length >= pairsMax) this.forget(at);
    const folds = this.pairs.length >= pairsMax && packetType !== severalTypes;
    if (folds) return this.find(severalTypes, reason) ?? this.open(severalTypes, reason, at);
    const pair: Pair = { packetType, reason, until: 0, withheld: 0, sequence: 0 };
    this.pairs.push(pair);
    invariant(this.pairs.length <= pairsMax + refusalReasons.length, "refusals: too many pairs");
    return pair;
  }

  /** Drops the pairs whose second is over with nothing withheld. */
  private forget(at: Micros): void {
    for (let index = this.pairs.length - 1; index >= 0; index--) {
      const pair = this.pairs[index] as Pair;
      if (pair.withheld === 0 && pair.until <= at) this.pairs.splice(index, 1);
    }
  }
}
