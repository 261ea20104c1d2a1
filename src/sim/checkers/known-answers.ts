/**
 * [JRN-04] What a build has written is read by the next, and on every machine: the functions that
 * files, seeds and digests stand on give the answers that they have always given. A server whose
 * digests were different, but everywhere alike, would agree with itself and with no other.
 *
 * The random numbers are those that the authors of xoshiro128++ have published for the state 1, 2,
 * 3, 4, the checksum is that of the nine digits in every description of CRC-32, and the digests are
 * those of the first journals. What cannot be written is no data, and a feature that keeps it is
 * told so.
 */
import { crc32 } from "../../core/journal/index.ts";
import { digestPlain, digestStart, finish } from "../../core/kernel/digest.ts";
import { isPlain } from "../../core/kernel/plain.ts";
import type { PlainData } from "../../core/kernel/plain.ts";
import { RandomStream } from "../../core/kernel/random.ts";
import { CheckFailure } from "./checker.ts";
import type { Checker } from "./checker.ts";

const randomNumbers = [641, 1_573_767, 3_222_811_527, 3_517_856_514, 836_907_274];
const digits = Uint8Array.from("123456789", (digit) => digit.charCodeAt(0));
const digitsChecksum = 0xcbf43926;

const samples: readonly (readonly [digest: number, data: PlainData])[] = [
  [804_746_001, [null, true, 1, -1, 0.1, 2 ** 40, "text", "글"]],
  [691_120_321, { b: 1n << 70n, a: [new Map([["key", 1]]), new Set(["x"])] }],
  [3_776_306_363, [Uint8Array.of(1, 2, 3), Int32Array.of(-1, 7)]],
  [1_997_095_553, [Float32Array.of(1.5, -0, NaN), Float64Array.of(0.1, -2.5e300, NaN)]],
];

/** Neither can a checkpoint hold them, nor would they come back as they were. */
const strangers: readonly unknown[] = [() => 0, Symbol("no data"), new Date(0), { deep: [/./u] }];

export class KnownAnswersChecker implements Checker {
  readonly name = "known-answers";
  /** Counts processes. */
  checked = 0;

  processStarted(): void {
    this.checked += 1;
    const random = RandomStream.from([1, 2, 3, 4]);
    for (const number of randomNumbers) this.#same("random numbers", random.uint32(), number);
    this.#same("checksums", crc32(digits, 0, digits.length, 0), digitsChecksum);
    for (const [digest, data] of samples) {
      this.#same("digests", finish(digestPlain(digestStart, data)), digest);
    }

    this.#same("strangers", strangers.filter((stranger) => isPlain(stranger)).length, 0);
  }

  #same(what: string, given: number, known: number): void {
    if (given === known) return;
    const detail = `${String(given)} instead of ${String(known)}`;
    throw new CheckFailure(this.name, `${what} are what they have always been`, detail);
  }
}
