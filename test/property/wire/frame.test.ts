import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Deframer } from "../../../src/core/wire/index.ts";
import { anyPolling, anySplit, chunksOf, endian, framed, joined } from "./arbitraries.ts";

const frameBytesMax = 65_536;
const runs = { numRuns: 1_000 };

interface FrameSource {
  push(chunk: Uint8Array): void;
  next(): Uint8Array | null;
}

interface Read {
  readonly frames: readonly Uint8Array[];
  readonly broken: boolean;
}

/** What the bytes are, from the definition of a frame and with all of them at hand. */
function framesOf(stream: Uint8Array, littleEndian: boolean, max: number): Read & { rest: number } {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  const frames: Uint8Array[] = [];
  let at = 0;
  while (stream.length - at >= 4) {
    const length = view.getUint32(at, littleEndian);
    if (length === 0 || length > max) return { frames, broken: true, rest: 0 };
    if (stream.length - at < 4 + length) break;
    frames.push(stream.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return { frames, broken: false, rest: stream.length - at };
}

function readSplit(
  source: FrameSource,
  stream: Uint8Array,
  split: readonly number[],
  polling: readonly number[],
): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let turn = 0;
  const take = (most: number): void => {
    for (let count = 0; count < most; count++) {
      const frame = source.next();
      if (frame === null) return;
      frames.push(frame);
    }
  };
  for (const chunk of chunksOf(stream, split)) {
    source.push(chunk);
    take(polling[turn++ % polling.length] as number);
  }
  take(Infinity);
  return frames;
}

const smallContents = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 30 });
const mixedContents = fc.array(
  fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 40 }),
    fc
      .tuple(fc.integer({ min: 1, max: 6_000 }), fc.nat({ max: 255 }))
      .map(([size, fill]) => new Uint8Array(size).map((_, index) => (index + fill) & 0xff)),
  ),
  { maxLength: 8 },
);

/** The law that the deframer and the mutant are both held to. */
const splitLaw = (create: (lengthEndian: "little" | "big") => FrameSource) =>
  fc.property(
    fc.oneof(smallContents, mixedContents),
    endian,
    anySplit,
    anyPolling,
    (contents, lengthEndian, split, polling) => {
      const stream = joined(contents.map((content) => framed(content, lengthEndian)));
      expect(readSplit(create(lengthEndian), stream, split, polling)).toEqual(contents);
    },
  );

describe("Deframer", () => {
  it("[SES-09] [HND-04] gives the same frames for any split and any polling", () => {
    const law = splitLaw((lengthEndian) => new Deframer({ lengthEndian, frameBytesMax }));
    expect(() => {
      fc.assert(law, runs);
    }).not.toThrow();
  });

  it("[SES-09] a reader that takes 4 bytes to arrive at once breaks that law", () => {
    const outcome = fc.check(
      splitLaw((lengthEndian) => new ReadsHeaderAtOnce(lengthEndian)),
      runs,
    );
    expect(outcome.failed).toBe(true);
  });

  it("[SES-14] agrees with the definition of a frame on any bytes, and throws on none", () => {
    const length = fc.oneof(
      fc.nat({ max: 40 }),
      fc.constantFrom(0, 49, 50, 51, 65_536, 65_537, 2 ** 31, 2 ** 32 - 1),
    );
    const piece = fc
      .tuple(length, fc.uint8Array({ maxLength: 60 }), endian)
      .map(([n, bytes, e]) => {
        const whole = framed(bytes, e);
        new DataView(whole.buffer).setUint32(0, n, e === "little");
        return whole;
      });
    const stream = fc.array(fc.oneof(piece, fc.uint8Array({ maxLength: 12 }))).map(joined);
    fc.assert(
      fc.property(stream, endian, anySplit, anyPolling, (bytes, lengthEndian, split, polling) => {
        const deframer = new Deframer({ lengthEndian, frameBytesMax: 50 });
        const expected = framesOf(bytes, lengthEndian === "little", 50);
        expect(readSplit(deframer, bytes, split, polling)).toEqual(expected.frames);
        expect(deframer.broken).toBe(expected.broken);
        expect(deframer.bufferedBytes).toBe(expected.rest);
      }),
      runs,
    );
  });

  it("[TST-06] puts packets of 64 KiB together from random pieces", () => {
    const split = fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(split, anyPolling, endian, (sizes, polling, lengthEndian) => {
        const content = new Uint8Array(65_536).map((_, index) => (index * 7) & 0xff);
        const stream = joined([framed(content, lengthEndian), framed(content, lengthEndian)]);
        const deframer = new Deframer({ lengthEndian, frameBytesMax });
        const frames = readSplit(deframer, stream, sizes, polling);
        expect(frames.length).toBe(2);
        for (const frame of frames) expect(Buffer.compare(frame, content)).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});

/**
 * The published sample's way: one read for the header, which is taken to be whole however many
 * bytes it brought, then the body. Right as long as no header is split.
 */
class ReadsHeaderAtOnce implements FrameSource {
  private readonly littleEndian: boolean;
  private bytes = new Uint8Array(0);
  private length: number | null = null;

  constructor(lengthEndian: "little" | "big") {
    this.littleEndian = lengthEndian === "little";
  }

  push(chunk: Uint8Array): void {
    this.bytes = new Uint8Array(joined([this.bytes, chunk]));
  }

  next(): Uint8Array | null {
    if (this.length === null) {
      if (this.bytes.length === 0) return null;
      const header = new Uint8Array(4);
      header.set(this.bytes.subarray(0, 4));
      this.bytes = this.bytes.slice(4);
      this.length = new DataView(header.buffer).getUint32(0, this.littleEndian);
    }
    if (this.bytes.length < this.length) return null;
    const content = this.bytes.slice(0, this.length);
    this.bytes = this.bytes.slice(this.length);
    this.length = null;
    return content;
  }
}
