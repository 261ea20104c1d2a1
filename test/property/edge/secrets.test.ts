import * as fc from "fast-check";
import protobuf from "protobufjs/minimal.js";
import { describe, expect, it } from "vitest";
import { cutSecrets, fillSecrets } from "../../../src/core/edge/index.ts";
import { reprise as pb } from "../../../src/core/wire/gen/session.js";
import { encodePayload, FieldCursor } from "../../../src/core/wire/index.ts";
import { TestVault } from "../../unit/edge/setting.ts";
import { mutated, oddMessage } from "../wire/arbitraries.ts";

const runs = { numRuns: 1_000 };

/**
 * Long enough and drawn from few bytes that nothing else contains, so that a search means
 * something.
 */
const secret = fc
  .array(fc.constantFrom(0xf1, 0xf2, 0xf3), { minLength: 8, maxLength: 60 })
  .map((bytes) => new Uint8Array(bytes));

/** Fields 1 to 4, of which 2 and 4 are secret and may come several times. */
const field = fc.oneof(
  fc.tuple(fc.constant(1), fc.constant("varint"), fc.nat({ max: 0x7f })),
  fc.tuple(fc.constant(3), fc.constant("bytes"), fc.uint8Array({ max: 0x7f, maxLength: 20 })),
  fc.tuple(fc.constantFrom(2, 4), fc.constant("bytes"), secret),
);
const fields = fc.array(field, { maxLength: 8 });

function encoded(list: readonly (readonly [number, string, number | Uint8Array])[]): Uint8Array {
  const writer = new protobuf.Writer();
  for (const [number, , value] of list) {
    if (typeof value === "number") writer.uint32(number * 8).uint32(value);
    else writer.uint32(number * 8 + 2).bytes(value);
  }
  return writer.finish().slice();
}

/** The same with earlier occurrences of secret fields left out: what every decoder makes of it. */
const canonical = <F extends readonly [number, ...unknown[]]>(list: readonly F[]): F[] =>
  list.filter(
    ([number], index) =>
      number % 2 === 1 || !list.slice(index + 1).some(([other]) => other === number),
  );

describe("secrets", () => {
  it("leave no byte in the payload, and come back as they were", () => {
    fc.assert(
      fc.property(
        fields,
        fc.maxSafeNat().map((last) => Math.min(last, 2 ** 53 - 100)),
        (list, last) => {
          const vault = new TestVault(last);
          const payload = encoded(list);
          const cut = cutSecrets(payload, [2, 4], vault) as Uint8Array;
          for (const byte of [0xf1, 0xf2, 0xf3]) expect(cut.includes(byte)).toBe(false);
          expect(cut.buffer).not.toBe(payload.buffer);
          expect(vault.size).toBe(canonical(list).filter(([number]) => number % 2 === 0).length);
          expect(fillSecrets(cut, [2, 4], vault)).toEqual(encoded(canonical(list)));
        },
      ),
      runs,
    );
  });

  it("are cut from odd bytes or the bytes are dropped: none is left in place", () => {
    const seen = { cut: 0, dropped: 0 };
    fc.assert(
      fc.property(
        fc.oneof(oddMessage, mutated(oddMessage), mutated(fields.map(encoded))),
        (payload) => {
          const vault = new TestVault();
          const cut = cutSecrets(payload, [2, 4], vault);
          seen[cut === null ? "dropped" : "cut"]++;
          // Every secret field that is left is a reference that the vault has just given.
          const contents = cut === null ? [] : contentsOf(cut, [2, 4]);
          const digits = contents.map((content) => Buffer.from(content).toString("latin1"));
          expect(digits).toEqual([...vault.secrets.keys()].map(String));
        },
      ),
      { numRuns: 5_000 },
    );
    expect(seen.cut).toBeGreaterThan(300);
    expect(seen.dropped).toBeGreaterThan(300);
  });

  it("that are lost, or a field that names none, give null on the way out", () => {
    const named = fc.oneof(
      fc.string({ minLength: 1, maxLength: 20 }),
      fc.constantFrom("01", "-1", "1.0", "1e3", " 1", "9007199254740992", "99999999999999999"),
    );
    fc.assert(
      fc.property(named, (message) => {
        const vault = new TestVault(1_000_000);
        const writer = new protobuf.Writer().uint32(0x12).string(message);
        expect(fillSecrets(writer.finish(), [2], vault)).toBeNull();
      }),
      runs,
    );
    const vault = new TestVault();
    // The empty text names none, and stays.
    const empty = new Uint8Array([0x12, 0]);
    expect(fillSecrets(empty, [2], vault)).toEqual(empty);
    const ref = vault.seal(new Uint8Array([1, 2, 3]));
    const padded = encodePayload(pb.v1.Error, { message: `0${String(ref)}` });
    expect(fillSecrets(padded, [2], vault)).toBeNull();
    const payload = encodePayload(pb.v1.Error, { message: String(ref) });
    expect(fillSecrets(payload, [2], vault)).toEqual(new Uint8Array([0x12, 3, 1, 2, 3]));
    vault.release(ref);
    expect(fillSecrets(payload, [2], vault)).toBeNull();
  });
});

/** The contents of the length-delimited fields with these numbers. */
function contentsOf(payload: Uint8Array, numbers: readonly number[]): Uint8Array[] {
  const cursor = new FieldCursor();
  cursor.reset(payload, 0, payload.length);
  const contents: Uint8Array[] = [];
  while (cursor.at < payload.length) {
    const tag = cursor.tag();
    if (numbers.includes(tag >>> 3)) {
      const size = cursor.size();
      contents.push(payload.slice(cursor.at, cursor.at + size));
      cursor.at += size;
    } else {
      cursor.skip(tag, 0);
    }
  }
  return contents;
}
