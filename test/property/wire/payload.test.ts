import * as fc from "fast-check";
import protobuf from "protobufjs/minimal.js";
import { describe, expect, it } from "vitest";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import {
  decodePayload,
  encodePayload,
  fromBigint,
  toBigint,
  toSafeNumber,
  type AnyMessage,
  type Long,
} from "../../../src/core/wire/index.ts";
import { joined, mutated, oddMessage } from "./arbitraries.ts";

const runs = { numRuns: 1_000 };

const uint32 = fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 2 ** 32 - 1 }));
const uint64 = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.constantFrom(0n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n),
);
const text = fc.string({ unit: "binary", maxLength: 300 });

/** Every message of session.proto with values for all its fields. */
const messages: readonly (readonly [AnyMessage, fc.Arbitrary<object>])[] = [
  [
    pb.v1.Hello,
    fc.record({ protocolMin: uint32, protocolMax: uint32, contractHash: uint32, protocol: uint32 }),
  ],
  [pb.v1.Error, fc.record({ code: uint32, message: text, retryAfterMs: uint32, count: uint32 })],
  [pb.v1.Disconnect, fc.record({ code: uint32, mayRetry: fc.boolean(), message: text })],
  [pb.v1.HeartbeatRequest, fc.record({ playerId: uint64, timestamp: uint64 })],
  [pb.v1.HeartbeatResponse, fc.record({ serverTimestamp: uint64, latencyMs: uint32 })],
  [pb.v1.EchoRequest, fc.record({ bytes: fc.uint8Array({ maxLength: 2_000 }) })],
  [pb.v1.EchoResponse, fc.record({ bytes: fc.uint8Array({ maxLength: 2_000 }) })],
];
const anyMessage = fc.oneof(
  ...messages.map(([message, fields]) => fields.map((value) => [message, value] as const)),
);
const encodable = (value: object): never =>
  Object.fromEntries(
    Object.entries(value).map(([key, field]: [string, unknown]) => [
      key,
      typeof field === "bigint" ? fromBigint(field) : field,
    ]),
  ) as never;

describe("payloads", () => {
  it("[WIRE-09] [WIRE-04] decode to what was encoded, for every message and 64-bit integers", () => {
    expect(messages.length).toBe(Object.keys(pb.v1).length);
    fc.assert(
      fc.property(anyMessage, fc.uint8Array({ maxLength: 9 }), ([message, value], around) => {
        const bytes = encodePayload(message, encodable(value));
        const whole = joined([around, bytes, around]);
        const end = around.length + bytes.length;
        const decoded = decodePayload(message, whole, around.length, end) as Record<
          string,
          unknown
        >;
        const found = Object.entries(value).map(([key, field]: [string, unknown]) => [
          key,
          typeof field === "bigint" ? toBigint(decoded[key] as number | Long) : decoded[key],
        ]);
        expect(Object.fromEntries(found)).toEqual(value);
      }),
      runs,
    );
  });

  it("are accepted, refused and understood in place as protobufjs does with a copy", () => {
    const bytes = fc.oneof(oddMessage, mutated(oddMessage), fc.uint8Array());
    fc.assert(
      fc.property(
        fc.constantFrom(...messages.map(([message]) => message)),
        bytes,
        fc.uint8Array({ maxLength: 12 }),
        (message, payload, around) => {
          const whole = joined([around, payload, around]);
          const decoded = decodePayload(
            message,
            whole,
            around.length,
            around.length + payload.length,
          );
          let expected: unknown = null;
          try {
            expected = message.decode(new protobuf.Reader(payload));
          } catch {
            // Refused.
          }
          expect(decoded).toEqual(expected);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});

describe("64-bit integers", () => {
  it("[WIRE-04] come back exactly from what protobufjs takes", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), (value) => {
        expect(toBigint(fromBigint(value))).toBe(value);
      }),
      runs,
    );
  });

  it("[WIRE-04] survive the wire, signed and unsigned, at 2^53+1 and 2^64-1", () => {
    const signed = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(uint64, signed, (unsigned, negative) => {
        const writer = new protobuf.Writer();
        writer
          .uint64(fromBigint(unsigned))
          .int64(fromBigint(negative))
          .sint64(fromBigint(negative));
        const reader = new protobuf.Reader(writer.finish());
        expect(toBigint(reader.uint64())).toBe(unsigned);
        expect(toBigint(reader.int64())).toBe(negative);
        expect(toBigint(reader.sint64())).toBe(negative);
      }),
      runs,
    );
  });

  it("are numbers where a number holds them, null where not", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), (value) => {
        const exact = value >= -(2n ** 53n) + 1n && value <= 2n ** 53n - 1n;
        expect(toSafeNumber(fromBigint(value))).toBe(exact ? Number(value) : null);
      }),
      runs,
    );
    for (const exact of [-(2n ** 53n) + 1n, 2n ** 53n - 1n, 0n, -1n, 2n ** 32n]) {
      expect(toSafeNumber(fromBigint(exact))).toBe(Number(exact));
      expect(toSafeNumber(Number(exact))).toBe(Number(exact));
    }
    for (const inexact of [2n ** 53n, -(2n ** 53n), 2n ** 53n + 1n, 2n ** 64n - 1n]) {
      expect(toSafeNumber(fromBigint(inexact))).toBeNull();
    }
    expect(toSafeNumber(0.5)).toBeNull();
  });

  it("refuse what does not fit or is no integer", () => {
    for (const value of [2n ** 64n, -(2n ** 63n) - 1n])
      expect(() => fromBigint(value)).toThrow(/64 bits/);
    expect(() => toBigint(0.5)).toThrow(/integer/);
  });
});
