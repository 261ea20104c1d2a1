import { decode, encode } from "@msgpack/msgpack";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MessagePackReader, MessagePackWriter } from "../../../src/core/journal/messagepack.ts";

type Value = null | number | string | Uint8Array | readonly Value[];

const put = (writer: MessagePackWriter, value: Value): void => {
  if (value === null) writer.nil();
  else if (typeof value === "number") writer.number(value);
  else if (typeof value === "string") writer.string(value);
  else if (value instanceof Uint8Array) writer.binary(value);
  else {
    writer.array(value.length);
    for (const item of value) put(writer, item);
  }
};

const bytesOf = (value: Value): Uint8Array => {
  const writer = new MessagePackWriter(16);
  put(writer, value);
  return writer.written.slice();
};

const anyValue = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc
      .oneof(fc.double({ noNaN: true }), fc.maxSafeInteger(), fc.integer())
      .filter((n) => !Object.is(n, -0)),
    fc
      .string({ unit: "binary", maxLength: 300, size: "max" })
      .filter((text) => !text.startsWith("\ufeff")),
    fc.uint8Array({ maxLength: 300, size: "max" }),
    fc.array(tie("value"), { maxLength: 20 }),
  ),
})).value;

describe("MessagePackWriter", () => {
  it("writes what the library reads", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(decode(bytesOf(value))).toStrictEqual(value);
      }),
      { numRuns: 1_000 },
    );
  });

  it("takes the shortest form of an unsigned integer", () => {
    const lengths = [0, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1].map(
      (value) => bytesOf(value).length,
    );
    expect(lengths).toEqual([1, 1, 2, 2, 3, 3, 5, 5, 9, 9]);
  });

  it("opens a record as one by one", () => {
    const count = fc.nat({ max: 15 });
    const code = fc.nat({ max: 127 });
    const value = fc.oneof(fc.nat({ max: 300 }), fc.nat(), fc.maxSafeNat());
    fc.assert(
      fc.property(count, code, value, fc.nat({ max: 20 }), (items, first, second, before) => {
        const [whole, single] = [new MessagePackWriter(16), new MessagePackWriter(16)];
        whole.skip(before);
        single.skip(before);
        single.array(items);
        single.unsigned(first);
        single.unsigned(second);
        expect(whole.opening(items, first, second)).toBe(single.fixed32(0));
        expect(whole.written).toEqual(single.written);
      }),
    );
  });

  it("keeps -0 and numbers that are no integers", () => {
    for (const value of [-0, 1.5, Number.MIN_VALUE, Infinity, Number.NaN, 2 ** 53, -(2 ** 60)]) {
      expect(decode(bytesOf(value))).toBe(value);
    }
  });

  it("changes a fixed integer after the fact, whatever its size", () => {
    const writer = new MessagePackWriter(16);
    writer.array(2);
    const at = writer.fixed32(0);
    writer.string("behind it");
    writer.patch32(at, 0xdeadbeef);
    expect(decode(writer.written)).toEqual([0xdeadbeef, "behind it"]);
  });

  it("refuses what it could not give back", () => {
    const writer = new MessagePackWriter(16);
    expect(() => writer.string("half \ud800")).toThrow("lone surrogate");
    for (const value of [-1, 1.5, 2 ** 53, Number.NaN]) {
      expect(() => writer.unsigned(value)).toThrow("unsigned integer");
    }
    expect(() => writer.patch32(0, 1)).toThrow("patch");
  });
});

describe("MessagePackReader", () => {
  it("reads each kind that the writer writes", () => {
    const writer = new MessagePackWriter(16);
    writer.map(1);
    writer.string("grüße, 世界 🎲");
    writer.array(4);
    writer.nil();
    writer.number(-1_234_567_890_123);
    writer.binary(Uint8Array.of(1, 2, 3));
    writer.unsigned(Number.MAX_SAFE_INTEGER);
    const reader = new MessagePackReader(writer.written);
    expect(reader.map()).toBe(1);
    expect(reader.string()).toBe("grüße, 世界 🎲");
    expect(reader.array()).toBe(4);
    expect(reader.nil()).toBe(true);
    expect(reader.number()).toBe(-1_234_567_890_123);
    expect(reader.binary()).toEqual(Uint8Array.of(1, 2, 3));
    expect(reader.unsigned()).toBe(Number.MAX_SAFE_INTEGER);
    expect([reader.atEnd, reader.failed]).toEqual([true, false]);
  });

  it("passes over any value that the library writes", () => {
    const anything = fc.anything({
      values: [fc.string(), fc.double(), fc.integer(), fc.boolean()],
    });
    fc.assert(
      fc.property(anything, (value) => {
        const reader = new MessagePackReader(encode([value, 7]));
        expect(reader.array()).toBe(2);
        reader.skip();
        expect(reader.unsigned()).toBe(7);
        expect(reader.failed).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it("fails on any bytes that end too early, and never throws", () => {
    const whole = bytesOf(["a name", 70_000, Uint8Array.of(9, 9), [null, -5]]);
    for (let length = 0; length < whole.length; length += 1) {
      const reader = new MessagePackReader(whole.subarray(0, length));
      reader.skip();
      expect(reader.failed).toBe(true);
      expect([reader.unsigned(), reader.string(), reader.array()]).toEqual([0, "", 0]);
    }
  });

  it("never throws and stays in its bytes, whatever they are", () => {
    const asks = [
      "array",
      "map",
      "unsigned",
      "unsigned32",
      "number",
      "string",
      "binary",
      "skip",
    ] as const;
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.array(fc.constantFrom(...asks)),
        (bytes, calls) => {
          const reader = new MessagePackReader(bytes);
          for (const ask of calls) reader[ask]();
          expect(reader.offset).toBeLessThanOrEqual(bytes.length);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("fails on text that is not well-formed", () => {
    const texts: readonly number[][] = [
      [0x80], // a tail without a lead
      [0xc0, 0x80], // overlong, two bytes
      [0xe0, 0x80, 0x80], // overlong, three bytes
      [0xf0, 0x80, 0x80, 0x80], // overlong, four bytes
      [0xed, 0xa0, 0x80], // a surrogate
      [0xf4, 0x90, 0x80, 0x80], // above U+10FFFF
      [0xf8, 0x88, 0x80, 0x80], // no lead at all
      [0xe2, 0x82], // ends too early
      [0xc3, 0x28], // a tail that is none
    ];
    for (const text of texts) {
      const reader = new MessagePackReader(Uint8Array.of(0xa0 + text.length, ...text));
      expect([reader.string(), reader.failed]).toEqual(["", true]);
    }
  });

  it("fails on an integer that a number does not hold", () => {
    const reader = new MessagePackReader(Uint8Array.of(0xcf, 0x00, 0x20, 0, 0, 0, 0, 0, 0));
    expect([reader.unsigned(), reader.failed]).toEqual([0, true]);
  });
});
