import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  EnvelopeReader,
  envelopeBytesMax,
  FieldCursor,
  writeEnvelope,
  writeFrame,
} from "../../../src/core/wire/index.ts";
import { reprise as pb } from "../../../src/core/wire/gen/packet.js";
import protobuf from "protobufjs/minimal.js";
import { endian, framed, joined, mutated, oddMessage, plainPacket } from "./arbitraries.ts";

const runs = { numRuns: 1_000 };
const reader = new EnvelopeReader();

/** What a packet says, with integers exact; null for bytes that are none. */
interface Said {
  readonly type: number;
  readonly size: number;
  readonly sequence: bigint | "above 2^53-1";
  readonly timestamp: bigint | "above 2^53-1";
  readonly isCompressed: boolean;
  readonly inReplyTo: bigint | "above 2^53-1";
  readonly payload: Uint8Array;
}

const bounded = (value: bigint): bigint | "above 2^53-1" =>
  value >= 2n ** 53n ? "above 2^53-1" : value;
const ofLong = (value: number | { low: number; high: number }): bigint | "above 2^53-1" =>
  typeof value === "number"
    ? bounded(BigInt(value))
    : bounded((BigInt(value.high >>> 0) << 32n) | BigInt(value.low >>> 0));
const ofNumber = (value: number): bigint | "above 2^53-1" =>
  value === Infinity ? "above 2^53-1" : BigInt(value);

function saidToProtobufjs(bytes: Uint8Array): Said | null {
  let packet: pb.v1.Packet;
  try {
    packet = pb.v1.Packet.decode(bytes);
  } catch {
    return null;
  }
  const header = packet.header ?? new pb.v1.PacketHeader();
  return {
    type: (header.type as number) >>> 0,
    size: header.size ?? 0,
    sequence: ofLong(header.sequence ?? 0),
    timestamp: ofLong(header.timestamp ?? 0),
    isCompressed: header.isCompressed ?? false,
    inReplyTo: ofLong(header.inReplyTo ?? 0),
    payload: new Uint8Array(packet.payload),
  };
}

function saidToUs(bytes: Uint8Array): Said | null {
  if (!reader.read(bytes)) return null;
  return {
    type: reader.type,
    size: reader.size,
    sequence: ofNumber(reader.sequence),
    timestamp: ofNumber(reader.timestamp),
    isCompressed: reader.isCompressed,
    inReplyTo: ofNumber(reader.inReplyTo),
    payload: bytes.slice(reader.payloadStart, reader.payloadEnd),
  };
}

const uint53 = fc.oneof(
  fc.nat({ max: 300 }),
  fc.maxSafeNat(),
  fc.constantFrom(0, 2 ** 28 - 1, 2 ** 28, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1),
);
const header = fc.record({
  type: fc.oneof(fc.nat({ max: 65_535 }), fc.constantFrom(0, 127, 128, 1_053)),
  sequence: uint53,
  timestamp: uint53,
  isCompressed: fc.boolean(),
  inReplyTo: uint53,
});
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.nat({ max: 20_000 }).map((size) => new Uint8Array(size).fill(size & 0xff)),
);
const encoded = fc
  .tuple(header, payload)
  .map(([fields, bytes]) =>
    pb.v1.Packet.encode(
      { header: { ...fields, size: bytes.length }, payload: bytes },
      new protobuf.Writer(),
    ).finish(),
  );

/** Packets with odd headers, odd packets, and packets in which both come in pieces. */
const odd = fc.oneof(
  oddMessage,
  fc
    .array(fc.tuple(fc.constantFrom(0x0a, 0x12), oddMessage), { maxLength: 4 })
    .map((pieces) =>
      joined(
        pieces.map(([tag, content]) =>
          new protobuf.Writer().uint32(tag).bytes(content).finish().slice(),
        ),
      ),
    ),
);

describe("EnvelopeReader", () => {
  it("[WIRE-03] [WIRE-04] [WIRE-08] reads what protobufjs wrote", () => {
    fc.assert(
      fc.property(encoded, (bytes) => {
        const said = saidToUs(bytes);
        expect(said).not.toBeNull();
        expect(said).toEqual(saidToProtobufjs(bytes));
      }),
      runs,
    );
  });

  it("[WIRE-14] accepts, refuses and understands odd bytes exactly as protobufjs does", () => {
    const seen = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(fc.oneof(odd, mutated(odd), mutated(encoded), plainPacket), (bytes) => {
        const said = saidToUs(bytes);
        expect(said).toEqual(saidToProtobufjs(bytes));
        seen[said === null ? "refused" : "accepted"]++;
      }),
      { numRuns: 10_000 },
    );
    // A law over odd bytes is worth nothing when all of them are of one kind.
    expect(seen.accepted).toBeGreaterThan(1_000);
    expect(seen.refused).toBeGreaterThan(1_000);
  });

  it("skips groups as deep as protobufjs does, and no deeper", () => {
    const depths = { packet: [] as boolean[], header: [] as boolean[] };
    for (let depth = 97; depth <= 103; depth++) {
      const group = new Uint8Array(2 * depth).fill(0x7b).fill(0x7c, depth);
      const header = new protobuf.Writer().uint32(0x0a).bytes(group).finish();
      for (const [where, bytes] of [
        ["packet", group],
        ["header", header],
      ] as const) {
        expect(saidToUs(bytes)).toEqual(saidToProtobufjs(bytes));
        depths[where].push(reader.read(bytes));
      }
    }
    expect(new Set(depths.packet).size).toBe(2);
    expect(depths.header).toEqual([...depths.packet.slice(1), false]);
  });

  it("agrees with protobufjs on arbitrary bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(saidToUs(bytes)).toEqual(saidToProtobufjs(bytes));
      }),
      { numRuns: 5_000 },
    );
  });

  it("reads the same in the middle of a larger buffer", () => {
    fc.assert(
      fc.property(fc.oneof(encoded, odd, mutated(odd)), fc.uint8Array(), (bytes, around) => {
        const whole = joined([around, bytes, around]);
        const view = whole.subarray(around.length, around.length + bytes.length);
        expect(saidToUs(view)).toEqual(saidToUs(bytes));
      }),
      runs,
    );
  });
});

describe("writeEnvelope", () => {
  it("[WIRE-03] [WIRE-04] [WIRE-12] writes the bytes that protobufjs writes, and no others", () => {
    fc.assert(
      fc.property(
        header,
        payload,
        fc.nat({ max: 9 }),
        fc.nat({ max: 9 }),
        (fields, bytes, at, skip) => {
          const start = Math.min(skip, bytes.length);
          const carried = bytes.subarray(start);
          const target = new Uint8Array(at + envelopeBytesMax(carried.length) + 8).fill(0xee);
          const end = writeEnvelope(target, at, fields, bytes, start, bytes.length);
          const expected = pb.v1.Packet.encode({
            header: { ...fields, size: carried.length },
            payload: carried,
          }).finish();
          expect(Buffer.compare(target.subarray(at, end), expected)).toBe(0);
          expect(target.subarray(0, at).every((byte) => byte === 0xee)).toBe(true);
          expect(target.subarray(end).every((byte) => byte === 0xee)).toBe(true);
          expect(end - at).toBeLessThanOrEqual(envelopeBytesMax(carried.length));
        },
      ),
      runs,
    );
  });

  it("[WIRE-01] [WIRE-02] writeFrame puts the length in front, in either order of bytes", () => {
    fc.assert(
      fc.property(header, payload, endian, (fields, bytes, lengthEndian) => {
        const target = new Uint8Array(4 + envelopeBytesMax(bytes.length));
        const end = writeFrame(target, 0, fields, bytes, 0, bytes.length, lengthEndian);
        const bare = new Uint8Array(envelopeBytesMax(bytes.length));
        const bareEnd = writeEnvelope(bare, 0, fields, bytes, 0, bytes.length);
        const expected = framed(bare.subarray(0, bareEnd), lengthEndian);
        expect(Buffer.compare(target.subarray(0, end), expected)).toBe(0);
      }),
      runs,
    );
  });

  it("[WIRE-09] what was written reads as what was meant", () => {
    fc.assert(
      fc.property(header, payload, (fields, bytes) => {
        const target = new Uint8Array(envelopeBytesMax(bytes.length));
        const end = writeEnvelope(target, 0, fields, bytes, 0, bytes.length);
        expect(reader.read(target.subarray(0, end))).toBe(true);
        expect(reader).toMatchObject({ ...fields, size: bytes.length });
        const carried = target.subarray(reader.payloadStart, reader.payloadEnd);
        expect(Buffer.compare(carried, bytes)).toBe(0);
      }),
      runs,
    );
  });
});

describe("FieldCursor", () => {
  it("walks any bytes as protobufjs walks them", () => {
    fc.assert(
      fc.property(fc.oneof(oddMessage, mutated(oddMessage)), (bytes) => {
        const cursor = new FieldCursor();
        cursor.reset(bytes, 0, bytes.length);
        const ours: (readonly number[] | "malformed")[] = [];
        while (cursor.at < bytes.length) {
          const tag = cursor.tag();
          const whole = tag >= 0 && cursor.skip(tag, 0);
          ours.push(whole ? [tag, cursor.at] : "malformed");
          if (!whole) break;
        }
        expect(ours).toEqual(walkedByProtobufjs(bytes));
      }),
      { numRuns: 5_000 },
    );
  });
});

function walkedByProtobufjs(bytes: Uint8Array): (readonly number[] | "malformed")[] {
  const steps: (readonly number[] | "malformed")[] = [];
  const walker = protobuf.Reader.create(bytes);
  try {
    while (walker.pos < walker.len) {
      const tag = walker.tag();
      walker.skipType(tag & 7, 0, tag >>> 3);
      steps.push([tag, walker.pos]);
    }
  } catch {
    steps.push("malformed");
  }
  return steps;
}
