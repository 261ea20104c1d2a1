/** The messages of all packets, drawn from the schemas: our code against protobufjs reflection. */
import * as fc from "fast-check";
import protobuf from "protobufjs";
import { describe, expect, it } from "vitest";
import { reprise as auth } from "../../../src/core/wire/gen/auth.js";
import { reprise as game } from "../../../src/core/wire/gen/game.js";
import { reprise as guild } from "../../../src/core/wire/gen/guild.js";
import { reprise as operate } from "../../../src/core/wire/gen/operate.js";
import { reprise as session } from "../../../src/core/wire/gen/session.js";
import { decodePayload, encodePayload, fromBigint } from "../../../src/core/wire/index.ts";
import type { AnyMessage } from "../../../src/core/wire/index.ts";
import { loadSchema } from "../../unit/wire/schema.ts";

const schema = loadSchema();

const messages: readonly (readonly [string, AnyMessage])[] = Object.entries({
  ...auth.v1,
  ...game.v1,
  ...guild.v1,
  ...operate.v1,
}).flatMap(([name, message]) =>
  "decode" in message ? [[name, message as unknown as AnyMessage] as const] : [],
);

const scalars: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  bool: fc.boolean(),
  float: fc.float(),
  string: fc.string({ unit: "grapheme", maxLength: 40 }),
  uint32: fc.nat({ max: 2 ** 32 - 1 }),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(fromBigint),
};

/** A value for some of the message's fields, of a oneof for one at most. */
function anyValue(type: protobuf.Type): fc.Arbitrary<object> {
  const fields = type.fieldsArray.filter(({ partOf }) => partOf === null);
  const plain = fc.record(
    Object.fromEntries(fields.map((field) => [field.name, anyField(field)])),
    { requiredKeys: [] },
  );
  const choices = type.oneofsArray.map(({ fieldsArray }) =>
    fc.oneof(
      fc.constant({}),
      ...fieldsArray.map((field) => anyField(field).map((value) => ({ [field.name]: value }))),
    ),
  );
  return fc.tuple(plain, ...choices).map((parts) => Object.assign({}, ...parts) as object);
}

function anyField(field: protobuf.Field): fc.Arbitrary<unknown> {
  const { resolvedType } = field.resolve();
  let one = scalars[field.type];
  if (resolvedType instanceof protobuf.Type) one = anyValue(resolvedType);
  if (resolvedType instanceof protobuf.Enum) {
    one = fc.constantFrom(...Object.values(resolvedType.values));
  }
  if (one === undefined) throw new Error(`nothing is drawn for ${field.type}`);
  return field.repeated ? fc.array(one, { maxLength: 4 }) : one;
}

describe("the published messages", () => {
  it("[WIRE-09] are all here", () => {
    const all = (schema.lookup("reprise.v1") as protobuf.Namespace).nestedArray;
    const types = all.filter((part) => part instanceof protobuf.Type).map(({ name }) => name);
    // Those of sessions have a property of their own, the envelope has another codec.
    const others = [...Object.keys(session.v1), "Packet", "PacketHeader", "Vector2"];
    const expected = types.filter((name) => !others.includes(name));
    expect(new Set(messages.map(([name]) => name))).toEqual(new Set(expected));
  });

  it.each(messages)("[WIRE-09] %s is written and read as protobufjs does", (name, message) => {
    const type = schema.lookupType(`reprise.v1.${name}`);
    const shown = (of: protobuf.Message): unknown =>
      type.toObject(of, { longs: String, defaults: true, oneofs: true });
    const law = fc.property(anyValue(type), (value) => {
      const bytes = encodePayload(message, value as never);
      expect(shown(type.decode(bytes))).toEqual(shown(type.fromObject(value)));
      const decoded = decodePayload(message, bytes, 0, bytes.length);
      expect(encodePayload(message, decoded as never)).toEqual(bytes);
    });
    fc.assert(law, { numRuns: 300 });
  });
});
