import { decode, ExtData } from "@msgpack/msgpack";
import { describe, expect, it } from "vitest";
import { ApiMisuseError } from "../../../src/core/kernel/assert.ts";
import {
  assertPlain,
  clonePlain,
  decodePlain,
  encodePlain,
  plainDepthMax,
  type PlainData,
} from "../../../src/core/kernel/plain.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));
const roundTrip = (value: PlainData): PlainData => decodePlain(encodePlain(value));

function nested(depth: number): PlainData {
  let value: PlainData = [];
  for (let level = 1; level < depth; level++)
    value = level % 2 === 0 ? [value] : new Map([[1, value]]);
  return value;
}

class Point {
  readonly x = 1;
}

describe("assertPlain", () => {
  const circle: Record<string, unknown> = { list: [] };
  (circle["list"] as unknown[]).push(circle);
  const named = Object.assign([1], { index: 0 });
  const holed = new Array<number>(2);
  holed[0] = 1;
  const hidden = Object.defineProperty({}, "secret", { value: 1, enumerable: false });

  it.each<[string, unknown, string]>([
    ["a function", { lit: [0, { act: () => 0 }] }, "state.lit[1].act is a function"],
    ["a symbol", [Symbol("x")], "state[0] is a symbol"],
    ["a named class", new Map([["a b", new Point()]]), 'state.get("a b") is an instance of Point'],
    ["a class in a key", new Map([[new Point(), 1]]), "state.keys[0] is an instance of Point"],
    ["a class in a Set", new Set([1, new Point()]), "state.keys[1] is an instance of Point"],
    [
      "a class without a name",
      { x: new (class {})() },
      "state.x is an instance of a class without",
    ],
    ["a promise", { "odd key": Promise.resolve() }, 'state["odd key"] is a promise'],
    ["a date", new Date(0), "state is an instance of Date"],
    ["a Buffer", { b: Buffer.from([1]) }, "state.b is an instance of Buffer"],
    [
      "an object without a prototype",
      { o: Object.create(null) as object },
      "state.o is an object without a prototype",
    ],
    ["a circle", { top: circle }, "state.top.list[0] is a part of itself"],
    ["a depth", nested(plainDepthMax + 1), `nested deeper than ${plainDepthMax}`],
    ["a key that is a symbol", { [Symbol("x")]: 1 }, "state[Symbol(x)] is named by a symbol"],
    [
      "an accessor",
      {
        get now() {
          return 1;
        },
      },
      "state.now is computed by an accessor",
    ],
    ["a hidden property", hidden, "state.secret is hidden"],
    ["a hole", holed, "state[1] is a hole in an array"],
    ["a named property of an array", { match: named }, "state.match.index is a named property"],
    [
      "a named property of a Map",
      Object.assign(new Map(), { extra: 1 }),
      "state.extra is a named property",
    ],
    [
      "a named property of bytes",
      Object.assign(new Uint8Array(2), { extra: 1 }),
      "state is a typed array with named",
    ],
  ])("names the path of %s", (_name, value, message) => {
    expect(() => assertPlain(value, "state")).toThrow(ApiMisuseError);
    expect(() => assertPlain(value, "state")).toThrow(message);
  });

  it("lets everything pass that is plain, the deepest included, and one part in two places", () => {
    const part = { x: 1 };
    assertPlain([part, part], "state");
    assertPlain(nested(plainDepthMax), "state");
    assertPlain({ __proto__x: 1, a: [null, undefined, 1n, -0, "", new Uint8Array(1)] }, "state");
    expect(() => assertPlain(undefined, "state")).not.toThrow();
  });
});

describe("encodePlain", () => {
  // Bytes stand in checkpoints and journals: what was written once is read for ever.
  it.each<[string, PlainData, string]>([
    ["null", null, "c0"],
    ["undefined", undefined, "d40000"],
    ["NaN", Number.NaN, "d40001"],
    ["-0", -0, "d40002"],
    ["0", 0, "00"],
    ["1.5", 1.5, "cb3ff8000000000000"],
    ["2^53", 2 ** 53, "cb4340000000000000"],
    ["0n", 0n, "d40200"],
    ["-258n", -258n, "c70302010102"],
    ["text", "é", "a2c3a9"],
    ["a lone surrogate", "\ud800", "d50300d8"],
    ["bytes", new Uint8Array([1, 2]), "c4020102"],
    ["uint16", new Uint16Array([258]), "d5040201"],
    ["uint32", new Uint32Array([258]), "d60502010000"],
    ["int32", new Int32Array([-2]), "d606feffffff"],
    ["float32", new Float32Array([1.5]), "d6070000c03f"],
    ["float64", new Float64Array([Number.NaN]), "d708000000000000f87f"],
    ["an array", [1, undefined], "9201d40000"],
    ["an object, keys sorted", { b: 1, a: 2 }, "82a16102a16201"],
    ["a Map", new Map([[2, "x"]]), "93d4010002a178"],
    ["a Set", new Set([2]), "92d4010102"],
    [
      "an own __proto__",
      JSON.parse('{"__proto__":1}') as PlainData,
      "93d40102a95f5f70726f746f5f5f01",
    ],
  ])("never changes the bytes of %s", (_name, value, bytes) => {
    expect(hex(encodePlain(value))).toBe(bytes);
    expect(encodePlain(decodePlain(fromHex(bytes)))).toEqual(encodePlain(value));
  });

  it("writes every NaN in an array with the same bits", () => {
    const odd64 = new Float64Array(Uint32Array.from([1, 0xfff40000]).buffer);
    const odd32 = new Float32Array(Uint32Array.from([0xffa00001]).buffer);
    expect(hex(encodePlain(odd64))).toBe("d708000000000000f87f");
    expect(hex(encodePlain(odd32))).toBe("d6070000c07f");
  });

  it("is MessagePack that any reader of it understands", () => {
    const value = { at: 12, list: [1, "two", null], bytes: new Uint8Array([3]) };
    expect(decode(encodePlain(value))).toEqual(value);
    expect(decode(encodePlain([undefined]))).toEqual([new ExtData(0, new Uint8Array([0]))]);
  });

  it("gives bytes that nobody else holds", () => {
    const first = encodePlain("first");
    const second = encodePlain("other");
    expect(decodePlain(first)).toBe("first");
    expect(decodePlain(second)).toBe("other");
    expect(first.buffer).not.toBe(second.buffer);
  });

  it("carries large things", () => {
    const bytes = new Uint8Array(3_000_000).fill(7);
    const items = Array.from({ length: 70_000 }, (_, index) => [index, String(index)] as const);
    expect(roundTrip(bytes)).toEqual(bytes);
    expect(roundTrip(new Map(items))).toEqual(new Map(items));
    expect(roundTrip(2n ** 80_000n)).toBe(2n ** 80_000n);
  });

  it("refuses what is not plain, and goes on working", () => {
    const circle: PlainData[] = [];
    circle.push(circle);
    const bad = [
      () => 0,
      Symbol("x"),
      new Point(),
      new Date(0),
      Buffer.from([1]),
      circle,
      nested(65),
    ];
    for (const value of bad) {
      expect(() => encodePlain([value] as PlainData)).toThrow(ApiMisuseError);
      expect(() => clonePlain([value] as PlainData)).toThrow(ApiMisuseError);
      expect(roundTrip([1])).toEqual([1]);
    }
    expect(roundTrip(nested(plainDepthMax))).toEqual(nested(plainDepthMax));
  });
});

describe("decodePlain", () => {
  it("gives byte arrays that are copies", () => {
    const bytes = encodePlain([new Uint8Array([1, 2]), new Uint32Array([3])]);
    const [first, second] = decodePlain(bytes) as [Uint8Array, Uint32Array];
    bytes.fill(0);
    expect(first).toEqual(new Uint8Array([1, 2]));
    expect(second).toEqual(new Uint32Array([3]));
    expect(first.buffer.byteLength).toBe(2);
  });

  it("gives a Uint8Array even where the bytes came as a Buffer", () => {
    const back = decodePlain(Buffer.from(encodePlain(new Uint8Array([1, 2]))));
    expect(Object.getPrototypeOf(back)).toBe(Uint8Array.prototype);
  });

  it("keeps an own __proto__ an ordinary property", () => {
    const value = JSON.parse('{"__proto__":{"admin":true},"a":1}') as PlainData;
    const back = roundTrip(value) as Record<string, unknown>;
    expect(Object.keys(back).toSorted()).toEqual(["__proto__", "a"]);
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(back["admin"]).toBeUndefined();
    expect(Object.keys(clonePlain(value) as object)).toEqual(["__proto__", "a"]);
  });

  it.each<[string, string]>([
    ["nothing", ""],
    ["two values", "0101"],
    ["half a value", "93"],
    ["a raw __proto__ key", "81a95f5f70726f746f5f5f01"],
    ["a key that is a number", "810101"],
    ["a key that is no string, in entries", "93d401020101"],
    ["an unknown extension", "d46300"],
    ["a date", "d6ff00000000"],
    ["an unknown constant", "d40009"],
    ["an unknown mark", "91d40109"],
    ["a mark that is no first element", "9201d40100"],
    ["a mark on its own", "d40100"],
    ["a key without a value", "92d4010001"],
    ["a key twice in a Map", "95d4010001020103"],
    ["an item twice in a Set", "93d401010101"],
    ["a key twice in entries", "95d40102a16101a16102"],
    ["a bigint without a sign", "c70002"],
    ["a bigint with a zero in front", "c70302000001"],
    ["minus zero as a bigint", "d40201"],
    ["half an element", "d40501"],
    ["half a code unit", "d40301"],
    ["a plain string in disguise", "d5036100"],
    ["a type byte that does not exist", "c1"],
    ["an array longer than its bytes", "ddffffffff"],
    ["a nesting without end", "91".repeat(200) + "c0"],
  ])("refuses %s", (_name, bytes) => {
    expect(() => decodePlain(fromHex(bytes))).toThrow(ApiMisuseError);
    expect(() => decodePlain(fromHex(bytes))).toThrow(/^these bytes are no plain data: (?!these)/);
  });
});
