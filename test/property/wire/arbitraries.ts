/** What the wire's and the edge's properties draw from. */
import * as fc from "fast-check";

/** The content of a frame on the wire. */
export function framed(content: Uint8Array, lengthEndian: "little" | "big"): Uint8Array {
  const frame = new Uint8Array(4 + content.length);
  new DataView(frame.buffer).setUint32(0, content.length, lengthEndian === "little");
  frame.set(content, 4);
  return frame;
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** How a stream is cut: sizes of chunks, used again from the first when they run out. */
export const anySplit: fc.Arbitrary<readonly number[]> = fc.oneof(
  fc.constant([1]),
  fc.constant([Number.MAX_SAFE_INTEGER]),
  fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
  fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 20 }),
);

/** Copies, so that no chunk shares memory with another. */
export function* chunksOf(stream: Uint8Array, split: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < stream.length; turn++) {
    const size = split[turn % split.length] as number;
    yield stream.slice(at, at + size);
    at += size;
  }
}

/** How many things are asked for after each chunk; `Infinity` is until there are none. */
export const anyPolling: fc.Arbitrary<readonly number[]> = fc.oneof(
  fc.constant([Infinity]),
  fc.array(fc.constantFrom(0, 0, 1, 2, Infinity), { minLength: 1, maxLength: 10 }),
);

export const endian = fc.constantFrom("little" as const, "big" as const);

const varint = (value: bigint): number[] => {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 0x80n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
};

const uint64 = fc.oneof(
  fc.bigInt({ min: 0n, max: 300n }),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.constantFrom(2n ** 32n - 1n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n),
);

/** As `uint64`, but of every length in bits alike. */
const anyBits = fc
  .tuple(fc.integer({ min: 0, max: 64 }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }))
  .map(([bits, value]) => value >> BigInt(64 - bits));

/** Ten bytes of which the last has bits that no 64-bit integer has room for. */
const overfull = fc
  .tuple(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), fc.nat({ max: 0x7f }))
  .map(([value, last]) => [
    ...Array.from({ length: 9 }, (_, index) => Number((value >> BigInt(7 * index)) & 0x7fn) | 0x80),
    last,
  ]);

/**
 * Varints as one should write them and as one should not: too long, of 11 bytes, without an end.
 */
const anyVarint: fc.Arbitrary<number[]> = fc.oneof(
  { weight: 6, arbitrary: uint64.map(varint) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(uint64.map(varint), fc.nat({ max: 6 }))
      .map(([bytes, zeros]) => [
        ...bytes.slice(0, -1),
        ...Array.from({ length: zeros }, (_, index) => (index === 0 ? (bytes.at(-1) ?? 0) : 0)).map(
          (byte) => byte | 0x80,
        ),
        zeros === 0 ? (bytes.at(-1) ?? 0) : 0,
      ]),
  },
  { weight: 1, arbitrary: overfull },
  { weight: 1, arbitrary: fc.array(fc.nat({ max: 255 }), { maxLength: 12 }) },
);

const fieldNumber = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }) },
  { weight: 4, arbitrary: fc.constant(16) },
  { weight: 1, arbitrary: fc.nat({ max: 2 ** 29 - 1 }) },
);

const tag = (field: number, wireType: number): number[] =>
  varint(BigInt(field) * 8n + BigInt(wireType));

const { message } = fc.letrec<{ field: number[]; message: number[] }>((tie) => ({
  field: fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(fieldNumber, anyVarint)
        .map(([field, value]) => [...tag(field, 0), ...value]),
    },
    {
      weight: 4,
      arbitrary: fc
        .tuple(fieldNumber, tie("message"), fc.constantFrom(0, 0, 0, 0, 0, 1, -1))
        .map(([field, content, lie]) => [
          ...tag(field, 2),
          ...varint(BigInt(Math.max(0, content.length + lie))),
          ...content,
        ]),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fieldNumber, tie("message"), fc.constantFrom(0, 0, 0, 1))
        .map(([field, content, lie]) => [...tag(field, 3), ...content, ...tag(field + lie, 4)]),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fieldNumber, fc.constantFrom(1, 5), fc.uint8Array({ minLength: 4, maxLength: 8 }))
        .map(([field, wireType, bytes]) => [...tag(field, wireType), ...bytes]),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fieldNumber, fc.constantFrom(4, 6, 7))
        .map(([field, wireType]) => tag(field, wireType)),
    },
  ),
  message: fc
    .array(tie("field"), { maxLength: 5, depthIdentifier: "message" })
    .map((fields) => fields.flat()),
}));

/** Bytes that look like a message with fields 1..6 and 16, often with something wrong in them. */
export const oddMessage: fc.Arbitrary<Uint8Array> = message.map((bytes) => new Uint8Array(bytes));

/** A packet as everybody writes it, but with any numbers in any fields of the header. */
export const plainPacket: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    fc.array(
      fc.tuple(
        fc.constantFrom(1, 2, 3, 4, 5, 16),
        fc.oneof(anyBits.map(varint), anyBits.map(varint), overfull),
      ),
      { maxLength: 6 },
    ),
    fc.option(fc.uint8Array({ maxLength: 300 })),
  )
  .map(([fields, payload]) => {
    const header = fields.flatMap(([field, value]) => [...tag(field, 0), ...value]);
    const whole = [...tag(1, 2), ...varint(BigInt(header.length)), ...header];
    if (payload === null) return new Uint8Array(whole);
    return new Uint8Array([...whole, ...tag(2, 2), ...varint(BigInt(payload.length)), ...payload]);
  });

/** The bytes with some of them changed, cut or doubled. */
export const mutated = (bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(
      bytes,
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 }), fc.constantFrom("set", "cut", "double")), {
        minLength: 1,
        maxLength: 4,
      }),
    )
    .map(([original, changes]) => {
      let result: Uint8Array = original.slice();
      for (const [where, value, kind] of changes) {
        const at = result.length === 0 ? 0 : where % result.length;
        if (kind === "set" && result.length > 0) result[at] = value;
        if (kind === "cut") result = result.slice(0, at);
        if (kind === "double") result = joined([result.slice(0, at + 1), result.slice(at)]);
      }
      return result;
    });
