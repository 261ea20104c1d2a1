/**
 * How simulated servers keep what they write: encrypted or not, under keys that change with every
 * start, and with a capture of what their clients send.
 */
import { JournalKey, JournalKeys } from "../core/journal/index.ts";
import { RandomStream } from "../core/kernel/random.ts";
import { simulatedCrypto } from "./crypto.ts";
import { seedWords } from "./decisions.ts";
import { rememberedCrypto } from "./remembered-crypto.ts";

export interface KeepingOptions {
  /** How many keys a server's starts take in turns; 0: nothing is encrypted. */
  readonly keys: number;
  /** How long a capture of every start may become; 0: nothing is captured. */
  readonly captureBytes: number;
}

export const calmKeeping: KeepingOptions = { keys: 0, captureBytes: 0 };

/** A quarter of the seeds encrypts, another quarter captures. */
export function drawKeeping(seed: number): KeepingOptions {
  const random = RandomStream.named(seedWords(seed), "options/keeping");
  return {
    keys: random.chance(1, 4) ? random.between(1, 3) : 0,
    captureBytes: random.chance(1, 4) ? random.pick([5_000, 1_000_000]) : 0,
  };
}

const crypto = rememberedCrypto(simulatedCrypto);

const key = (number: number): JournalKey =>
  new JournalKey(crypto, new Uint8Array(32).fill(number + 1));

/**
 * The keys of a server's start; null when nothing is encrypted.
 *
 * @param start counts a machine's processes from 1
 */
export function keysOf({ keys }: KeepingOptions, start: number): JournalKeys | null {
  if (keys === 0) return null;
  const all = Array.from({ length: keys }, (_, number) => key(number));
  return new JournalKeys(all[start % keys] ?? null, all);
}
